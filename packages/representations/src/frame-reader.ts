import * as tf from '@tensorflow/tfjs-core';
import { checkedAs, isChecked, markChecked } from './check-values.js';
import { checkFrames, type FrameReader } from './clip.js';
import { sliceFrames } from './frames.js';

/**
 * Frames in memory as a {@link FrameReader}.
 *
 * @param frames - `[T, H, W, C]`, float32 in 0..1; stay yours, and must live as long as they are read
 * @returns a reader of the same frames
 * @throws {TypeError} if the frames are no float32 `[T, H, W, C]`
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { dynamicImage, frameReader } from '@mer/representations';
 *
 * const frames = frameReader(tf.zeros([9, 8, 8, 3]));
 * const image = await dynamicImage().applyAsync({ frames, onset: 0, apex: 4, offset: 8 });
 * console.log(image.shape); // [ 8, 8, 3 ]
 * ```
 */
export function frameReader(frames: tf.Tensor4D): FrameReader {
  checkFrames(frames, 'read frames');
  return {
    shape: frames.shape,
    read: async (first, count) =>
      checkedAs(
        tf.tidy(() => sliceFrames(frames, first, count)),
        frames,
      ),
  };
}

/** Bytes of frames that are held at a time, unless the fewest have more. */
const PART = 2 ** 25;

/**
 * Reads the frames `first` .. `first + count - 1` in parts, and gives them to `use`, one part after the other.
 *
 * @param use - is told how many of the frames were there before; the part is disposed of when it is done
 * @param step - all parts but the last have a multiple of so many frames
 */
export async function eachPart(
  { shape: [, height, width, channels], read }: FrameReader,
  first: number,
  count: number,
  use: (part: tf.Tensor4D, before: number) => void | Promise<void>,
  step = 1,
): Promise<void> {
  const length = step * Math.max(1, Math.floor(PART / (step * 4 * height * width * channels)));
  for (let before = 0; before < count; before += length) {
    const part = await read(first + before, Math.min(length, count - before));
    try {
      await use(part, before);
    } finally {
      part.dispose();
    }
  }
}

/** Frames by their indices, in one tensor. */
export async function framesAt(frames: FrameReader, indices: readonly number[]): Promise<tf.Tensor4D> {
  const read: tf.Tensor4D[] = [];
  try {
    for (const index of indices) read.push(await frames.read(index, 1));
    const all = tf.concat(read, 0);
    return read.every(isChecked) ? markChecked(all) : all;
  } finally {
    tf.dispose(read);
  }
}
