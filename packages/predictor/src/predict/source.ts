import { type Clip, isLongClip, type LongClip } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';

/** A clip, or the one image that stands for it. */
export type Source = tf.Tensor3D | Clip | LongClip;

/** Gives up the tensor of a clip or image; a clip whose frames are read when they are needed has none. */
export function disposeSource(source: Source): void {
  if (source instanceof tf.Tensor) source.dispose();
  else if (!isLongClip(source)) source.frames.dispose();
}
