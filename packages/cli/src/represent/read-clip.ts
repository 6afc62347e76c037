import { stat } from 'node:fs/promises';
import {
  type ClipSource,
  isLong,
  type OpenClipSourceOptions,
  openClipSource,
  type ReadClipOptions,
} from '@mer/datasets';
import { type Clip, clipToApex, type FrameReader, isLongClip, type LongClip, spotApex } from '@mer/representations';
import { UsageError } from '../errors.js';
import { say } from '../output.js';

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
 * Reads a folder of frames (PNG, JPEG, BMP, in natural order) or a video, and marks onset, apex and offset: the first frame, the
 * frame in which the face has moved most, and the last frame unless they are given. Frames are read as from a data set; all of them by default, and when
 * they are needed where there are many.
 */
export async function readClip(
  path: string,
  marks: Marks,
  options: ReadClipOptions & Pick<OpenClipSourceOptions, 'fps'> = {},
  tooLong: (frames: FrameReader) => boolean = isLong,
): Promise<NumberedClip> {
  const { from, to, ...how } = { ...ALL, ...options };
  const source = await openSource(path, how);
  try {
    const read = await markedClip(source, marks, { from, to }, tooLong);
    // a long clip is read from there until the end
    if (!isLongClip(read.clip)) await source.close();
    return read;
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** All frames of a folder or a video, gray unless `color` is true, read when they are needed, with what is known of them. */
export function openRecording(path: string, options: OpenClipSourceOptions = {}): Promise<ClipSource> {
  return openSource(path, { color: false, ...options });
}

/** The same at even times: of a video whose frames come at varying ones the nearest to the nearest whole rate, which is said. */
export async function openEvenRecording(path: string, options: OpenClipSourceOptions = {}): Promise<ClipSource> {
  const source = await openRecording(path, options);
  if (source.constant || source.fps === undefined) return source;
  await source.close();
  const fps = Math.max(1, Math.round(source.fps));
  say(
    `its frames come at varying times: the nearest to ${fps} even ones a second are taken; --fps <n> for another rate\n`,
  );
  return openRecording(path, { ...options, fps });
}

async function openSource(path: string, options: OpenClipSourceOptions): Promise<ClipSource> {
  const info = await stat(path).catch((cause) => {
    throw new UsageError(`Cannot read a clip as ${path} must be a folder of frames or a video file`, { cause });
  });
  const source = await openClipSource(path, options).catch((cause: unknown) => {
    if (!info.isDirectory() || !(cause as Error).message.includes('two frames')) throw cause;
    throw new UsageError((cause as Error).message, { cause });
  });
  if (source.frames.shape[0] >= 2) return source;
  await source.close();
  throw new UsageError(`Cannot read a clip as ${path} must have at least two frames: it has one`);
}

async function markedClip(
  { frames, numbers: known, close }: ClipSource,
  marks: Marks,
  { from, to }: Pick<ReadClipOptions, 'from' | 'to'>,
  tooLong: (frames: FrameReader) => boolean,
): Promise<NumberedClip> {
  const onset = position(known, marks.onset, 'onset') ?? 0;
  const offset = position(known, marks.offset, 'offset') ?? known.length - 1;
  const given = position(known, marks.apex, 'apex');
  if (onset >= offset || (given !== undefined && (given < onset || given > offset))) {
    const shown = [onset, given, offset].map((index) => (index === undefined ? 'spotted' : known[index])).join(', ');
    throw new UsageError(`Cannot read the clip as onset, apex and offset must follow one another: they are ${shown}`);
  }
  const first = from === 'first' ? 0 : onset;
  const last = to === 'last' ? known.length : offset + 1;
  const [, ...frame] = frames.shape;
  const part: FrameReader = { shape: [last - first, ...frame], read: (at, count) => frames.read(first + at, count) };
  const read = tooLong(part) ? { frames: part } : { frames: await part.read(0, last - first) };
  const clip: Clip | LongClip = { ...read, onset: onset - first, apex: null, offset: offset - first };
  const apex = given === undefined ? await spottedApex(clip) : given - first;
  const whole = { ...clip, apex };
  const marked = to === 'apex' ? clipToApex(whole) : whole;
  if (marked !== whole && !isLongClip(clip)) clip.frames.dispose();
  return {
    clip: marked,
    numbers: known.slice(first, last),
    spotted: given === undefined,
    async close() {
      if (isLongClip(marked)) await close();
      else marked.frames.dispose();
    },
  };
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

/** The frame in which the face has moved most. */
async function spottedApex(clip: Clip | LongClip): Promise<number> {
  const marked = await spotApex().applyAsync(clip);
  if (!isLongClip(marked)) marked.frames.dispose();
  return marked.apex!;
}
