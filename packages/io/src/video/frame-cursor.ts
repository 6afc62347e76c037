import type { DecodedFrame, Video } from './video.js';

/** Frames ahead up to which a decoder goes on, where another would have to begin again. */
const AHEAD = 64;

/** Reads frames of a video in any order. */
export interface FrameCursor {
  /** Gives the frames `first` .. `first + count - 1` to `use`, which is told how many came before. Readings that come at the same time wait for each other. */
  read(first: number, count: number, use: (frame: DecodedFrame, before: number) => void): Promise<void>;
  /** Ends what decodes; the video stays open. */
  stop(): Promise<void>;
}

/**
 * Reads frames of a video in any order, as a reader of frames needs them: one decoder goes on from where the last reading ended, so that reading in order decodes each frame once.
 *
 * @param video - open
 * @param signal - ends the work: it then throws the signal's reason
 * @returns what reads; stopped by the caller
 * @throws RangeError, from `read`, for frames that are not in the video
 *
 * @example
 * ```ts no-run
 * import { frameCursor, openVideo } from '@mer/io';
 *
 * const video = await openVideo('clip.mp4');
 * const cursor = frameCursor(video);
 * await cursor.read(10, 5, ({ index, data }) => console.log(index, data.length));
 * await cursor.stop();
 * await video.close();
 * ```
 */
export function frameCursor(video: Video, signal?: AbortSignal): FrameCursor {
  const { times, name } = video;
  const count = times.length;
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
  const read: FrameCursor['read'] = async (first, wanted, use) => {
    if (first < 0 || wanted < 1 || first + wanted > count) {
      throw new RangeError(
        `Cannot read frames of video ${name} as they must lie within 0 to ${count - 1}: current values are ${first} to ${first + wanted - 1}`,
      );
    }
    try {
      for (let i = 0; i < wanted; i++) use(await frameAt(first + i), i);
      // nothing lies behind the last: its decoder need not wait
      if (next === count) await stop();
    } catch (error) {
      await stop().catch(() => {});
      throw error;
    }
  };
  return {
    read(first, wanted, use) {
      const mine = turn.then(() => read(first, wanted, use));
      turn = mine.catch(() => {});
      return mine;
    },
    stop: () => turn.then(stop),
  };
}
