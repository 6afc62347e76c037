import type * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend.js';

/** Bytes of transformed filters that are kept at most. */
const limit = 256 * 2 ** 20;

type Cache = { addresses: Map<object, { address: number; bytes: number }>; seen: WeakSet<object>; bytes: number };

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
      const kept = isGone ? made.addresses.get(dataId) : undefined;
      if (kept !== undefined) {
        backend.wasm._free(kept.address);
        made.addresses.delete(dataId);
        made.bytes -= kept.bytes;
      }
      return isGone;
    };
  }
  return cache;
}

/**
 * The transformed filter of a convolution, kept from its second use until the filter is disposed: in training a filter is
 * used once and then replaced, in inference again and again. Undefined when it is not kept.
 */
export function keptFilter(
  backend: WasmBackend,
  filter: tf.TensorInfo,
  count: number,
  transform: (address: number) => void,
): number | undefined {
  const cache = cacheOf(backend);
  const dataId = filter.dataId as object;
  const kept = cache.addresses.get(dataId);
  if (kept !== undefined) return kept.address;
  if (!cache.seen.has(dataId)) {
    cache.seen.add(dataId);
    return undefined;
  }
  const bytes = count * 4;
  if (cache.bytes + bytes > limit) return undefined;
  const address = backend.wasm._malloc(bytes) >>> 0;
  if (address === 0) return undefined;
  transform(address);
  cache.addresses.set(dataId, { address, bytes });
  cache.bytes += bytes;
  return address;
}
