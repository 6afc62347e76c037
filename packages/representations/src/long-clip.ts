import type { Clip, LongClip } from './clip.js';

/**
 * A long clip with all its frames in memory.
 *
 * @returns a clip whose frames belong to the caller
 * @throws {RangeError} that says how many bytes that would be, where there is no room for them
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { frameReader, holdClip } from '@mer/representations';
 *
 * const clip = await holdClip({ frames: frameReader(tf.zeros([9, 8, 8, 3])), onset: 0, apex: 4, offset: 8 });
 * console.log(clip.frames.shape); // [ 9, 8, 8, 3 ]
 * ```
 */
export async function holdClip(clip: LongClip): Promise<Clip> {
  return { ...clip, frames: await clip.frames.read(0, clip.frames.shape[0]) };
}
