import * as tf from '@tensorflow/tfjs-core';
import { hostValues, isHostBackend } from './host.js';

/** ITU-R BT.601 luma weights of R, G, B, the ones OpenCV and PIL use. */
export const luma = Object.freeze([0.299, 0.587, 0.114] as const);

/**
 * The grey version of frames or of an image: `0.299 R + 0.587 G + 0.114 B`; one channel stays as it is.
 *
 * @param images `[…, C]` with C = 1 or 3.
 * @returns `[…, 1]`.
 * @throws TypeError if there are neither 1 nor 3 channels.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { toGrey } from '@mer/representations';
 *
 * console.log(toGrey(tf.ones([4, 4, 3])).shape); // [ 4, 4, 1 ]
 * ```
 *
 * Reference: ITU-R recommendation BT.601.
 */
export function toGrey<T extends tf.Tensor>(images: T): T {
  const channels = images.shape[images.rank - 1] ?? 0;
  if (channels === 1) return tf.clone(images);
  if (channels !== 3) {
    throw new TypeError(
      `Cannot make grey images as images must have 1 or 3 channels: current shape is [${images.shape.join(', ')}]`,
    );
  }
  if (isHostBackend()) {
    const values = hostValues(images, 'make grey images');
    const grey = new Float32Array(values.length / 3);
    const [r, g, b] = luma;
    for (let i = 0, j = 0; i < grey.length; i++, j += 3) {
      grey[i] = r * values[j]! + g * values[j + 1]! + b * values[j + 2]!;
    }
    return tf.tensor(grey, [...images.shape.slice(0, -1), 1]) as T;
  }
  return tf.tidy(() => {
    const flat = tf.reshape(images, [-1, 3]) as tf.Tensor2D;
    const grey = tf.matMul(flat, tf.tensor2d([...luma], [3, 1]));
    return tf.reshape(grey, [...images.shape.slice(0, -1), 1]) as T;
  });
}
