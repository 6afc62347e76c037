import type { DecodedFrame } from '../video/video.js';
import type { CameraFramesOptions } from './camera.js';
import type { CameraPicture, PictureSource, Taken } from './newest-frames.js';
import { takeFrames } from './take-frames.js';

/** What goes through the channel: the worker asks for a frame, the page gives one. */
type FromWorker = 'next' | 'stop';
type FromPage = { readonly picture?: CameraPicture; readonly index?: number; readonly error?: string };

/** The page's end of a channel to a worker. */
export function shareFrames(source: PictureSource): MessagePort {
  const { port1, port2 } = new MessageChannel();
  const give = (message: FromPage, transfer: Transferable[] = []) => port1.postMessage(message, transfer);
  port1.onmessage = async ({ data }: { data: FromWorker }) => {
    if (data === 'stop') {
      source.stop();
      port1.close();
      return;
    }
    try {
      const taken = await source.next();
      give(taken ?? {}, taken ? [taken.picture as unknown as Transferable] : []);
    } catch (error) {
      give({ error: (error as Error).message });
    }
  };
  return port2;
}

/**
 * The frames of a camera in a worker: the page opened it, and posted the port of `camera.share()` here.
 *
 * Pixels are unpacked where this runs. A frame is asked for when it is wanted, so there is never a row of them; those that came meanwhile were dropped.
 *
 * @param port of `share()`, transferred; it serves one such loop
 * @param options a signal
 * @returns frames as `camera.frames()` gives them
 * @throws Error where the camera is pulled out or taken away
 *
 * @example
 * ```ts no-run
 * import { cameraFrames } from '@mer/io';
 *
 * addEventListener('message', async ({ data: port }) => {
 *   for await (const { index, time, width, height, data } of cameraFrames(port)) console.log(index, time, width, height, data.length);
 * });
 * ```
 */
export function cameraFrames(
  port: MessagePort,
  { signal }: CameraFramesOptions = {},
): AsyncGenerator<DecodedFrame, void, undefined> {
  let waiting: { resolve(taken: Taken | undefined): void; reject(error: Error): void } | undefined;
  port.onmessage = ({ data: { picture, index, error } }: { data: FromPage }) => {
    if (error !== undefined) waiting?.reject(new Error(error));
    else waiting?.resolve(picture && { picture, index: index! });
    waiting = undefined;
  };
  const ask = (message: FromWorker) => port.postMessage(message);
  return takeFrames(
    {
      next: () =>
        new Promise((resolve, reject) => {
          waiting = { resolve, reject };
          ask('next');
        }),
      stop() {
        ask('stop');
        port.close();
      },
    },
    signal,
  );
}
