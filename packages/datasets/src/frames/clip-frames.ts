import type { Video } from '@mer/io';
import type { DataFolder } from '../files/data-folder.js';
import { folderVideo } from '../files/folder-video.js';
import { isVideoName } from '../video-name.js';
import { frameNames } from './frame-names.js';

/** The frames of one clip on disk, in numeric order. */
export interface ClipFrames {
  /** Folder, relative to the root; of a video its file. */
  folder: string;
  /** File names in the folder; none of a video. */
  files: readonly string[];
  /** The frame number of each; in a video they count from 1. */
  numbers: readonly number[];
  /** Numbers that two files claim; the first of them is read. */
  twice: readonly number[];
  /** Pictures in the folder that are no frames: a file manager's copies, names unlike those of the frames. */
  passed: readonly string[];
  /** The video that the frames lie in, where they are no picture files. */
  video?: Video;
}

/** Lists the frames in a folder, optionally only those with a number from `first` to `last`. */
export type FrameLister = (path: string, range?: { first: number; last: number }) => Promise<ClipFrames>;

/** What lists frames; the names of the folder that was asked for last are not read again, as clips of one recording come one after the other. */
export function frameLister(folder: DataFolder): FrameLister {
  let last: { path: string; frames: { name: string; number: number }[]; passed: readonly string[] } | undefined;
  return async (path, range) => {
    if (isVideoName(path) && (await folder.size(path)) !== undefined) return videoClip(folder, path, range);
    if (last?.path !== path) {
      const entries = (await folder.list(path)) ?? [];
      const { frames, passed } = frameNames(entries.flatMap(({ name, kind }) => (kind === 'file' ? [name] : [])));
      // The sort is stable and the listing in natural order: of two files with one number the first by name comes first.
      last = { path, frames: [...frames].sort((a, b) => a.number - b.number), passed };
    }
    const { frames: all, passed } = last;
    const frames = range ? all.filter(({ number }) => number >= range.first && number <= range.last) : all;
    const repeated = ({ number }: { number: number }, i: number) => i > 0 && frames[i - 1]!.number === number;
    const single = frames.filter((frame, i) => !repeated(frame, i));
    return {
      folder: path,
      files: single.map(({ name }) => name),
      numbers: single.map(({ number }) => number),
      twice: [...new Set(frames.filter(repeated).map(({ number }) => number))],
      passed,
    };
  };
}

/** The frames of a video, numbered from 1, as where they are written to files. */
async function videoClip(
  folder: DataFolder,
  path: string,
  range?: { first: number; last: number },
): Promise<ClipFrames> {
  const video = await folderVideo(folder, path);
  const all = Array.from(video.times, (_, i) => i + 1);
  const numbers = range ? all.filter((number) => number >= range.first && number <= range.last) : all;
  return { folder: path, files: [], numbers, twice: [], passed: [], video };
}

/** Lists the frames in one folder, or of one video. */
export function listFrames(folder: DataFolder, ...asked: Parameters<FrameLister>): Promise<ClipFrames> {
  return frameLister(folder)(...asked);
}

/** The position of the frame with this number, or of the nearest one that is there (the earlier of two). */
export function positionOf(numbers: readonly number[], number: number): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) {
    if (Math.abs(numbers[i]! - number) < Math.abs(numbers[best]! - number)) best = i;
  }
  return best;
}

/** The runs of numbers from `first` to `last` that no frame has, however long; `numbers` in rising order. */
export function absentRuns(numbers: readonly number[], first: number, last: number): [from: number, to: number][] {
  const runs: [number, number][] = [];
  let next = first;
  for (const number of [...numbers.filter((each) => each >= first && each <= last), last + 1]) {
    if (number > next) runs.push([next, number - 1]);
    next = number + 1;
  }
  return runs;
}
