import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isLong, naturalOrder, openFolder, openFrames, type ReadClipOptions, readFrames } from '@mer/datasets';
import { type Clip, type FrameReader, isLongClip, type LongClip, spotApex } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.js';

/** Marks as typed: numbers of frames as their file names have them, or positions from 1 where there are none. */
export interface Marks {
  onset?: number | undefined;
  apex?: number | undefined;
  offset?: number | undefined;
}

/** A clip with the numbers that its frames are known by. */
export interface NumberedClip {
  /** In memory, or with frames that are read when they are needed where there are many. */
  clip: Clip | LongClip;
  numbers: number[];
  /** Whether the apex was spotted here, not given. */
  spotted: boolean;
  /** Gives up the frames. */
  close(): Promise<void>;
}

const ALL: ReadClipOptions = { from: 'first', to: 'last' };

/**
 * Reads a folder of frames (PNG, JPEG, BMP, in natural order) or a video (through ffmpeg), and marks onset, apex and offset: the first frame, the
 * frame in which the face has moved most, and the last frame unless they are given. Frames are read as from a data set; all of them by default, and when
 * they are needed where there are many.
 */
export async function readClip(
  path: string,
  marks: Marks,
  options: ReadClipOptions = {},
  tooLong: (frames: FrameReader) => boolean = isLong,
): Promise<NumberedClip> {
  const wanted = { ...ALL, ...options };
  return inFolder(path, async (folder, remove) => {
    const read = await readFolder(folder, marks, wanted, tooLong);
    // a long clip is read from there until the end
    if (isLongClip(read.clip)) return { ...read, close: remove };
    await remove();
    return read;
  });
}

/** All frames of a folder or a video, gray unless `color` is true, read when they are needed, with the numbers that they are known by. */
export async function openVideo(
  path: string,
  { color = false }: { color?: boolean } = {},
): Promise<{ frames: FrameReader; numbers: number[]; close(): Promise<void> }> {
  return inFolder(path, async (folder, remove) => {
    const files = await framesIn(folder);
    const frames = await openFrames(await openFolder(folder), files, { color });
    return { frames, numbers: frameNumbers(files), close: remove };
  });
}

/** The folder of frames that a path is, or one of those of a video; `close` does away with the latter. */
export async function framesFolder(path: string): Promise<{ folder: string; close(): Promise<void> }> {
  return inFolder(path, async (folder, close) => ({ folder, close }));
}

/** Uses the folder of frames that a path is, or that the frames of a video are written to; `remove` does away with the latter. */
async function inFolder<T>(path: string, use: (folder: string, remove: () => Promise<void>) => Promise<T>): Promise<T> {
  const info = await stat(path).catch((cause) => {
    throw new UsageError(`Cannot read a clip as ${path} must be a folder of frames or a video file`, { cause });
  });
  if (info.isDirectory()) return use(path, async () => {});
  const folder = await mkdtemp(join(tmpdir(), 'mer-video-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await extractFrames(path, folder);
    return await use(folder, remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The frames of a folder, in order. */
async function framesIn(folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => /\.(png|jpe?g|bmp)$/i.test(file)).sort(naturalOrder);
  if (files.length >= 2) return files;
  throw new UsageError(
    `Cannot read a clip as ${folder} must hold at least two frames (.png, .jpg, .bmp): it holds ${files.length}`,
  );
}

async function readFolder(
  folder: string,
  marks: Marks,
  { from, to, ...options }: ReadClipOptions,
  tooLong: (frames: FrameReader) => boolean,
): Promise<NumberedClip> {
  const files = await framesIn(folder);
  const numbers = frameNumbers(files);
  const onset = position(numbers, marks.onset, 'onset') ?? 0;
  const offset = position(numbers, marks.offset, 'offset') ?? files.length - 1;
  const given = position(numbers, marks.apex, 'apex');
  if (onset >= offset || (given !== undefined && (given < onset || given > offset))) {
    const shown = [onset, given, offset].map((index) => (index === undefined ? 'spotted' : numbers[index])).join(', ');
    throw new UsageError(`Cannot read the clip as onset, apex and offset must follow one another: they are ${shown}`);
  }
  const first = from === 'first' ? 0 : onset;
  const last = to === 'last' ? files.length : offset + 1;
  const source = [await openFolder(folder), files.slice(first, last), options] as const;
  const opened = await openFrames(...source);
  const read = tooLong(opened) ? { frames: opened } : { frames: await readFrames(...source) };
  const clip: Clip | LongClip = { ...read, onset: onset - first, apex: null, offset: offset - first };
  const apex = given === undefined ? await spottedApex(clip) : given - first;
  const marked = to === 'apex' ? upTo(clip, apex) : { ...clip, apex };
  return {
    clip: marked,
    numbers: numbers.slice(first, last),
    spotted: given === undefined,
    async close() {
      if (!isLongClip(marked)) marked.frames.dispose();
    },
  };
}

/** The clip up to its apex, which becomes its offset. */
function upTo(clip: Clip | LongClip, apex: number): Clip | LongClip {
  const marks = { apex, offset: apex };
  if (isLongClip(clip)) {
    const [, ...frame] = clip.frames.shape;
    return { ...clip, ...marks, frames: { ...clip.frames, shape: [apex + 1, ...frame] } };
  }
  const kept = tf.slice(clip.frames, 0, apex + 1);
  clip.frames.dispose();
  return { ...clip, ...marks, frames: kept };
}

/** The last number in each file name where all have one and no two are the same; positions from 1 otherwise. */
function frameNumbers(files: readonly string[]): number[] {
  const numbers = files.map((file) => Number(/(\d+)\D*$/.exec(basename(file))?.[1] ?? Number.NaN));
  return numbers.every(Number.isInteger) && new Set(numbers).size === files.length
    ? numbers
    : files.map((_, i) => i + 1);
}

/** The place of a frame by its number. */
export function position(numbers: readonly number[], number: number | undefined, name: string): number | undefined {
  if (number === undefined) return undefined;
  const index = numbers.indexOf(number);
  if (index < 0) {
    throw new UsageError(
      `Cannot read the clip as ${name} must be the number of a frame, ${numbers[0]} to ${numbers.at(-1)}: current value is ${number}`,
    );
  }
  return index;
}

async function extractFrames(video: string, folder: string): Promise<void> {
  const child = spawn(
    'ffmpeg',
    ['-nostdin', '-v', 'error', '-i', video, '-fps_mode', 'passthrough', join(folder, '%06d.png')],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  await new Promise<void>((resolve, reject) => {
    child.on('error', (cause) => {
      reject(
        new Error(
          `Cannot read the video ${video} as the program ffmpeg must be installed: install it, or give a folder of frames`,
          { cause },
        ),
      );
    });
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        reject(new Error(`Cannot read ${video} as ffmpeg must understand it: ${complaint.trim().split('\n').at(-1)}`));
    });
  });
}

/** The frame in which the face has moved most. */
async function spottedApex(clip: Clip | LongClip): Promise<number> {
  const marked = await spotApex().applyAsync(clip);
  if (!isLongClip(marked)) marked.frames.dispose();
  return marked.apex!;
}
