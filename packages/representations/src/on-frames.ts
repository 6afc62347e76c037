import type * as tf from '@tensorflow/tfjs-core';
import { type Clip, isClip } from './clip.js';
import type { ClipOrImage } from './step.js';

/** Applies a function for `[N, H, W, C]` and `[H, W, C]` to the frames of a clip or to images. */
export function onFrames(
  input: ClipOrImage,
  change: <T extends tf.Tensor3D | tf.Tensor4D>(images: T) => T,
): ClipOrImage {
  return isClip(input as Clip)
    ? { ...(input as Clip), frames: change((input as Clip).frames) }
    : change(input as tf.Tensor3D);
}
