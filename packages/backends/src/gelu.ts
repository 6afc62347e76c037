import * as tf from '@tensorflow/tfjs-core';

/** Kernels of this name are run where the backend has them. */
const kernelName = 'Gelu';

/**
 * The exact Gaussian error linear unit, `y = x P(x)` with `P(x) = (1 + erf(x / sqrt(2))) / 2`; its gradient,
 * `dy (P(x) + x exp(-x^2 / 2) / sqrt(2 pi))`, keeps nothing but x.
 *
 * On wasm it is one pass each way; on other backends it is made of tfjs's operations. The wasm kernel can also be had
 * without importing this package, by its name: `tf.engine().runKernel('Gelu', { x })`, where `tf.getKernel` finds it.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { gelu } from '@mer/backends';
 *
 * console.log(gelu(tf.scalar(1)).dataSync()[0]!.toFixed(4)); // '0.8413'
 * ```
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  if (x.dtype === 'float32' && tf.getKernel(kernelName, tf.getBackend())) {
    return tf.engine().runKernel(kernelName, { x } as tf.NamedTensorMap) as T;
  }
  return composed(x) as T;
}

const composed = tf.customGrad((x, save) => {
  const input = x as tf.Tensor;
  (save as tf.GradSaveFunc)([input]);
  return {
    value: tf.mul(input, share(input)),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [at] = saved as [tf.Tensor];
      const density = tf.mul(tf.exp(tf.mul(tf.square(at), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return tf.mul(dy, tf.add(share(at), tf.mul(at, density)));
    },
  };
});

/** (1 + erf(x / sqrt(2))) / 2 */
function share(x: tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(tf.erf(tf.mul(x, Math.SQRT1_2)), 0.5), 0.5);
}

/** Registers the gradient of the kernel. */
export function registerGeluGradient(): void {
  if (tf.getGradient(kernelName)) return;
  tf.registerGradient({
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (dy, saved) => {
      const inputs = { dy, x: saved[0]! } as tf.NamedTensorMap;
      return { x: () => tf.engine().runKernel(`${kernelName}Grad`, inputs) as tf.Tensor };
    },
  });
}
