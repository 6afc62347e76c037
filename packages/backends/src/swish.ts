import * as tf from '@tensorflow/tfjs-core';

/** Kernels of this name are run where the backend has them. */
const kernelName = 'Swish';

/**
 * `y = x s(x)` with `s(x) = 1 / (1 + exp(-x))`; its gradient, `dy s(x) (1 + x (1 - s(x)))`, keeps nothing but x.
 *
 * On wasm it is one pass each way; on other backends it is made of tfjs's operations. The wasm kernel can also be had
 * without importing this package, by its name: `tf.engine().runKernel('Swish', { x })`, where `tf.getKernel` finds it.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { swish } from '@mer/backends';
 *
 * console.log(swish(tf.scalar(1)).dataSync()[0]!.toFixed(4)); // '0.7311'
 * ```
 */
export function swish<T extends tf.Tensor>(x: T): T {
  if (x.dtype === 'float32' && tf.getKernel(kernelName, tf.getBackend())) {
    return tf.engine().runKernel(kernelName, { x } as tf.NamedTensorMap) as T;
  }
  return composed(x) as T;
}

const composed = tf.customGrad((x, save) => {
  const input = x as tf.Tensor;
  (save as tf.GradSaveFunc)([input]);
  return {
    value: tf.mul(input, tf.sigmoid(input)),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [at] = saved as [tf.Tensor];
      const share = tf.sigmoid(at);
      return tf.mul(dy, tf.mul(share, tf.add(tf.mul(at, tf.sub(1, share)), 1)));
    },
  };
});

/** Registers the gradient of the kernel. */
export function registerSwishGradient(): void {
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
