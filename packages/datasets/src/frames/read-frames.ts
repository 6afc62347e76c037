import type { Video } from '@mer/io';
import { checkOptions, integer, type OptionsOf } from '@mer/options';
import type { Clip, FrameReader, LongClip } from '@mer/representations';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { ClipRecord } from '../annotations/clip-record.js';
import type { DataFolder } from '../files/data-folder.js';
import { withListCache } from '../files/find-paths.js';
import { limitsOption } from '../files/limits-option.js';
import { checkReadOptions, type ReadClipOptions, readClipOptions } from '../read-clip-options.js';
import { type ClipFrames, positionOf } from './clip-frames.js';
import { decodePicture } from './decode-picture.js';
import { frameRange } from './frame-range.js';
import { type FrameOptions, frameShape, frameStack, type PictureKind, RoomError } from './frame-stack.js';
import { imageHeader } from './image-header.js';
import { videoFrames } from './video-frames.js';

/** Runs tasks, at most `limit` at the same time, in the order in which they came. */
export function limiter(limit: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running >= limit) await new Promise<void>((resume) => waiting.push(resume));
    else running++;
    try {
      return await task();
    } finally {
      // Hand the place on, or give it up.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

type Limiter = ReturnType<typeof limiter>;

/** How many pictures may be where on their way into a clip; the next files are read while others are decoded. */
interface Places {
  reading: Limiter;
  decoding: Limiter;
  /** In memory at all: twice the decoders. */
  held: Limiter;
}

const placesFor = (decoders: number): Places => ({
  reading: limiter(decoders),
  decoding: limiter(decoders),
  held: limiter(2 * decoders),
});

/** A clip of a data set, and how it is to be read. */
type ReaderArguments = [
  id: string,
  record: Pick<ClipRecord, 'onset' | 'apex' | 'offset'>,
  frames: ClipFrames,
  options?: ReadClipOptions,
];

/** Reads clips of one data set. */
export interface ClipReader {
  /** With all frames in memory. */
  read(...clip: ReaderArguments): Promise<Clip>;
  /** With frames that are read when they are needed. */
  open(...clip: ReaderArguments): Promise<LongClip>;
}

/**
 * What reads clips of one data set. All clips share `decoders` decoders, and as many places for files that are read
 * ahead: pictures beyond that wait as file names, so that memory holds the clips asked for and a few pictures, however many
 * clips the set has.
 */
export function clipReader(folder: DataFolder, decoders: number): ClipReader {
  const places = placesFor(decoders);
  const planned = (
    ...[id, { onset, apex, offset }, { folder: path, files, numbers, video }, options = {}]: ReaderArguments
  ) => {
    const asked = checkReadOptions(id, options);
    const { first, last, marks } = frameRange(
      id,
      {
        onset: positionOf(numbers, onset),
        apex: apex === null ? null : positionOf(numbers, apex),
        offset: positionOf(numbers, offset),
        count: numbers.length,
      },
      asked,
    );
    if (video) return { marks, video: videoPart(video, numbers, [first, last], asked) };
    const wanted = files.slice(first, last + 1).map((file) => `${path}/${file}`);
    return { marks, wanted, how: { places, id, ...asked } };
  };
  return {
    async read(...clip) {
      const { marks, wanted, how, video } = planned(...clip);
      if (video) return { frames: await video.readAll(), ...marks };
      return { frames: await stackPictures(folder, wanted, how), ...marks };
    },
    async open(...clip) {
      const { marks, wanted, how, video } = planned(...clip);
      if (video) return { frames: video, ...marks };
      return { frames: await pictureReader(folder, wanted, how), ...marks };
    },
  };
}

/** A part of a video as a reader of frames; positions are those among `numbers`, which count from 1 in the video. */
function videoPart(
  video: Video,
  numbers: readonly number[],
  [first, last]: readonly [number, number],
  options: FrameOptions,
): FrameReader & { readAll(): Promise<Tensor4D> } {
  const frames = videoFrames(video, options);
  const [, ...frame] = frames.shape;
  const from = numbers[first]! - 1;
  const count = last - first + 1;
  return {
    shape: [count, ...frame],
    read: (at, some) => frames.read(from + at, some),
    readAll: () => frames.read(from, count).finally(() => frames.stop()),
  };
}

/** A reader of picture files: those that are asked for are decoded, each time. */
async function pictureReader(
  folder: DataFolder,
  files: readonly string[],
  { places, id, ...options }: Omit<StackOptions, 'first'>,
): Promise<FrameReader> {
  const [file] = files;
  if (file === undefined) throw new RangeError(`Cannot read clip ${id} as it must have frames: it has none`);
  const first = await namingFile(async () => imageHeader(await folder.read(file)), { id, folder, file });
  return {
    shape: [files.length, ...frameShape(first, options)],
    read: (from, count) => stackPictures(folder, files.slice(from, from + count), { places, id, first, ...options }),
  };
}

export const readFramesOptions = {
  size: readClipOptions.size,
  color: readClipOptions.color,
  decoders: integer('How many pictures are decoded at the same time.', { min: 1, max: 64, default: 4 }),
  limits: limitsOption(),
};

/** Options of {@link readFrames}. */
export type ReadFramesOptions = OptionsOf<typeof readFramesOptions>;

/**
 * Reads picture files as the frames of one clip, decoded, resized and scaled exactly as `readClip` of a data set does.
 *
 * @param folder - the folder that holds them
 * @param files - paths in the folder, in the order of the frames; JPEG, PNG or BMP, all of one size
 * @param given - size, color, decoders, limits
 * @returns `[T, H, W, C]`, float32 in 0..1; the caller's
 * @throws Error that names the file which is missing, no whole picture, or of another size than the others
 * @throws RangeError where there is no file, or an option is out of its range
 *
 * @example
 * ```ts no-run
 * import { openFolder, readFrames } from '@mer/datasets';
 *
 * const frames = await readFrames(await openFolder('clip'), ['img1.jpg', 'img2.jpg'], { size: 224, color: true });
 * console.log(frames.shape); // [ 2, 224, 224, 3 ]
 * ```
 */
export async function readFrames(
  folder: DataFolder,
  files: readonly string[],
  given: ReadFramesOptions = {},
): Promise<Tensor4D> {
  const { decoders, limits, ...options } = checkOptions('read frames', readFramesOptions, given);
  return stackPictures(withListCache(folder, limits), files, {
    places: placesFor(decoders),
    id: `in ${folder.name}`,
    ...options,
  });
}

/**
 * Picture files as the frames of a clip that is read when it is needed: each frame is decoded again whenever it is asked for, exactly as
 * {@link readFrames} does, so that a clip of any length takes the memory of a few frames.
 *
 * @param folder - the folder that holds them
 * @param files - paths in the folder, in the order of the frames; JPEG, PNG or BMP, all of one size
 * @param given - size, color, decoders
 * @returns the shape of the frames, by the first file, and a function that reads some of them
 * @throws Error that names the first file where it is missing or no picture; a later file where it is read
 * @throws RangeError where there is no file, or an option is out of its range
 *
 * @example
 * ```ts no-run
 * import { openFolder, openFrames } from '@mer/datasets';
 * import { dynamicImage } from '@mer/representations';
 *
 * const files = Array.from({ length: 2000 }, (_, i) => `img${i + 1}.jpg`);
 * const frames = await openFrames(await openFolder('clip'), files);
 * const image = await dynamicImage().applyAsync({ frames, onset: 0, apex: 900, offset: 1999 });
 * console.log(image.shape); // [ 480, 640, 3 ]
 * ```
 */
export async function openFrames(
  folder: DataFolder,
  files: readonly string[],
  given: ReadFramesOptions = {},
): Promise<FrameReader> {
  const { decoders, limits, ...options } = checkOptions('open frames', readFramesOptions, given);
  return pictureReader(withListCache(folder, limits), files, {
    places: placesFor(decoders),
    id: `in ${folder.name}`,
    ...options,
  });
}

interface StackOptions extends FrameOptions {
  places: Places;
  /** What messages call the clip. */
  id: string;
  /** A picture of the clip, where these files are but some of it. */
  first?: PictureKind;
}

/** Throws what went wrong with a file, with its name; that there is no room is no fault of a file. */
async function namingFile<T>(
  work: () => Promise<T>,
  { id, folder, file }: { id: string; folder: DataFolder; file: string },
) {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof RoomError) throw cause;
    const { message } = cause as Error;
    throw new Error(`Cannot read clip ${id} as '${file}' in ${folder.name} must be a whole picture: ${message}`, {
      cause,
    });
  }
}

async function stackPictures(
  folder: DataFolder,
  files: readonly string[],
  { places, id, first, ...options }: StackOptions,
): Promise<Tensor4D> {
  const stack = frameStack(id, files.length, options, first);
  let failed = false;
  const tasks = files.map((file, position) =>
    places.held(async () => {
      if (failed) return;
      try {
        await namingFile(
          async () => {
            const bytes = await places.reading(() => folder.read(file));
            stack.put(position, await places.decoding(() => decodePicture(bytes, folder.limits)));
          },
          { id, folder, file },
        );
      } catch (error) {
        failed = true;
        throw error;
      }
    }),
  );
  const settled = await Promise.allSettled(tasks);
  const broken = settled.find((result) => result.status === 'rejected');
  if (broken) {
    stack.abandon();
    throw broken.reason;
  }
  return stack.tensor();
}
