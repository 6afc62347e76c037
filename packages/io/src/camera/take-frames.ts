import { framePixels, storedSize } from '../video/frame-pixels.js';
import { type Turn, upright } from '../video/upright.js';
import type { DecodedFrame } from '../video/video.js';
import type { PictureSource, Taken } from './newest-frames.js';

/** The frames of a source with their pixels and times; its end, and that of the loop, ends the source. */
export async function* takeFrames(
  source: PictureSource,
  signal: AbortSignal | undefined,
): AsyncGenerator<DecodedFrame, void, undefined> {
  let start: number | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  // it may be that nobody waits for it
  aborted.catch(() => {});
  try {
    for (;;) {
      const next = source.next();
      let taken: Taken | undefined;
      try {
        taken = await Promise.race([next, aborted]);
      } catch (error) {
        // a frame that comes all the same is nobody's
        next.then((late) => late?.picture.close()).catch(() => {});
        throw error;
      }
      if (!taken) return;
      start ??= taken.picture.timestamp;
      yield await unpacked(taken, start);
    }
  } finally {
    source.stop();
  }
}

/** The pixels of a frame, which is closed before anybody looks at them: a camera has few frames to give away. */
async function unpacked({ picture, index }: Taken, start: number): Promise<DecodedFrame> {
  try {
    const turn: Turn = { rotation: (picture.rotation ?? 0) as Turn['rotation'], flip: picture.flip ?? false };
    const [across, down] = storedSize(picture);
    const [width, height] = turn.rotation % 180 === 0 ? [across, down] : [down, across];
    const time = (picture.timestamp - start) / 1e6;
    const data = upright(await framePixels(picture), across, down, turn);
    return { index, time, width, height, channels: 3, data };
  } finally {
    picture.close();
  }
}
