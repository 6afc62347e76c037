import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { landmarkFileText } from '@mer/experiments';
import { makeFolder, systemErrorText, writeFileAtomic } from '@mer/io';
import { hashOf, visible } from '@mer/options';
import {
  type Clip,
  createFaceDetector,
  type FaceDetectorName,
  FaceError,
  type FaceQuality,
  type FrameLandmarks,
  type FrameReader,
  faceNotes,
  type LongClip,
  parseLandmarks,
  trackFaces,
} from '@mer/representations';
import { UsageError } from '../errors.js';
import { interruptible } from '../interrupt.js';
import { say, terminal } from '../output.js';
import { createCounter } from '../progress.js';

/** Who finds the face, and what is done where there are several: options of `represent` and `spot`. */
export interface FaceOptions {
  /** A file of landmarks (a folder of such, of a data set) instead of a detector. */
  landmarks?: string;
  detector: string;
  several: string;
}

/** Raised when the same key would stand for other points than before. */
const layout = 1;

/** Least share of the frames with a face. */
const LEAST_SHARE = 0.5;

/** Reads a file of landmarks; `size` is that of the frames. */
export async function readLandmarkFile(
  path: string,
  size?: readonly [height: number, width: number],
): Promise<FrameLandmarks[]> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new UsageError(`Cannot read the landmarks ${path} as ${systemErrorText(cause)}`, { cause });
  });
  try {
    return parseLandmarks(text, size && { size: [...size] });
  } catch (cause) {
    throw new UsageError(`${path}: ${(cause as Error).message}`, { cause });
  }
}

/** What {@link findLandmarks} needs besides the frames. */
interface FindOptions {
  /** Folder of frames, or video. */
  path: string;
  /** Numbers of the frames, as they are told. */
  numbers: readonly number[];
  faces: FaceOptions;
  /** Looks at every so many frames. */
  every?: number;
  /** What else the frames depend on: how they were read. */
  read: unknown;
  /** Where the points are kept, as a later command finds them. */
  keep: string;
  /** Opens the detector. */
  open?: typeof createFaceDetector;
}

/**
 * The 68 points of the face in a recording: those that an earlier command kept, or found now and kept. What was found is told, and refused where it is nobody, several, or a face in
 * less than half of the frames.
 */
export async function findLandmarks(
  frames: Clip | LongClip | FrameReader,
  { path, numbers, faces, every = 1, read, keep, open = createFaceDetector }: FindOptions,
): Promise<FrameLandmarks[]> {
  const { detector, several } = faces;
  const options = { several, every, missing: 'leave' } as const;
  const key = hashOf([layout, await stampsOf(path), numbers, read, detector, options]);
  const before = await kept(keep, key);
  if (before) {
    say(`face: ${before.about} (kept in ${keep})\n`);
    return parseLandmarks(before.text);
  }
  const detect = await open(detector as FaceDetectorName).catch((cause: unknown) => {
    const { message } = cause as Error;
    throw new UsageError(`${message}; or give --landmarks <file>`, { cause });
  });
  const counter = createCounter(terminal, 'looked for the face in', 'frames');
  const track = await interruptible('stopped', (signal) =>
    trackFaces(frames as FrameReader, detect, { ...(options as object), signal, onProgress: counter.show }),
  )
    .catch((cause: unknown) => {
      if (!(cause instanceof FaceError)) throw cause;
      const reason = cause.message.replace(/^Cannot .*? as /, '').replace(/; say which.*$/, '');
      const advice =
        cause.fault === 'several' ? '--several says which, largest, surest or middle' : 'or give --landmarks <file>';
      throw new UsageError(`Cannot find the face of ${visible(path)} as ${reason}; ${advice}`, { cause });
    })
    .finally(counter.end);
  const { found, frames: looked, share } = track.quality;
  if (share < LEAST_SHARE) {
    throw new UsageError(
      `Cannot find the face of ${visible(path)} as it must be in half of the frames: it is in ${found} of the ${looked} that were looked at; or give --landmarks <file>`,
    );
  }
  const about = aboutFace(track.quality, detector, numbers);
  const text = landmarkFileText(track, { detector, key, about, numbers });
  await makeFolder(dirname(keep));
  await writeFileAtomic(keep, text);
  say(`face: ${about}; its points: ${keep}\n`);
  return parseLandmarks(text);
}

/** Where the points of a recording are kept that has no folder of results: beside those of runs. */
export function landmarkCache(path: string): string {
  const whole = resolve(path);
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  return join('runs', '.cache', 'landmarks', `${basename(whole).replace(/[^\w.-]/g, '_')}-${hash}.json`);
}

function aboutFace(quality: FaceQuality, detector: string, numbers: readonly number[]): string {
  const { found, frames, meanScore, lowestScore } = quality;
  const facts = `in ${found} of ${frames} frames by ${detector}, score ${meanScore.toFixed(2)} (least ${lowestScore.toFixed(2)})`;
  return [facts, ...faceNotes(quality, numbers)].join('; ');
}

/** Names, sizes and times of the files of a recording. */
async function stampsOf(path: string): Promise<unknown[]> {
  const info = await stat(path);
  const files = info.isDirectory() ? (await readdir(path)).sort().map((name) => join(path, name)) : [path];
  const stamps: unknown[] = [];
  for (const file of files) {
    const { size, mtimeMs } = await stat(file);
    stamps.push([basename(file), size, mtimeMs]);
  }
  return stamps;
}

async function kept(path: string, key: string): Promise<{ text: string; about: string } | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    const data = JSON.parse(text) as { key?: unknown; about?: unknown };
    return data.key === key && typeof data.about === 'string' ? { text, about: data.about } : undefined;
  } catch {
    return undefined;
  }
}
