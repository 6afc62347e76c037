import { open, readFile } from 'node:fs/promises';
import { checkLimit, decodeImage, openVideo, openZip, parseNpy, type RawImage } from '@mer/io';
import type { ServiceLimits } from './limits.js';
import { ServiceError } from './service-error.js';

/** What was uploaded: a video by its path, or frames that are decoded as they are taken. */
export type UploadedClip =
  | { readonly kind: 'video'; readonly path: string; readonly frames: number }
  | { readonly kind: 'frames'; readonly pixels: AsyncGenerator<RawImage, void, undefined>; readonly frames: number };

/** Unpacked, what is in a zip file may be so many times as large as a request may be. */
const UNPACKED = 4;

type FileKind = 'picture' | 'zip' | 'npy' | 'video';

/**
 * What files are, by their first bytes, and what is in them; nothing is decoded yet, but a video has been looked through once.
 *
 * @throws ServiceError 413 beyond a limit, 415 where nothing is there to decode it, 422 where it cannot be read
 */
export async function openUploadedClip(
  files: readonly string[],
  { limits, fps, signal }: { limits: ServiceLimits; fps?: number | undefined; signal: AbortSignal },
): Promise<UploadedClip> {
  const kinds = await Promise.all(files.map(kindOf));
  const whole = kinds.findIndex((kind) => kind !== 'picture');
  if (whole !== -1 && files.length > 1) {
    throw unreadable(
      `several files must be frames (PNG, JPEG or BMP): file ${whole + 1} of ${files.length} is ${NAMES[kinds[whole]!]}`,
    );
  }
  const [file] = files as [string];
  return told(file, async () => {
    switch (kinds[0]!) {
      case 'video':
        return { kind: 'video', path: file, frames: await lookThroughVideo(file, { limits, signal }) };
      case 'npy':
        return framesOf(arrayFrames(await readFile(file), limits), { limits, fps });
      case 'zip':
        return framesOf(zippedFrames(await readFile(file), limits), { limits, fps });
      case 'picture':
        return framesOf(
          files.map((one) => async () => decoded(await readFile(one), limits)),
          { limits, fps },
        );
    }
  });
}

const NAMES: Readonly<Record<FileKind, string>> = {
  picture: 'a picture',
  zip: 'a zip file',
  npy: 'an npy file',
  video: 'a video, or of another kind',
};

async function kindOf(file: string): Promise<FileKind> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    if (bytesRead === 0) throw unreadable('a file must not be empty');
    const start = buffer.subarray(0, bytesRead).toString('latin1');
    if (start.startsWith('PK')) return 'zip';
    if (start.startsWith('\x93NUMPY')) return 'npy';
    return start.startsWith('\x89PNG') || start.startsWith('\xff\xd8\xff') || start.startsWith('BM')
      ? 'picture'
      : 'video';
  } finally {
    await handle.close();
  }
}

async function lookThroughVideo(
  path: string,
  { limits, signal }: { limits: ServiceLimits; signal: AbortSignal },
): Promise<number> {
  const video = await openVideo(path, { limits: { frames: limits.frames, pixels: limits.pixels }, signal });
  try {
    const frames = video.times.length;
    checkSeconds(video.times[frames - 1] ?? 0, limits);
    checkClipPixels(frames * video.width * video.height, limits);
    return frames;
  } finally {
    await video.close();
  }
}

type Frame = () => RawImage | Promise<RawImage>;

function framesOf(
  frames: readonly Frame[],
  { limits, fps }: { limits: ServiceLimits; fps: number | undefined },
): UploadedClip {
  checkLimit(CANNOT, 'the number of its frames', 'frames', frames.length, { frames: limits.frames });
  if (fps !== undefined) checkSeconds(frames.length / fps, limits);
  return { kind: 'frames', pixels: oneAfterTheOther(frames, limits), frames: frames.length };
}

async function* oneAfterTheOther(
  frames: readonly Frame[],
  limits: ServiceLimits,
): AsyncGenerator<RawImage, void, undefined> {
  let pixels = 0;
  let first: RawImage | undefined;
  for (const [i, frame] of frames.entries()) {
    const made = await told(undefined, frame, frames.length > 1 ? `frame ${i + 1} of ${frames.length}` : undefined);
    first ??= made;
    if (made.width !== first.width || made.height !== first.height) {
      throw unreadable(
        `frames must be of one size: frame ${i + 1} is ${made.width} x ${made.height}, the first ${first.width} x ${first.height}`,
      );
    }
    pixels += made.width * made.height;
    checkClipPixels(pixels, limits);
    yield made;
  }
}

const decoded = (bytes: Uint8Array, { pixels }: ServiceLimits): Promise<RawImage> =>
  decodeImage(bytes, { limits: { pixels } });

/** Pictures in a zip file, in the order of their names, numbers in them by value. */
function zippedFrames(bytes: Uint8Array, limits: ServiceLimits): Frame[] {
  const zip = openZip(bytes, { limits: { zipEntries: limits.frames + 100, unpackedBytes: UNPACKED * limits.bytes } });
  const names = [...zip.keys()].filter((name) => !/(?:\/|^__MACOSX\/.*|(?:^|\/)\.[^/]*)$/.test(name));
  const stray = names.find((name) => !/\.(?:png|jpe?g|bmp)$/i.test(name));
  if (stray !== undefined)
    throw unreadable('a zip must hold frames alone, PNG, JPEG or BMP: it has a file of another kind');
  if (names.length === 0) throw unreadable('a zip must hold frames, PNG, JPEG or BMP: it has none');
  names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return names.map((name) => () => decoded(zip.get(name)!(), limits));
}

/** Frames of an array of bytes, gray or R, G, B. */
function arrayFrames(bytes: Uint8Array, limits: ServiceLimits): Frame[] {
  const { dtype, shape, data } = parseNpy(bytes);
  const [frames = 0, height = 0, width = 0, channels = 1] = shape;
  if (dtype !== 'uint8' || shape.length < 3 || shape.length > 4 || (channels !== 1 && channels !== 3)) {
    throw unreadable(
      `an npy file must be uint8, [frames, height, width] or [frames, height, width, 3]: it is ${dtype}, [${shape.slice(0, 8).join(', ')}]`,
    );
  }
  const size = height * width;
  if (frames * size === 0) throw unreadable('an npy file must hold frames: it is empty');
  checkLimit(CANNOT, 'the pixels of its frames', 'pixels', size, { pixels: limits.pixels });
  const values = data as Uint8Array;
  return Array.from({ length: Math.min(frames, limits.frames + 1) }, (_, i) => () => {
    const at = i * size * channels;
    return { width, height, channels: channels as 1 | 3, data: values.subarray(at, at + size * channels) };
  });
}

const CANNOT = 'Cannot read the clip';
const unreadable = (reason: string, options?: ErrorOptions) =>
  new ServiceError(422, 'unreadable', `${CANNOT} as ${reason}`, options);
const beyond = (reason: string, options?: ErrorOptions) => new ServiceError(413, 'too-large', reason, options);

function checkSeconds(seconds: number, limits: ServiceLimits): void {
  if (seconds <= limits.seconds) return;
  throw beyond(`${CANNOT} as it must take at most ${limits.seconds} s: it takes ${seconds.toFixed(1)}`);
}

function checkClipPixels(pixels: number, { clipPixels }: ServiceLimits): void {
  if (pixels <= clipPixels) return;
  throw beyond(
    `${CANNOT} as its frames must have at most ${clipPixels} pixels together: they have more. Send it smaller, or a part of it`,
  );
}

/** Runs something that reads; what it complains of becomes an answer, which names no file of ours. */
async function told<T>(file: string | undefined, read: () => T | Promise<T>, which?: string): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw readError(error, { file, which });
  }
}

/** An error of a reader, or of a predictor, as an answer; one in words that nobody wrote for users is the file's fault where it is read, and else ours. */
export function readError(
  error: unknown,
  { file, which, reading = true }: { file?: string | undefined; which?: string | undefined; reading?: boolean } = {},
): unknown {
  if (error instanceof ServiceError || !(error instanceof Error)) return error;
  if (error.name === 'AbortError') return error;
  const said = (
    file === undefined
      ? error.message
      : error.message.replaceAll(`file:${file}`, 'the file').replaceAll(file, 'the file')
  ).replaceAll('video the file', 'the video');
  if (!said.startsWith('Cannot ')) {
    return reading ? unreadable('it must be intact: it is damaged', { cause: error }) : error;
  }
  const message = which === undefined ? said : said.replace(/ as /, ` (${which}) as `);
  if (/limits\.\w+$/.test(message)) return beyond(message.replace(/ Where that is right.*$/s, ''), { cause: error });
  if (/must be installed/.test(message)) {
    return new ServiceError(
      415,
      'no-decoder',
      `${CANNOT} as this service has nothing to decode it with: send its frames as PNG`,
      { cause: error },
    );
  }
  return new ServiceError(422, 'unreadable', message, { cause: error });
}
