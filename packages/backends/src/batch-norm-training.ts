import * as tf from '@tensorflow/tfjs-core';
import { PresentInputs } from './present-inputs.js';

/** Options of `batchNormTraining`. */
export type BatchNormTrainingOptions = {
  /** Factor per channel; 1 by default. */
  scale?: tf.Tensor1D;
  /** Added per channel; 0 by default. */
  offset?: tf.Tensor1D;
  /** Added to the variance; 1e-5 by default. */
  epsilon?: number;
};

const kernelName = 'BatchNormTraining';

/**
 * Batch normalization with the batch's own mean and variance, with its whole gradient:
 * `y = (x - mean) / sqrt(variance + epsilon) * scale + offset` over all axes but the last.
 *
 * On wasm it is three passes forward and two backward; on other backends it is made of tfjs's operations. Its gradient
 * keeps nothing but x and the statistics. It can also be had without importing this package, by its name:
 * `tf.engine().runKernel('BatchNormTraining', { x, scale, offset }, { epsilon })`, where `tf.getKernel` finds it; given
 * `mean` and `variance` besides, it makes y with them.
 *
 * `x: [..., channels]`. Returns `y` of the same shape and `mean` and (biased) `variance`, `[channels]`; all three carry
 * gradients.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { batchNormTraining, useBackend } from '@mer/backends';
 *
 * await useBackend('cpu');
 * const { y, mean } = batchNormTraining(tf.tensor2d([[1], [3]]));
 * console.log(Array.from(y.dataSync(), Math.round), mean.dataSync()[0]); // [ -1, 1 ] 2
 * ```
 */
export function batchNormTraining<T extends tf.Tensor>(
  x: T,
  { scale, offset, epsilon = 1e-5 }: BatchNormTrainingOptions = {},
): { y: T; mean: tf.Tensor1D; variance: tf.Tensor1D } {
  const inputs = { x, ...(scale && { scale }), ...(offset && { offset }) };
  const [y, mean, variance] = tf.engine().runKernel(kernelName, inputs, { epsilon }) as tf.Tensor[];
  return { y: y as T, mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
}

/** Registers the gradients of the kernels. */
export function registerBatchNormTrainingGradient(): void {
  for (const rectified of [false, true]) {
    const name = rectified ? 'BatchNormReluTraining' : kernelName;
    if (tf.getGradient(name)) continue;
    tf.registerGradient({
      kernelName: name,
      inputsToSave: PresentInputs.of('x', 'scale'),
      outputsToSave: [rectified, true, true],
      gradFunc: (dys, saved, attrs) => {
        const [dy, dMean, dVariance] = dys as [tf.Tensor, tf.Tensor, tf.Tensor];
        const [mean, variance] = saved.slice(-2) as [tf.Tensor, tf.Tensor];
        const [x, scale] = saved.slice(0, rectified ? -3 : -2) as [tf.Tensor, tf.Tensor | undefined];
        const passed = rectified ? whereAbove(dy, saved.at(-3)!) : dy;
        const [dx, dScale, dOffset] = tf
          .engine()
          .runKernel(
            `${kernelName}Grad`,
            { x, dy: passed, mean, variance, dMean, dVariance, ...(scale && { scale }) },
            attrs,
          ) as [tf.Tensor, tf.Tensor, tf.Tensor];
        return { x: () => dx, scale: () => dScale, offset: () => dOffset };
      },
    });
  }
}

/** dy where y is above 0. */
function whereAbove(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  if (!tf.getKernel('MerReluGradient', tf.getBackend())) return tf.mul(dy, tf.step(y));
  return tf.engine().runKernel('MerReluGradient', { dy, x: y }, { ceiling: Number.POSITIVE_INFINITY }) as tf.Tensor;
}
