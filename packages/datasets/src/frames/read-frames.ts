import type { Clip } from '@mer/representations';
import type { ClipRecord } from '../annotations/clip-record.js';
import type { DataFolder } from '../files/data-folder.js';
import type { ReadClipOptions } from '../read-clip-options.js';
import { type ClipFrames, positionOf } from './clip-frames.js';
import { decodePicture } from './decode-picture.js';
import { frameRange } from './frame-range.js';
import { frameSize, frameStack } from './frame-stack.js';

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

/**
 * A function that reads clips of one data set. All clips share `decoders` places: pictures beyond that wait as file names,
 * so that memory holds the clips asked for and a few pictures, however many clips the set has.
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
  const limited = limiter(decoders);
  return async (id, { onset, apex, offset }, { folder: path, files, numbers }, options = {}) => {
    const { first, last, count, ...marks } = frameRange(
      id,
      {
        onset: positionOf(numbers, onset),
        apex: apex === null ? null : positionOf(numbers, apex),
        offset: positionOf(numbers, offset),
        count: files.length,
      },
      options,
    );
    frameSize(id, options.size);
    const stack = frameStack(id, count, options);
    let failed = false;
    const tasks: Promise<void>[] = [];
    for (let position = first; position <= last; position++) {
      const file = `${path}/${files[position]}`;
      tasks.push(
        limited(async () => {
          if (failed) return;
          try {
            stack.put(position - first, await decodePicture(await folder.read(file)));
          } catch (cause) {
            failed = true;
            const { message } = cause as Error;
            throw new Error(
              `Cannot read clip ${id} as '${file}' in ${folder.name} must be a whole picture: ${message}`,
              {
                cause,
              },
            );
          }
        }),
      );
    }
    const settled = await Promise.allSettled(tasks);
    const broken = settled.find((result) => result.status === 'rejected');
    if (broken) {
      stack.abandon();
      throw broken.reason;
    }
    return { frames: stack.tensor(), ...marks };
  };
}
