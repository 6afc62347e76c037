/**
 * The arithmetic of repeatable random numbers: seeds from names, and a generator whose n-th number is known without those before it.
 *
 * @module @mer/options/random
 */

/**
 * FNV-1a over the UTF-16 code units of a text, 32 bits, signed.
 *
 * @param text - such as the joined keys of a stream
 * @param salt - gives other hashes of the same text; 0 by default
 *
 * @example
 * ```ts
 * import { fnv1a } from '@mer/options/random';
 *
 * console.log(fnv1a('a') >>> 0, fnv1a('a', 1) === fnv1a('a')); // 3826002220 false
 * ```
 *
 * Reference: Fowler, Noll, Vo.
 */
export function fnv1a(text: string, salt = 0): number {
  let hash = 0x811c9dc5 ^ salt;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/**
 * Mixes the bits of a 32-bit hash, so that near ones come to lie far apart; unsigned.
 *
 * @example
 * ```ts
 * import { fnv1a, mixBits } from '@mer/options/random';
 *
 * console.log(mixBits(fnv1a('seed:1')) === mixBits(fnv1a('seed:2'))); // false
 * ```
 *
 * Reference: the final mix of MurmurHash3.
 */
export function mixBits(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * One output of the mulberry32 generator for a state, unsigned 32 bits; the next state is `state + MULBERRY32_STEP` modulo 2^32.
 *
 * The output depends on the state alone, so the n-th number of a stream is available without the ones before it.
 *
 * @example
 * ```ts
 * import { MULBERRY32_STEP, mulberry32 } from '@mer/options/random';
 *
 * console.log(mulberry32(1 + MULBERRY32_STEP)); // 2693262067
 * ```
 *
 * Reference: Tommy Ettinger.
 */
export function mulberry32(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}

/** What is added to the state of {@link mulberry32} before each draw. */
export const MULBERRY32_STEP = 0x6d2b79f5;
