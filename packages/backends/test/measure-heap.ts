import * as tf from '@tensorflow/tfjs-core';

/** The allocator of the wasm backend. */
interface Heap {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** Bytes that are live at the end, and were at most at a time, while something runs on the wasm backend itself; `live` tells those of a moment. */
export function measureHeap(run: (live: () => number) => void): { peak: number; left: number } {
  const { wasm } = tf.backend() as unknown as { wasm: Heap };
  const { _malloc: malloc, _free: free } = wasm;
  const sizes = new Map<number, number>();
  let [live, peak] = [0, 0];
  wasm._malloc = (bytes) => {
    const at = malloc(bytes);
    sizes.set(at, bytes);
    live += bytes;
    peak = Math.max(peak, live);
    return at;
  };
  wasm._free = (at) => {
    live -= sizes.get(at) ?? 0;
    sizes.delete(at);
    free(at);
  };
  try {
    tf.tidy(() => run(() => live));
  } finally {
    Object.assign(wasm, { _malloc: malloc, _free: free });
  }
  return { peak, left: live };
}
