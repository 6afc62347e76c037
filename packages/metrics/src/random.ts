import { MULBERRY32_STEP, mulberry32 } from '@mer/options/random';

/**
 * Uniform numbers in [0, 1) from a seed: the same sequence on every platform (mulberry32, 32-bit integer arithmetic).
 * The state is the caller's alone.
 */
export function createRandom(seed: number, task: string): () => number {
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`Cannot ${task} as seed must be a whole number: current value is ${seed}`);
  }
  // Both halves of the seed count, so that seeds that differ only above bit 31 differ.
  let state = (Math.imul(Math.floor(seed / 2 ** 32), 0x9e3779b1) ^ seed) | 0;
  return () => {
    state = (state + MULBERRY32_STEP) | 0;
    return mulberry32(state) / 2 ** 32;
  };
}

/** A shuffled copy (Fisher and Yates). */
export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const copy = [...values];
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [copy[last], copy[other]] = [copy[other]!, copy[last]!];
  }
  return copy;
}
