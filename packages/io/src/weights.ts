import type { NamedArrays } from './array-data.js';
import { isHdf5 } from './keras-weights.js';
import { type PytorchCheckpointOptions, parsePytorchCheckpoint } from './pytorch-checkpoint.js';
import { parseSafetensors } from './safetensors.js';

/**
 * The arrays of a weight file, whichever it is: safetensors, or a PyTorch checkpoint in either of its formats.
 *
 * The content decides, not the name of the file. `entry` chooses within a PyTorch checkpoint and does nothing for safetensors.
 *
 * @throws Error where the bytes are neither, or are damaged.
 *
 * @example
 * ```ts
 * import { encodeSafetensors, parseWeights } from '@mer/io';
 *
 * const bytes = encodeSafetensors({ bias: { dtype: 'float32', shape: [1], data: Float32Array.of(3) } });
 * console.log(Object.keys(parseWeights(bytes))); // [ 'bias' ]
 * ```
 */
export function parseWeights(bytes: Uint8Array, options: PytorchCheckpointOptions = {}): NamedArrays {
  if (isPytorchCheckpoint(bytes)) return parsePytorchCheckpoint(bytes, options);
  if (bytes.length >= 9 && bytes[8] === 0x7b) return parseSafetensors(bytes, options).arrays;
  if (isHdf5(bytes))
    throw new Error(
      'Cannot read weights as a file of Keras must be read asynchronously: await parseKerasWeights(bytes)',
    );
  throw new Error(
    'Cannot read weights as the file must be safetensors, a PyTorch checkpoint or Keras weights: it is none of these',
  );
}

/** Whether bytes begin as a checkpoint of PyTorch does. */
export function isPytorchCheckpoint(bytes: Uint8Array): boolean {
  const begins = bytes[0] === 0x80 || (bytes[0] === 0x50 && bytes[1] === 0x4b);
  // A safetensors header of 0x80 bytes begins like a pickle; its ninth byte is "{", a pickle's never is within its magic number.
  return begins && bytes[8] !== 0x7b;
}
