import * as tf from '@tensorflow/tfjs-core';
import { type Clip, isLongClip, type LongClip } from './clip.js';

/**
 * A clip up to its apex, which becomes its offset. Frames in memory are copied; those of a long clip are read from the given one.
 *
 * @param clip - with an apex
 * @returns frames from the first to the apex
 * @throws {RangeError} where the clip has no apex
 *
 * @example
 * ```ts
 * import { clipToApex } from '@mer/representations';
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const clip = { frames: tf.zeros<tf.Rank.R4>([9, 32, 32, 1]), onset: 0, apex: 5, offset: 8 };
 * const { frames, offset } = clipToApex(clip);
 * console.log(frames.shape, offset); // [6, 32, 32, 1] 5
 * ```
 */
export function clipToApex<C extends Clip | LongClip>(clip: C): C {
  const { apex, frames } = clip;
  if (apex === null)
    throw new RangeError('Cannot take a clip up to its apex as its apex must be known: spotApex() finds it');
  const marks = { apex, offset: apex };
  if (isLongClip(clip)) {
    const [, ...frame] = clip.frames.shape;
    return { ...clip, ...marks, frames: { ...clip.frames, shape: [apex + 1, ...frame] } };
  }
  return { ...clip, ...marks, frames: tf.slice(frames as tf.Tensor4D, 0, apex + 1) };
}
