import * as tf from '@tensorflow/tfjs-core';

/** Bytes that WebAssembly can address. */
const ADDRESSABLE = 2 ** 32;

/** What the code of the wasm backend itself needs of them. */
const RESERVED = 2 ** 24;

/**
 * Throws where a tensor is too large for the wasm backend, before that is asked for memory: the size that its allocator is given wraps at 32 bits, and
 * what is then written lies over other tensors. (`useBackend` of `@mer/backends` checks every allocation; this is for a backend that tfjs started.)
 *
 * @param task - begins the message
 * @param shape - of the tensor
 * @param valueBytes - bytes of a value
 * @throws {RangeError} with the bytes that were asked for, the limit, and what to do
 *
 * @example
 * ```ts
 * import { checkTensorBytes } from '@mer/io';
 *
 * checkTensorBytes('read a picture', [480, 640, 3]); // fits
 * ```
 */
export function checkTensorBytes(task: string, shape: readonly number[], valueBytes = 4): void {
  if (tf.getBackend() !== 'wasm') return;
  const bytes = shape.reduce((product, size) => product * size, valueBytes);
  if (bytes <= ADDRESSABLE - RESERVED) return;
  throw new RangeError(
    `Cannot ${task} as [${shape.join(', ')}] must fit into the heap of the wasm backend: ${bytes} bytes of at most ${ADDRESSABLE}, of which tensors hold ${tf.memory().numBytes}; use fewer or smaller frames, frames that are read when they are needed, or another backend`,
  );
}
