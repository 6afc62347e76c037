import * as tf from '@tensorflow/tfjs-core';
import { internals } from '../memory/engine.js';
import { BlockAllocator, LINING_UP } from './block-allocator.js';
import type { WasmBackend } from './wasm-backend.js';

/** Bytes that WebAssembly can address. */
export const LONGEST_HEAP = 2 ** 32;

/** Blocks of fewer bytes stay with the backend's own allocator. */
export const LARGE_BLOCK = 2 ** 16;

/** Least length of a stretch that large blocks are taken from. */
const STRETCH = 2 ** 24;

/** What is left to the backend's own allocator beside a reserved stretch, so that its small blocks do not make the heap grow. */
export const SPARE = 2 ** 24;

/** What large blocks leave to small ones and to the backend's compiled code, which aborts where it finds no room. */
const MARGIN = 2 ** 24;

/** What small blocks leave to that code. */
const LAST = 2 ** 20;

/** A tensor, or what a kernel works in, for which there is no room. What was there before is still there. */
export class AllocationError extends RangeError {
  override readonly name = 'AllocationError';

  /**
   * @param bytes - what was asked for
   * @param used - bytes of the heap that are in use
   * @param longest - the longest piece that is still to be had
   */
  constructor(
    readonly bytes: number,
    readonly used: number,
    readonly longest: number,
  ) {
    super(
      `Cannot allocate ${bytes} bytes as they must fit into the heap of the wasm backend: of its ${LONGEST_HEAP} bytes ${used} are in use, and the longest free piece has ${longest}; use fewer or smaller frames, smaller batches, or another backend`,
    );
  }
}

const reserving = new WeakMap<tf.KernelBackend, (bytes: number) => void>();

/**
 * Takes large blocks of the heap into hands of our own, which leave fewer gaps, and makes allocations that fail, or whose size would not fit into 32 bits,
 * throw an {@link AllocationError}; stock tfjs goes on at address 0.
 */
export function guardAllocations(backend: WasmBackend): void {
  const { wasm } = backend;
  // the first call of each puts the module's own function in its place
  wasm._free(wasm._malloc(1) >>> 0);
  const { _malloc: malloc, _free: free } = wasm;
  // end of what was ever given out
  let end = 0;
  const attempt = (bytes: number) => {
    // at the end of all memory the backend's own allocator gives out what lies beyond; what is no number must not get there
    if (!(end + bytes + (bytes < LARGE_BLOCK ? LAST : MARGIN) <= LONGEST_HEAP)) return 0;
    const address = malloc(bytes) >>> 0;
    if (address > 0) end = Math.max(end, address + bytes);
    return address;
  };
  const refused = (bytes: number) => {
    const { total, longest } = blocks.free();
    const beyond = Math.max(0, LONGEST_HEAP - MARGIN - end);
    return new AllocationError(bytes, end - total, Math.max(longest, beyond));
  };
  const blocks = new BlockAllocator((room, allocator, bytes) => {
    // near the end of the heap no more than what is needed
    for (const length of [Math.max(room, STRETCH), room]) {
      const start = attempt(length);
      if (start > 0) return allocator.addStretch(start, length);
    }
    throw refused(bytes);
  });
  wasm._malloc = (bytes) => {
    const length = Math.max(1, bytes);
    // where the backend's own allocator has no room left there may be some between the large blocks
    return (length < LARGE_BLOCK && attempt(length)) || blocks.take(length);
  };
  wasm._free = (address) => {
    if (!blocks.give(address >>> 0)) free(address);
  };
  keepRefusedMoves(backend);
  let reserved = 0;
  reserving.set(backend, (bytes) => {
    if (bytes <= reserved) return;
    const length = bytes - reserved + LINING_UP;
    const spare = attempt(SPARE);
    const start = spare && attempt(length);
    if (spare > 0) free(spare);
    if (start === 0) throw refused(bytes);
    blocks.addStretch(start, length);
    reserved = bytes;
  });
}

type WithMove = tf.KernelBackend & { move(dataId: object, ...rest: unknown[]): void };

/** Gives a tensor for which there is no room to another backend: the engine takes it from its own before it asks whether this one has room. */
function keepRefusedMoves(backend: WasmBackend): void {
  const host = backend as WithMove;
  const move = host.move.bind(backend);
  host.move = (dataId, ...rest) => {
    try {
      move(dataId, ...rest);
    } catch (error) {
      const info = internals().state.tensorInfo.get(dataId);
      const other = Object.values(tf.engine().registry).find((one) => one !== backend) as WithMove | undefined;
      if (info && other && error instanceof AllocationError) {
        other.move(dataId, ...rest);
        info.backend = other;
      }
      throw error;
    }
  };
}

/**
 * Makes room for what a {@link rehearse rehearsal} says will be held, in one piece, so that the heap grows no further: tensors that come later find
 * their place in it. Does nothing on backends other than wasm, and where as much is reserved already.
 *
 * @param bytes - `blocks()` of a rehearsal
 * @throws {@link AllocationError} where there is no room for it
 *
 * @example
 * ```ts
 * import { reserveMemory, useBackend } from '@mer/backends';
 *
 * await useBackend('wasm');
 * reserveMemory(1e8);
 * ```
 */
export function reserveMemory(bytes: number): void {
  reserving.get(tf.backend())?.(bytes);
}
