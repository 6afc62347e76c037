import type * as tf from '@tensorflow/tfjs-core';
import { fromCheckedLater, markChecked } from './check-values.js';
import { type Clip, isLongClip, type LongClip } from './clip.js';
import { checkClipLandmarks } from './face/check-landmarks.js';

/** A long clip whose landmarks are points of its frames, and whose frames are looked at as they are read; `task` begins the messages. */
export function checkedLongClip(clip: LongClip, task: string): LongClip {
  checkClipLandmarks(clip, task);
  const { shape } = clip.frames;
  const read = async (first: number, count: number) => {
    const tensor = await clip.frames.read(first, count);
    try {
      await fromCheckedLater([{ name: 'frames', tensor, first }], task, () => {});
    } catch (error) {
      tensor.dispose();
      throw error;
    }
    return tensor;
  };
  return { ...clip, frames: { shape, read } };
}

/**
 * What a step made of a checked long clip, of whose frames it keeps the range: they count as checked, also where light or interpolation made one brighter than 1.
 */
export function keptRange<Made>(made: Made): Made {
  if (isLongClip(made)) {
    const { shape, read } = made.frames;
    const marked = async (first: number, count: number): Promise<tf.Tensor4D> => markChecked(await read(first, count));
    return { ...made, frames: { shape, read: marked } };
  }
  const { frames } = made as Partial<Clip>;
  if (frames) markChecked(frames);
  return made;
}
