import * as tf from '@tensorflow/tfjs-core';

/** Options of `layerNorm`. */
export type LayerNormOptions = {
  /** Factor per channel. */
  scale: tf.Tensor1D;
  /** Added per channel. */
  offset: tf.Tensor1D;
  /** Added to the variance; 1e-5 by default. */
  epsilon?: number;
};

/** Kernels of this name are run where the backend has them. */
const kernelName = 'LayerNormTraining';

/**
 * Normalizes along the last axis: `y = (x - mean) / sqrt(variance + epsilon) * scale + offset`, with the mean and the
 * (biased) variance of each row; its gradient keeps x, scale and two numbers for each row.
 *
 * On wasm it is one kernel each way; on other backends it is made of tfjs's operations. The wasm kernel can also be had
 * without importing this package, by its name: `tf.engine().runKernel('LayerNormTraining', { x, scale, offset },
 * { epsilon })`, where `tf.getKernel` finds it, gives `y` and, without gradients, the mean and 1 / sqrt(variance + epsilon)
 * of each row.
 *
 * `x: [..., channels]`; returns the same shape.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { layerNorm } from '@mer/backends';
 *
 * const y = layerNorm(tf.tensor2d([[1, 3]]), { scale: tf.ones([2]), offset: tf.zeros([2]) });
 * console.log(Array.from(y.dataSync(), Math.round)); // [ -1, 1 ]
 * ```
 */
export function layerNorm<T extends tf.Tensor>(x: T, { scale, offset, epsilon = 1e-5 }: LayerNormOptions): T {
  if (x.size > 0 && tf.getKernel(kernelName, tf.getBackend())) {
    const [y, mean, inverse] = tf.engine().runKernel(kernelName, { x, scale, offset }, { epsilon }) as tf.Tensor[];
    tf.dispose([mean, inverse]);
    return y as T;
  }
  return composed(epsilon)(x, scale, offset) as T;
}

const composed = (epsilon: number) =>
  tf.customGrad((x, scale, offset, save) => {
    const input = x as tf.Tensor;
    const mean = tf.mean(input, -1, true);
    const centered = tf.sub(input, mean);
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centered), -1, true), epsilon));
    (save as tf.GradSaveFunc)([input, mean, inverse, scale as tf.Tensor]);
    return {
      value: tf.add(tf.mul(tf.mul(centered, inverse), scale as tf.Tensor), offset as tf.Tensor),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [at, center, factor, weights] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
        const normal = tf.mul(tf.sub(at, center), factor);
        const product = tf.mul(dy, normal);
        const inner = tf.mul(dy, weights);
        const along = tf.mul(normal, tf.mean(tf.mul(inner, normal), -1, true));
        const leading = at.shape.slice(0, -1).map((_length, axis) => axis);
        return [
          tf.mul(tf.sub(tf.sub(inner, tf.mean(inner, -1, true)), along), factor),
          tf.sum(product, leading),
          tf.sum(dy, leading),
        ];
      },
    };
  });

/** Registers the gradient of the kernel. */
export function registerLayerNormGradient(): void {
  if (tf.getGradient(kernelName)) return;
  tf.registerGradient({
    kernelName,
    inputsToSave: ['x', 'scale'],
    outputsToSave: [false, true, true],
    gradFunc: (dys, saved) => {
      const [dy] = dys as [tf.Tensor];
      const [x, scale, mean, inverse] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const inputs = { x, dy, mean, inverse, scale } as tf.NamedTensorMap;
      const [dx, dScale, dOffset] = tf.engine().runKernel(`${kernelName}Grad`, inputs) as tf.Tensor[];
      return { x: () => dx!, scale: () => dScale!, offset: () => dOffset! };
    },
  });
}
