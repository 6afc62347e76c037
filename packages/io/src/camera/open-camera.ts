import type { Camera, CameraStream, OpenCameraOptions } from './camera.js';
import { type CameraPicture, type NewestFrames, newestFrames, type PictureSource } from './newest-frames.js';
import { shareFrames } from './share-frames.js';
import { takeFrames } from './take-frames.js';

const CANNOT = 'Cannot open the camera as';

/** What the errors of browsers mean. */
const REASONS: Readonly<Record<string, string>> = {
  NotAllowedError: 'it must be allowed: whoever was asked, the browser or the page that holds this one refused it',
  SecurityError: 'it must be allowed: the browser refused it',
  NotFoundError: 'there must be one: this device has none',
  NotReadableError: 'it must be free: another program uses it, or the system refused it',
  OverconstrainedError: 'there must be one as asked for: no camera has this device',
  AbortError: 'it must start: it did not',
};

/**
 * Opens the camera of a browser: on a page, not in a worker. The visitor is asked.
 *
 * Pixels are unpacked where frames are taken: `camera.frames()` on the page, or in a worker with `camera.share()` and {@link cameraFrames}, so that the page stays quick. Nothing is
 * kept or sent.
 *
 * @param options size, frames a second, which camera, signal
 * @returns the camera; the caller stops it
 * @throws Error with the reason: not a browser, a page that was not served by https or from localhost, a worker, not allowed, no camera, a camera in use;
 * RangeError for a size or rate that cannot be
 *
 * @example
 * ```ts no-run
 * import { openCamera } from '@mer/io';
 *
 * const camera = await openCamera({ width: 640, height: 480 });
 * document.querySelector('video')!.srcObject = camera.stream;
 * for await (const { index, time, width, height, data } of camera.frames()) {
 *   console.log(index, time, width, height, data.length);
 *   if (time > 5) camera.stop();
 * }
 * ```
 */
export async function openCamera(options: OpenCameraOptions = {}): Promise<Camera> {
  const { width = 640, height = 480, fps = 30, facing = 'user', device, signal } = options;
  for (const [name, value] of Object.entries({ width, height, fps })) {
    if (!(value >= 1 && value <= 10_000)) {
      throw new RangeError(`${CANNOT} ${name} must be a number from 1 to 10000: current value is ${String(value)}`);
    }
  }
  signal?.throwIfAborted();
  const stream = await ask({
    audio: false,
    video: {
      ...{ width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: fps } },
      ...(device === undefined ? { facingMode: facing } : { deviceId: { exact: device } }),
    },
  });
  const [track] = stream.getVideoTracks();
  const sources = new Set<NewestFrames>();
  let stopped = false;
  const endAll = (error?: Error) => {
    for (const source of sources) source.end(error);
    sources.clear();
  };
  const stop = () => {
    stopped = true;
    for (const one of stream.getTracks()) one.stop();
    endAll();
  };
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  signal?.throwIfAborted();
  // a track ends by itself where the device is pulled out or the visitor takes the permission back
  track!.addEventListener('ended', () => {
    stopped = true;
    endAll(new Error('Cannot read the camera as it must stay on: it was taken away or pulled out'));
  });
  const source = (): PictureSource => {
    let end = () => {};
    const newest = newestFrames(() => {
      sources.delete(newest);
      end();
    });
    if (stopped) newest.end();
    else {
      sources.add(newest);
      end = feed(newest, stream, track!);
    }
    return newest;
  };
  const settings = track!.getSettings();
  return {
    name: track!.label || 'camera',
    width: settings.width ?? width,
    height: settings.height ?? height,
    fps: settings.frameRate ?? 0,
    stream: stream as CameraStream,
    frames: ({ signal: ended } = {}) =>
      takeFrames(source(), ended && signal ? AbortSignal.any([ended, signal]) : (ended ?? signal)),
    share: () => shareFrames(source()),
    stop,
  };
}

async function ask(constraints: MediaStreamConstraints): Promise<MediaStream> {
  const devices = (globalThis as { navigator?: { mediaDevices?: MediaDevices } }).navigator?.mediaDevices;
  if (!devices?.getUserMedia) {
    const { isSecureContext, document } = globalThis as { isSecureContext?: boolean; document?: unknown };
    const reason =
      isSecureContext === undefined
        ? 'it must be that of a browser: this is none. Frames of a file: openVideo()'
        : !isSecureContext
          ? 'the page must be served by https or from localhost: it is not'
          : document === undefined
            ? 'it must be opened on the page: this is a worker. Open it there and post camera.share() here'
            : 'the browser must have getUserMedia: it has not';
    throw new Error(`${CANNOT} ${reason}`);
  }
  try {
    return await devices.getUserMedia(constraints);
  } catch (cause) {
    const { name, message } = cause as Error;
    throw new Error(`${CANNOT} ${REASONS[name] ?? message}`, { cause });
  }
}

/** Chromium's and Safari's way from a track to frames; TypeScript's DOM library does not have it. */
type TrackProcessor = new (of: { track: MediaStreamTrack }) => { readonly readable: ReadableStream<CameraPicture> };

/** Puts the frames of a camera where they are taken; returns what ends that. */
function feed(newest: NewestFrames, stream: MediaStream, track: MediaStreamTrack): () => void {
  const { MediaStreamTrackProcessor: Processor } = globalThis as { MediaStreamTrackProcessor?: TrackProcessor };
  if (Processor) {
    const reader = new Processor({ track }).readable.getReader();
    const read = async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return newest.end();
        newest.put(value);
      }
    };
    read().catch((error: Error) => newest.end(error));
    return () => void reader.cancel().catch(() => {});
  }
  if (!('VideoFrame' in globalThis)) {
    newest.end(new Error('Cannot read the camera as the browser must have WebCodecs (VideoFrame): it has not'));
    return () => {};
  }
  const video = document.createElement('video');
  Object.assign(video, { muted: true, playsInline: true, srcObject: stream });
  let going = true;
  const each: VideoFrameRequestCallback = (now) => {
    if (!going) return;
    newest.put(new VideoFrame(video, { timestamp: Math.round(now * 1000) }) as CameraPicture);
    video.requestVideoFrameCallback(each);
  };
  video.requestVideoFrameCallback(each);
  video.play().catch((error: Error) => newest.end(error));
  return () => {
    going = false;
    video.srcObject = null;
  };
}
