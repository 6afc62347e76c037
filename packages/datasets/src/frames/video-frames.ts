import { frameCursor, type Video } from '@mer/io';
import type { FrameReader } from '@mer/representations';
import { type FrameOptions, frameShape, frameStack } from './frame-stack.js';

/** Frames of an open video as a reader of frames. */
export interface VideoFrames extends FrameReader {
  /** Ends what decodes; the video stays open. */
  stop(): Promise<void>;
}

/** The frames of a video, resized and scaled as those of picture files; in order is fastest. */
export function videoFrames(video: Video, options: FrameOptions, signal?: AbortSignal): VideoFrames {
  const { width, height, times, name } = video;
  const cursor = frameCursor(video, signal);
  return {
    shape: [times.length, ...frameShape({ width, height, channels: 3 }, options)],
    async read(first, wanted) {
      let stack: ReturnType<typeof frameStack> | undefined;
      try {
        await cursor.read(first, wanted, (frame, i) => {
          stack ??= frameStack(name, wanted, options);
          stack.put(i, frame);
        });
        return stack!.tensor();
      } catch (error) {
        stack?.abandon();
        throw error;
      }
    },
    stop: cursor.stop,
  };
}
