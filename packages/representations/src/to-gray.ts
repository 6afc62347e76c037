import * as tf from '@tensorflow/tfjs-core';
import { hostValues, isHostBackend } from './host.js';
import type { ImageShape } from './step.js';

/** ITU-R BT.601 luma weights of R, G, B, the ones OpenCV and PIL use. */
export const luma = [0.299, 0.587, 0.114] as const;

/** The shape of a frame, or of one channel of it. */
export const grayShape = ([height, width, channels]: ImageShape, { gray }: { gray: boolean }): ImageShape => [
  height,
  width,
  gray ? 1 : channels,
];

/** The gray version of frames or of an image `[…, C]`, C = 1 or 3: `0.299 R + 0.587 G + 0.114 B`; one channel stays as it is. */
export function toGray<T extends tf.Tensor>(images: T): T {
  const channels = images.shape[images.rank - 1] ?? 0;
  if (channels === 1) return tf.clone(images);
  if (channels !== 3) {
    throw new TypeError(
      `Cannot make gray images as images must have 1 or 3 channels: current shape is [${images.shape.join(', ')}]`,
    );
  }
  if (isHostBackend()) {
    const values = hostValues(images, 'make gray images');
    const gray = new Float32Array(values.length / 3);
    const [r, g, b] = luma;
    for (let i = 0, j = 0; i < gray.length; i++, j += 3) {
      gray[i] = r * values[j]! + g * values[j + 1]! + b * values[j + 2]!;
    }
    return tf.tensor(gray, [...images.shape.slice(0, -1), 1]) as T;
  }
  return tf.tidy(() => {
    const flat = tf.reshape(images, [-1, 3]) as tf.Tensor2D;
    const gray = tf.matMul(flat, tf.tensor2d([...luma], [3, 1]));
    return tf.reshape(gray, [...images.shape.slice(0, -1), 1]) as T;
  });
}
