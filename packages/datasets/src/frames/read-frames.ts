import { checkOptions, integer, type OptionsOf } from '@mer/options';
import type { Clip } from '@mer/representations';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { ClipRecord } from '../annotations/clip-record.js';
import type { DataFolder } from '../files/data-folder.js';
import { withListCache } from '../files/find-paths.js';
import { limitsOption } from '../files/limits-option.js';
import {
  type CheckedReadOptions,
  checkReadOptions,
  type ReadClipOptions,
  readClipOptions,
} from '../read-clip-options.js';
import { type ClipFrames, positionOf } from './clip-frames.js';
import { decodePicture } from './decode-picture.js';
import { frameRange } from './frame-range.js';
import { frameStack } from './frame-stack.js';

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

/**
 * A function that reads clips of one data set. All clips share `decoders` decoders, and as many places for files that are read
 * ahead: pictures beyond that wait as file names, so that memory holds the clips asked for and a few pictures, however many
 * clips the set has.
 */
export function clipReader(
  folder: DataFolder,
  decoders: number,
): (
  id: string,
  record: Pick<ClipRecord, 'onset' | 'apex' | 'offset'>,
  frames: ClipFrames,
  options?: ReadClipOptions,
) => Promise<Clip> {
  const places = placesFor(decoders);
  return async (id, { onset, apex, offset }, { folder: path, files, numbers }, options = {}) => {
    const asked = checkReadOptions(id, options);
    const { first, last, marks } = frameRange(
      id,
      {
        onset: positionOf(numbers, onset),
        apex: apex === null ? null : positionOf(numbers, apex),
        offset: positionOf(numbers, offset),
        count: files.length,
      },
      asked,
    );
    const wanted = files.slice(first, last + 1).map((file) => `${path}/${file}`);
    return { frames: await stackPictures(folder, wanted, { places, id, ...asked }), ...marks };
  };
}

const readFramesOptions = {
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

interface StackOptions extends Pick<CheckedReadOptions, 'size' | 'color'> {
  places: Places;
  /** What messages call the clip. */
  id: string;
}

async function stackPictures(
  folder: DataFolder,
  files: readonly string[],
  { places, id, ...options }: StackOptions,
): Promise<Tensor4D> {
  const stack = frameStack(id, files.length, options);
  let failed = false;
  const tasks = files.map((file, position) =>
    places.held(async () => {
      if (failed) return;
      try {
        const bytes = await places.reading(() => folder.read(file));
        stack.put(position, await places.decoding(() => decodePicture(bytes, folder.limits)));
      } catch (cause) {
        failed = true;
        const { message } = cause as Error;
        throw new Error(`Cannot read clip ${id} as '${file}' in ${folder.name} must be a whole picture: ${message}`, {
          cause,
        });
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
