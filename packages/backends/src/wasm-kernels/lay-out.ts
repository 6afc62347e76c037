import { type WasmBackend, withScratch } from './wasm-backend.js';

/** The least multiple of `step` that is not below `value`. */
export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** An address for each of so many arrays. */
export type Addresses<Counts extends readonly number[]> = { readonly [I in keyof Counts]: number };

/** Lends arrays of so many floats each, one after the other in a single piece of scratch memory, to `use`. */
export function withArrays<const Counts extends readonly number[]>(
  backend: WasmBackend,
  counts: Counts,
  use: (...addresses: Addresses<Counts>) => void,
): void {
  const total = counts.reduce((sum, count) => sum + roundUp(count, 4), 0);
  withScratch(backend, total, (start) => {
    let at = start;
    const addresses = counts.map((count) => {
      const here = at;
      at += 4 * roundUp(count, 4);
      return here;
    });
    use(...(addresses as unknown as Addresses<Counts>));
  });
}
