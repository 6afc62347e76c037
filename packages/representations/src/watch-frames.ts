import type { FrameReader } from './clip.js';

/** Options of {@link watchFrames}. */
export interface WatchFramesOptions {
  /** Ends the work before the next frames are read by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each reading: how many of the frames, from the first on, have been reached, and how many there are. Never goes back, though frames may be read again. */
  onProgress?(reached: number, count: number): void;
}

/**
 * The same frames, read under watch: whatever is made of them by `applyAsync` can be stopped, and tells how far it is. Of a clip in memory, give its {@link frameReader}.
 *
 * @param frames - stay as they are
 * @param options - what may stop the reading, and who is told
 * @returns a reader of the same frames
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { dynamicImage, frameReader, watchFrames } from '@mer/representations';
 *
 * const frames = watchFrames(frameReader(tf.zeros([9, 8, 8, 3])), {
 *   signal: AbortSignal.timeout(60_000),
 *   onProgress: (reached, count) => console.log(`${reached}/${count}`), // 9/9
 * });
 * await dynamicImage().applyAsync({ frames, onset: 0, apex: 4, offset: 8 });
 * ```
 */
export function watchFrames(frames: FrameReader, { signal, onProgress }: WatchFramesOptions): FrameReader {
  let furthest = 0;
  return {
    shape: frames.shape,
    async read(first, count) {
      signal?.throwIfAborted();
      const read = await frames.read(first, count);
      furthest = Math.max(furthest, first + count);
      onProgress?.(furthest, frames.shape[0]);
      return read;
    },
  };
}
