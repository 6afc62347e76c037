import type { Video } from '@mer/io';
import type { FrameReader } from '@mer/representations';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { type FrameOptions, frameShape, frameStack } from './frame-stack.js';

/** Frames ahead up to which a decoder goes on, where another would have to begin again. */
const AHEAD = 64;

/** Frames of an open video as a reader of frames. */
export interface VideoFrames extends FrameReader {
  /** Ends what decodes; the video stays open. */
  stop(): Promise<void>;
}

/**
 * The frames of a video, resized and scaled as those of picture files. One decoder goes on from where the last reading ended, so that reading in order decodes each frame once;
 * readings that come at the same time wait for each other.
 */
export function videoFrames(video: Video, options: FrameOptions, signal?: AbortSignal): VideoFrames {
  const { width, height, times, name } = video;
  const count = times.length;
  const shape = [count, ...frameShape({ width, height, channels: 3 }, options)] as const;
  let decoder: ReturnType<Video['frames']> | undefined;
  let next = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const stop = async () => {
    const ending = decoder;
    decoder = undefined;
    await ending?.return();
  };
  const frameAt = async (index: number) => {
    if (!decoder || index < next || index > next + AHEAD) {
      await stop();
      decoder = video.frames({ first: index, signal });
      next = index;
    }
    for (;;) {
      const { value } = await decoder.next();
      if (!value) throw new Error(`Cannot read frame ${index} of video ${name} as it must have it: it ended before`);
      next = value.index + 1;
      if (value.index === index) return value;
    }
  };
  const read = async (first: number, wanted: number): Promise<Tensor4D> => {
    if (first < 0 || wanted < 1 || first + wanted > count) {
      throw new RangeError(
        `Cannot read frames of video ${name} as they must lie within 0 to ${count - 1}: current values are ${first} to ${first + wanted - 1}`,
      );
    }
    const stack = frameStack(name, wanted, options);
    try {
      for (let i = 0; i < wanted; i++) stack.put(i, await frameAt(first + i));
      // nothing lies behind the last: its decoder need not wait
      if (next === count) await stop();
      return stack.tensor();
    } catch (error) {
      stack.abandon();
      await stop().catch(() => {});
      throw error;
    }
  };
  return {
    shape,
    read(first, wanted) {
      const mine = turn.then(() => read(first, wanted));
      turn = mine.catch(() => {});
      return mine;
    },
    stop: () => turn.then(stop),
  };
}
