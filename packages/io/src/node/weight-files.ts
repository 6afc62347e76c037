import type { ArrayData, NamedArrays } from '../array-data.js';
import type { LimitOptions } from '../file-limits.js';
import { isKeras, parseKerasWeights } from '../keras-weights.js';
import {
  type Checkpoint,
  openPytorchCheckpoint,
  type PytorchCheckpointOptions,
  parsePytorchCheckpoint,
} from '../pytorch-checkpoint.js';
import { encodeSafetensors, parseSafetensors, type Safetensors } from '../safetensors.js';
import { isPytorchCheckpoint, parseWeights } from '../weights.js';
import { readParsed } from './read-bytes.js';
import { writeFileAtomic } from './write-file-atomic.js';

/**
 * The arrays and the metadata of a safetensors file (Node only): {@link parseSafetensors} on a path.
 *
 * @throws Error with the path in front.
 *
 * @example
 * ```ts no-run
 * import { readSafetensors } from '@mer/io';
 *
 * const { arrays, metadata } = await readSafetensors('weights.safetensors');
 * ```
 */
export function readSafetensors(path: string, options: LimitOptions = {}): Promise<Safetensors> {
  return readParsed(path, (bytes) => parseSafetensors(bytes, options), options.limits);
}

/**
 * Writes arrays and text metadata as a safetensors file (Node only), whole or not at all.
 *
 * @throws TypeError or RangeError where an array's data do not fit its dtype or shape; Error where the file cannot be written.
 *
 * @example
 * ```ts no-run
 * import { type ArrayData, writeSafetensors } from '@mer/io';
 *
 * const bias: ArrayData = { dtype: 'float32', shape: [2], data: Float32Array.of(0.5, -1) };
 * await writeSafetensors('weights.safetensors', { bias }, { epoch: '7' });
 * ```
 */
export async function writeSafetensors(
  path: string,
  arrays: Readonly<Record<string, ArrayData>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFileAtomic(path, encodeSafetensors(arrays, metadata));
}

/**
 * The tensors of a PyTorch checkpoint (Node only): {@link parsePytorchCheckpoint} on a path.
 *
 * @throws Error with the path in front.
 *
 * @example
 * ```ts no-run
 * import { readPytorchCheckpoint } from '@mer/io';
 *
 * const arrays = await readPytorchCheckpoint('006.pth');
 * console.log(arrays['conv1.weight']?.shape); // [ 3, 3, 3, 3 ]
 * ```
 */
export function readPytorchCheckpoint(path: string, options: PytorchCheckpointOptions = {}): Promise<NamedArrays> {
  return readParsed(path, (bytes) => parsePytorchCheckpoint(bytes, options), options.limits);
}

/**
 * The arrays of a weight file, safetensors, PyTorch or Keras, by its content (Node only): {@link parseWeights} or {@link parseKerasWeights} on a path.
 *
 * @throws Error with the path in front.
 *
 * @example
 * ```ts no-run
 * import { readWeights } from '@mer/io';
 *
 * const arrays = await readWeights('runs/ststnet/folds/0/006/weights.safetensors');
 * ```
 */
export async function readWeights(path: string, options: PytorchCheckpointOptions = {}): Promise<NamedArrays> {
  return (await readCheckpoint(path, options)).arrays;
}

/**
 * The arrays of a weight file as {@link readWeights} gives them, and what stands beside them in a PyTorch checkpoint (Node only): `epoch`, the options of the training,
 * a confusion matrix. Of all these only a few words are kept, and nothing was run for them.
 *
 * @throws Error with the path in front.
 *
 * @example
 * ```ts no-run
 * import { readCheckpoint } from '@mer/io';
 *
 * const { arrays, companions } = await readCheckpoint('checkpoint.pth');
 * console.log(Object.keys(arrays).length, companions); // 40 { epoch: '800', args: 'argparse.Namespace' }
 * ```
 */
export function readCheckpoint(path: string, options: PytorchCheckpointOptions = {}): Promise<Checkpoint> {
  return readParsed(path, (bytes) => checkpointOf(bytes, options), options.limits);
}

async function checkpointOf(bytes: Uint8Array, options: PytorchCheckpointOptions): Promise<Checkpoint> {
  if (isKeras(bytes)) return { arrays: await parseKerasWeights(bytes, options), companions: {} };
  if (isPytorchCheckpoint(bytes)) return openPytorchCheckpoint(bytes, options);
  return { arrays: parseWeights(bytes, options), companions: {} };
}
