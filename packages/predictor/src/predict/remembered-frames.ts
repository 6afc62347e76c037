import type { FrameReader } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';

/** Frames that are read once at most. */
export interface RememberedFrames extends FrameReader {
  /** Gives up all that were read. */
  forget(): void;
}

/** Frames that are read at a time, so that large ones that are made small are not all there at once. */
const PIECE = 16;

/** A reader that keeps every frame that it has read: for clips of which steps look at a few frames, or at the same ones again. */
export function rememberedFrames(frames: FrameReader): RememberedFrames {
  const [count] = frames.shape;
  const kept: (tf.Tensor4D | undefined)[] = new Array(count).fill(undefined);
  return {
    shape: frames.shape,
    async read(first, length) {
      for (let at = first; at < first + length; at++) {
        if (kept[at]) continue;
        let missing = 1;
        while (missing < PIECE && at + missing < first + length && !kept[at + missing]) missing++;
        const piece = await frames.read(at, missing);
        const single = missing === 1 ? [piece] : tf.split(piece, missing);
        if (missing > 1) piece.dispose();
        for (const [i, frame] of single.entries()) kept[at + i] = frame as tf.Tensor4D;
      }
      return tf.concat(kept.slice(first, first + length) as tf.Tensor4D[], 0);
    },
    forget() {
      tf.dispose(kept);
      kept.fill(undefined);
    },
  };
}
