import { fnv1a } from '@mer/options/random';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** A seeded stream of random numbers, as made by {@link randomStream}. */
export type RandomStream = RandomGenerator;

/**
 * Makes a stream of random numbers that depends on its key alone: every fold, seed and purpose (shuffling, validation subjects, …) draws
 * from a stream of its own, so that neither the order in which folds run nor a resumed run changes what is drawn.
 *
 * The key's parts are joined with `/` and hashed (32-bit FNV-1a) into the seed of a xoroshiro128+ generator.
 *
 * @param key - numbers and names that identify the stream, such as `[seed, fold, 'shuffle']`
 * @returns a generator with state; pass it to {@link randomOrder}
 *
 * @example
 * ```ts
 * import { randomOrder, randomStream } from '@mer/training';
 *
 * const once = randomOrder(5, randomStream([0, 'sub01', 'shuffle']));
 * const again = randomOrder(5, randomStream([0, 'sub01', 'shuffle']));
 * console.log(once.join() === again.join()); // true
 * ```
 */
export function randomStream(key: readonly (string | number)[]): RandomStream {
  return xoroshiro128plus(seedOf(key));
}

/**
 * Hashes a key to a 32-bit integer seed, for parts that take a plain number (weights' initial values, dropout).
 *
 * @param key - numbers and names that identify what is seeded
 * @returns an integer from -2^31 to 2^31 - 1 (FNV-1a over UTF-16 code units)
 *
 * @example
 * ```ts
 * import { seedOf } from '@mer/training';
 *
 * console.log(Number.isInteger(seedOf([1, 'sub07', 'weights']))); // true
 * ```
 */
export function seedOf(key: readonly (string | number)[]): number {
  return fnv1a(key.join('/'));
}

/**
 * Draws a random order of the integers 0 to n - 1 (Fisher-Yates).
 *
 * @param n - how many
 * @param stream - advances by n - 1 draws
 *
 * @example
 * ```ts
 * import { randomOrder, randomStream } from '@mer/training';
 *
 * console.log([...randomOrder(4, randomStream([7]))].sort()); // [ 0, 1, 2, 3 ]
 * ```
 */
export function randomOrder(n: number, stream: RandomStream): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = uniformInt(stream, 0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Draws a number from 0 to below 1 (53 bits). */
export function uniform(stream: RandomStream): number {
  return uniformFloat64(stream);
}

/** Draws one of the integers 0 to n - 1. */
export function uniformBelow(n: number, stream: RandomStream): number {
  return uniformInt(stream, 0, n - 1);
}
