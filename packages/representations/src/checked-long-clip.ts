import { fromCheckedLater } from './check-values.js';
import type { LongClip } from './clip.js';
import { checkClipLandmarks } from './face/landmarks.js';

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
