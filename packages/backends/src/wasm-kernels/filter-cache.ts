import type * as tf from '@tensorflow/tfjs-core';
import { isTraining } from '../memory/training.js';
import { AllocationError } from './allocations.js';
import { type Addresses, withArrays } from './lay-out.js';
import type { WasmBackend } from './wasm-backend.js';

/** Bytes of filters in other layouts that are kept at most. */
const limit = 256 * 2 ** 20;

/** How the kernels want a filter: transformed for Winograd's algorithm, or in panels of 8 columns. */
type Layout = 'winograd' | 'panels';

type Kept = { layout: Layout; address: number; bytes: number };

type Cache = { addresses: Map<object, Kept>; seen: WeakSet<object>; bytes: number };

const caches = new WeakMap<WasmBackend, Cache>();

function cacheOf(backend: WasmBackend): Cache {
  let cache = caches.get(backend);
  if (cache === undefined) {
    const made: Cache = { addresses: new Map(), seen: new WeakSet(), bytes: 0 };
    cache = made;
    caches.set(backend, made);
    const stock = backend.disposeData.bind(backend);
    backend.disposeData = (dataId, force) => {
      const isGone = stock(dataId, force);
      if (isGone) forget(made, backend, dataId);
      return isGone;
    };
  }
  return cache;
}

/** A filter as a kernel wants it. */
export type LaidOutFilter = {
  filter: tf.TensorInfo;
  layout: Layout;
  /** Floats in that layout. */
  count: number;
  /** Writes it in that layout. */
  write(address: number): void;
};

/**
 * Lends a filter in another layout, and arrays of so many floats each, to `use`. The filter is the one that is kept, or is made and lies before the
 * arrays.
 */
export function withLaidOutFilter<const Counts extends readonly number[]>(
  backend: WasmBackend,
  laidOut: LaidOutFilter,
  counts: Counts,
  use: (filter: number, ...addresses: Addresses<Counts>) => void,
): void {
  const kept = keptFilter(backend, laidOut);
  if (kept !== undefined) {
    withArrays(backend, counts, (...addresses) => use(kept, ...addresses));
    return;
  }
  const { count, write } = laidOut;
  withArrays(backend, [count, ...counts], (made, ...addresses) => {
    write(made);
    use(made, ...(addresses as unknown as Addresses<Counts>));
  });
}

/**
 * The filter of a convolution in another layout, kept from its second use until the filter is disposed: in inference it is used
 * again and again. Undefined when it is not kept: before, in training, when there is no room,
 * and when it is kept in the other layout, as images of another size may ask for.
 */
function keptFilter(backend: WasmBackend, { filter, layout, count, write }: LaidOutFilter): number | undefined {
  if (isTraining()) return undefined;
  const cache = cacheOf(backend);
  const dataId = filter.dataId as object;
  const kept = cache.addresses.get(dataId);
  if (kept !== undefined) return kept.layout === layout ? kept.address : undefined;
  if (!cache.seen.has(dataId)) {
    cache.seen.add(dataId);
    return undefined;
  }
  const bytes = count * 4;
  if (cache.bytes + bytes > limit) return undefined;
  const address = allocated(backend, bytes);
  if (address === undefined) return undefined;
  write(address);
  cache.addresses.set(dataId, { layout, address, bytes });
  cache.bytes += bytes;
  return address;
}

/** Says that a filter has changed where it lies: what was kept of it is of no use. */
export function forgetFilter(backend: WasmBackend, filter: tf.TensorInfo): void {
  const cache = caches.get(backend);
  if (cache === undefined) return;
  forget(cache, backend, filter.dataId);
  cache.seen.delete(filter.dataId);
}

function forget(cache: Cache, backend: WasmBackend, dataId: object): void {
  const kept = cache.addresses.get(dataId);
  if (kept === undefined) return;
  backend.wasm._free(kept.address);
  cache.addresses.delete(dataId);
  cache.bytes -= kept.bytes;
}

/** Memory, if there is any left: filters are kept only to save time. */
function allocated(backend: WasmBackend, bytes: number): number | undefined {
  try {
    return backend.wasm._malloc(bytes);
  } catch (error) {
    if (error instanceof AllocationError) return undefined;
    throw error;
  }
}
