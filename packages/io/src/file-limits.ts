/**
 * The most that a file may ask for. What a file claims is compared with these before memory is asked for, whatever the claim: a size in a header, a cell
 * reference, a frame number, what a compressed entry unpacks to.
 */
export interface FileLimits {
  /** Bytes of a file that is read whole. */
  readonly fileBytes: number;
  /** Bytes of a text that is read whole: a table, a JSON file, the header of a safetensors file. */
  readonly textBytes: number;
  /** Bytes of the compressed entries of a zip file, such as a workbook, unpacked: of all that are read, together. */
  readonly unpackedBytes: number;
  /** Entries of a zip file. */
  readonly zipEntries: number;
  /** Values in the pickle of a PyTorch checkpoint; the elements of its tensors are not counted. */
  readonly pickleValues: number;
  /** Pixels of an image, width times height. */
  readonly pixels: number;
  /** Cells of a table, rows times columns. */
  readonly cells: number;
  /** Characters of one cell of a table. */
  readonly cellCharacters: number;
  /** Frames of a clip, from its first frame number to its last. */
  readonly frames: number;
  /** Different labels of a table, each of which becomes a class. */
  readonly labels: number;
}

/**
 * The limits that hold unless others are given.
 *
 * @example
 * ```ts
 * import { fileLimits } from '@mer/io';
 *
 * console.log(fileLimits.pixels, fileLimits.frames); // 67108864 100000
 * ```
 */
export const fileLimits: FileLimits = Object.freeze({
  // what Node reads in one piece
  fileBytes: 2 ** 31 - 1,
  textBytes: 2 ** 25,
  unpackedBytes: 2 ** 26,
  zipEntries: 2 ** 16,
  pickleValues: 2 ** 22,
  // an 8K frame has half as many
  pixels: 2 ** 26,
  cells: 2 ** 20,
  // what a spreadsheet program holds
  cellCharacters: 32767,
  // eight minutes at 200 frames per second
  frames: 100_000,
  labels: 100,
});

/** An option of every function that reads a file. */
export interface LimitOptions {
  /** Limits that hold instead of those of {@link fileLimits}. */
  readonly limits?: Partial<FileLimits> | undefined;
}

/**
 * Throws where a number in a file is beyond its limit.
 *
 * @param cannot - what cannot be done, and with which file, row or entry: `Cannot read PNG`
 * @param what - what the number is of: `its pixels`
 * @param name - the limit
 * @param value - the number
 * @param given - limits that hold instead of those of {@link fileLimits}
 * @throws RangeError that names the limit, and how to raise it; TypeError for a limit that is no number from 0.
 *
 * @example
 * ```ts
 * import { checkLimit } from '@mer/io';
 *
 * checkLimit('Cannot read clip a', 'its frames', 'frames', 500);
 * try {
 *   checkLimit('Cannot read clip a', 'its frames', 'frames', 500, { frames: 300 });
 * } catch (error) {
 *   console.log(error.message);
 *   // Cannot read clip a as its frames must be at most 300: current value is 500. Where that is right, raise the limit: limits.frames
 * }
 * ```
 */
export function checkLimit(
  cannot: string,
  what: string,
  name: keyof FileLimits,
  value: number,
  given: Partial<FileLimits> = {},
): void {
  const most = limitOf(name, given);
  if (value <= most) return;
  throw new RangeError(
    `${cannot} as ${what} must be at most ${most}: current value is ${value}. Where that is right, raise the limit: limits.${name}`,
  );
}

/** The limit that holds. */
export function limitOf(name: keyof FileLimits, given: Partial<FileLimits> = {}): number {
  const most = given[name] ?? fileLimits[name];
  if (typeof most === 'number' && most >= 0) return most;
  throw new TypeError(`Cannot read a file as limits.${name} must be a number from 0: current value is ${String(most)}`);
}
