import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkFps, type OpenVideoOptions, type Video, type VideoDecoding, videoOf } from '../video/video.js';
import { decodeByFfmpeg } from './ffmpeg/decode-video.js';
import { indexByFfmpeg } from './ffmpeg/index-video.js';
import { NoFfmpegError } from './ffmpeg/run-ffmpeg.js';
import { systemErrorText } from './system-error-text.js';
import { decodeInNode } from './web-codecs.js';

/**
 * Opens a video file (mp4, mov, webm, mkv, avi): its frames are counted and their times read; pixels are decoded when they are asked for.
 *
 * In Node by the program `ffmpeg` (5.1 or newer; `FFMPEG_PATH` says where it is, where it is not found by its name), which is not part of any package. Where it is absent, and
 * in browsers, by WebCodecs: the optional package `mediabunny`, in Node with `@napi-rs/webcodecs` (all but avi).
 *
 * Frames are those that are stored, none doubled and none left out, also where their durations vary; with `fps`, for each evenly spaced time the
 * frame nearest to it. They are upright, as the file says a player must turn them. Colors are R, G, B as the decoder makes them, 8 bits. Pixels that
 * are not square stay as they are stored.
 *
 * @param source a path or a `file:` address in Node; a `Blob` or `File`; in a browser an address as well
 * @param options fps, decoder, limits, signal
 * @returns number and times of its frames, and a function that reads some of them; the caller closes it
 * @throws Error for a file that is missing, damaged, of another kind, or without video, and where there is no decoder, with what to install;
 * RangeError for more frames or pixels than `limits` allows
 *
 * @example
 * ```ts no-run
 * import { openVideo } from '@mer/io';
 *
 * const video = await openVideo('clip.mp4', { fps: 30 });
 * for await (const { index, time, width, height, data } of video.frames()) console.log(index, time, width, height, data.length);
 * await video.close();
 * ```
 */
export async function openVideo(source: string | URL | Blob, options: OpenVideoOptions = {}): Promise<Video> {
  const name = nameOf(source);
  checkFps(name, options.fps);
  options.signal?.throwIfAborted();
  return videoOf(await decodingOf(source, name, options), options);
}

async function decodingOf(
  source: string | URL | Blob,
  name: string,
  options: OpenVideoOptions,
): Promise<VideoDecoding> {
  if (source instanceof Blob) return decodeInNode(source, name, options);
  const file = pathOf(source, name);
  const info = await stat(file).catch((cause: unknown) => {
    throw new Error(`Cannot open video ${name} as ${systemErrorText(cause)}`, { cause });
  });
  if (!info.isFile()) throw new Error(`Cannot open video ${name} as it must be a file: it is a folder`);
  const { decoder = 'auto', limits, signal } = options;
  if (decoder === 'webcodecs') return decodeInNode(file, name, options);
  try {
    const index = await indexByFfmpeg(file, name, { limits, signal });
    return {
      name,
      decoder: 'ffmpeg',
      index,
      decode: (first, ended) => decodeByFfmpeg(file, name, index, first, ended),
      close: async () => {},
    };
  } catch (error) {
    if (decoder === 'ffmpeg' || !(error instanceof NoFfmpegError)) throw error;
    return decodeInNode(file, name, options);
  }
}

function pathOf(source: string | URL, name: string): string {
  if (source instanceof URL || /^[a-z][a-z\d+.-]+:\/\//i.test(source)) {
    const url = new URL(source);
    if (url.protocol === 'file:') return fileURLToPath(url);
    throw new TypeError(
      `Cannot open video ${name} as in Node it must be a path or a Blob: current value is an address. Fetch it first: new Blob([await (await fetch(address)).arrayBuffer()])`,
    );
  }
  return resolve(source);
}

function nameOf(source: string | URL | Blob): string {
  if (source instanceof Blob) return (source as Partial<File>).name ?? 'given as a Blob';
  return source instanceof URL ? basename(source.pathname) : source;
}
