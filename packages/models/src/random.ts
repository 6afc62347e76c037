import { fnv1a, MULBERRY32_STEP, mixBits, mulberry32 } from '@mer/options/random';

/**
 * A 32-bit hash of a string (FNV-1a over its UTF-16 code units, then mixed), used to give every parameter its own
 * stream of random numbers.
 *
 * Returns an unsigned 32-bit integer.
 *
 * Reference: Fowler, Noll, Vo: FNV-1a; final mix of MurmurHash3.
 */
export function hashString(text: string): number {
  return mixBits(fnv1a(text));
}

/**
 * The state in which the stream named `name` starts under `seed`.
 *
 * `hashString(seed + ':' + name)`: streams of different names or seeds are unrelated.
 */
export function streamState(seed: number, name: string): number {
  return hashString(`${seed}:${name}`);
}

/**
 * `count` numbers of the uniform distribution in `[low, high)`, the same on every machine and backend.
 *
 * Draw i (from 1) is `low + (high - low) * (mulberry32(state + i * 0x6d2b79f5) >>> 8) / 2^24`, in float64, then
 * rounded to float32.
 */
export function uniform(count: number, options: UniformOptions): Float32Array {
  const { state, low = 0, high = 1 } = options;
  const values = new Float32Array(count);
  const scale = (high - low) / 0x1000000;
  let current = state | 0;
  for (let index = 0; index < count; index++) {
    current = (current + MULBERRY32_STEP) | 0;
    values[index] = low + scale * (mulberry32(current) >>> 8);
  }
  return values;
}

/** Options of {@link uniform}. */
export interface UniformOptions {
  /** Where the stream starts: any integer, of which the low 32 bits count. */
  state: number;
  /** Lower bound, inclusive; 0 by default. */
  low?: number;
  /** Upper bound, exclusive before rounding; 1 by default. */
  high?: number;
}

/**
 * `count` numbers of the normal distribution with mean 0 and the given standard deviation (Box-Muller over
 * {@link uniform}), the same on every machine and backend up to the rounding of `Math.log` and `Math.cos`.
 *
 * With `cut`, a draw further than `cut` standard deviations from 0 is drawn again (truncated normal).
 */
export function normal(count: number, options: NormalOptions): Float32Array {
  const { state, deviation = 1, cut = Number.POSITIVE_INFINITY } = options;
  const values = new Float32Array(count);
  let current = state | 0;
  const next = () => {
    current = (current + MULBERRY32_STEP) | 0;
    return (mulberry32(current) >>> 8) / 0x1000000;
  };
  let index = 0;
  while (index < count) {
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    const first = radius * Math.cos(angle);
    const second = radius * Math.sin(angle);
    if (Math.abs(first) <= cut) values[index++] = deviation * first;
    if (Math.abs(second) <= cut && index < count) values[index++] = deviation * second;
  }
  return values;
}

/** Options of {@link normal}. */
export interface NormalOptions {
  /** Where the stream starts. */
  state: number;
  /** Standard deviation; 1 by default. */
  deviation?: number;
  /** Largest distance from 0 in standard deviations; unlimited by default. */
  cut?: number;
}
