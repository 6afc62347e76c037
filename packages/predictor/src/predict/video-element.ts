import { type DecodedFrame, pictureToImage } from '@mer/io';

/** Options of {@link videoElementFrames}. */
export interface VideoElementOptions {
  /** Frames a second that are looked at. */
  fps: number;
  /** Ends the work by throwing the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * The frames of a `<video>` of a page at even times, one after the other: the element is wound to each, and back to where it was at the end.
 *
 * @param video - whose length is known and whose pixels the page may read
 * @param options - frames a second, signal
 * @throws RangeError where it has no length (a camera), or none yet; Error where it does not go to the times that it is set to, as browsers do where the server knows no ranges of bytes
 */
export async function* videoElementFrames(
  video: HTMLVideoElement,
  { fps, signal }: VideoElementOptions,
): AsyncGenerator<DecodedFrame, void, undefined> {
  if (video.readyState < 2) await once(video, 'loadeddata', signal);
  const { duration, currentTime, paused } = video;
  if (!Number.isFinite(duration) || duration <= 0) {
    throw new RangeError(
      `Cannot read the frames of a video element as it must have a length: current duration is ${duration}; of a camera give the frames as they come (openCamera of @mer/io)`,
    );
  }
  video.pause();
  try {
    const count = Math.max(1, Math.round(duration * fps));
    for (let index = 0; index < count; index++) {
      signal?.throwIfAborted();
      // the middle of the time of a frame, so that rounding does not give its neighbor
      const time = Math.min((index + 0.5) / fps, duration);
      if (video.currentTime !== time) {
        const there = once(video, 'seeked', signal);
        video.currentTime = time;
        await there;
        // a server that does not answer requests for ranges: browsers stay at the beginning, and say nothing
        if (Math.abs(video.currentTime - time) > 0.5 / fps) {
          throw new Error(
            `Cannot read the frames of a video element as it must go to the time that it is set to: set to ${time.toFixed(3)} s it is at ${video.currentTime.toFixed(3)} s. Its server must answer requests for ranges of bytes (Accept-Ranges); or fetch the file and give the Blob`,
          );
        }
      }
      const frame = new VideoFrame(video, { timestamp: Math.round(time * 1e6) });
      try {
        yield { ...(await pictureToImage(frame)), channels: 3, index, time: index / fps };
      } finally {
        frame.close();
      }
    }
  } finally {
    video.currentTime = currentTime;
    if (!paused) video.play().catch(() => {});
  }
}

function once(video: HTMLVideoElement, event: string, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = new AbortController();
    const settle = (work: () => void) => () => {
      ended.abort();
      work();
    };
    const options = { once: true, signal: ended.signal };
    video.addEventListener(event, settle(resolve), options);
    const fault = () =>
      reject(new Error(`Cannot read the frames of a video element: ${video.error?.message || 'it failed'}`));
    video.addEventListener('error', settle(fault), options);
    signal?.addEventListener(
      'abort',
      settle(() => reject(signal.reason)),
      options,
    );
    if (signal?.aborted) settle(() => reject(signal.reason))();
  });
}
