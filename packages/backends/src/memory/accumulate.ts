import * as tf from '@tensorflow/tfjs-core';

/**
 * Adds a gradient to a sum of gradients, where it lies if nobody else has a reference to it. Takes both, and gives the new sum, which is kept until it is
 * disposed of.
 *
 * @param sum - of those before; none before the first
 * @param gradient - of the same shape
 * @returns their sum
 *
 * @example
 * ```ts
 * import { accumulate, useBackend } from '@mer/backends';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * await useBackend('cpu');
 * const sum = accumulate(accumulate(undefined, tf.scalar(1)), tf.scalar(2));
 * console.log(sum.dataSync()[0]); // 3
 * ```
 */
export function accumulate(sum: tf.Tensor | undefined, gradient: tf.Tensor): tf.Tensor {
  if (sum === undefined) return tf.keep(gradient);
  if (isOnlyReference(sum) && tf.getKernel('AccumulateGradient', tf.getBackend())) {
    tf.engine().runKernel('AccumulateGradient', { sum, gradient });
    gradient.dispose();
    return sum;
  }
  const total = tf.keep(tf.tidy(() => tf.add(sum, gradient)));
  tf.dispose([sum, gradient]);
  return total;
}

/** Whether a tensor is the only one that has its data, as far as the backend knows. */
export function isOnlyReference({ dataId }: tf.Tensor): boolean {
  const backend = tf.backend() as { refCount?(dataId: object): number };
  return backend.refCount?.(dataId) === 1;
}
