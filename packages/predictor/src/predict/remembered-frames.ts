import type { FrameReader } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';

/** Frames that are read once at most. */
export interface RememberedFrames extends FrameReader {
  /** Gives up all that were read. */
  forget(): void;
}

/** A reader that keeps every frame that it has read: for clips of which steps look at a few frames, or at the same ones again. */
export function rememberedFrames(frames: FrameReader): RememberedFrames {
  const [count] = frames.shape;
  const kept: (tf.Tensor4D | undefined)[] = new Array(count).fill(undefined);
  return {
    shape: frames.shape,
    async read(first, length) {
      // one at a time, as large frames that are made small would take much memory together, and more time
      for (let at = first; at < first + length; at++) {
        if (kept[at]) continue;
        const frame = await frames.read(at, 1);
        // another reading may have been quicker
        if (kept[at]) frame.dispose();
        else kept[at] = frame;
      }
      return tf.concat(kept.slice(first, first + length) as tf.Tensor4D[], 0);
    },
    forget() {
      tf.dispose(kept);
      kept.fill(undefined);
    },
  };
}
