import type { ArrayData } from '../array-data.js';
import type { LimitOptions } from '../file-limits.js';
import { encodeFlo, parseFlo } from '../flo.js';
import { encodeNpy, parseNpy } from '../npy.js';
import { readParsed } from './read-bytes.js';
import { writeFileAtomic } from './write-file-atomic.js';

/**
 * The array of a NumPy `.npy` file (Node only): {@link parseNpy} on a path.
 *
 * @throws Error with the path in front.
 *
 * @example
 * ```ts no-run
 * import { readNpy } from '@mer/io';
 *
 * const { dtype, shape, data } = await readNpy('features.npy');
 * ```
 */
export function readNpy(path: string, { limits }: LimitOptions = {}): Promise<ArrayData> {
  return readParsed(path, parseNpy, limits);
}

/**
 * Writes an array as a NumPy `.npy` file (Node only), whole or not at all.
 *
 * @throws TypeError or RangeError where the data do not fit the dtype or the shape; Error where the file cannot be written.
 *
 * @example
 * ```ts no-run
 * import { writeNpy } from '@mer/io';
 *
 * await writeNpy('labels.npy', { dtype: 'int32', shape: [3], data: Int32Array.of(0, 2, 1) });
 * ```
 */
export async function writeNpy(path: string, array: ArrayData): Promise<void> {
  await writeFileAtomic(path, encodeNpy(array));
}

/**
 * The optical flow of a Middlebury `.flo` file (Node only): {@link parseFlo} on a path.
 *
 * @throws Error with the path in front.
 *
 * @example
 * ```ts no-run
 * import { arrayToTensor, readFlo } from '@mer/io';
 *
 * const flow = arrayToTensor(await readFlo('flow10.flo'));
 * console.log(flow.shape); // [ 388, 584, 2 ]
 * flow.dispose();
 * ```
 */
export function readFlo(path: string, { limits }: LimitOptions = {}): Promise<ArrayData> {
  return readParsed(path, parseFlo, limits);
}

/**
 * Writes an optical flow as a Middlebury `.flo` file (Node only), whole or not at all.
 *
 * @throws TypeError for another dtype or shape than `float32` `[height, width, 2]`; Error where the file cannot be written.
 *
 * @example
 * ```ts no-run
 * import { writeFlo } from '@mer/io';
 *
 * await writeFlo('still.flo', { dtype: 'float32', shape: [2, 3, 2], data: new Float32Array(12) });
 * ```
 */
export async function writeFlo(path: string, flow: ArrayData): Promise<void> {
  await writeFileAtomic(path, encodeFlo(flow));
}
