import type { DataFolder } from '../files/data-folder.js';

/** The frames of one clip on disk, in numeric order. */
export interface ClipFrames {
  /** Folder, relative to the root. */
  folder: string;
  /** File names in the folder. */
  files: readonly string[];
  /** The frame number of each. */
  numbers: readonly number[];
  /** Numbers that two files claim; the first of them is read. */
  twice: readonly number[];
}

/** The number of a frame: the last run of digits of its name; undefined where the file is no frame. */
export function frameNumber(file: string): number | undefined {
  if (file.startsWith('.')) return undefined;
  const stem = /^(.*)\.(?:jpe?g|png|bmp)$/i.exec(file)?.[1];
  const digits = stem?.match(/\d+(?=\D*$)/)?.[0];
  return digits === undefined ? undefined : Number(digits);
}

/** Lists the frames in a folder, optionally only those with a number from `first` to `last`. */
export async function listFrames(
  folder: DataFolder,
  path: string,
  range?: { first: number; last: number },
): Promise<ClipFrames> {
  const entries = (await folder.list(path)) ?? [];
  const frames: { name: string; number: number }[] = [];
  for (const { name, kind } of entries) {
    const number = kind === 'file' ? frameNumber(name) : undefined;
    if (number === undefined || (range && (number < range.first || number > range.last))) continue;
    frames.push({ name, number });
  }
  // The sort is stable and the listing in natural order: of two files with one number the first by name comes first.
  frames.sort((a, b) => a.number - b.number);
  const twice = frames.filter(({ number }, i) => i > 0 && frames[i - 1]!.number === number).map(({ number }) => number);
  const single = frames.filter(({ number }, i) => i === 0 || frames[i - 1]!.number !== number);
  return {
    folder: path,
    files: single.map(({ name }) => name),
    numbers: single.map(({ number }) => number),
    twice: [...new Set(twice)],
  };
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
