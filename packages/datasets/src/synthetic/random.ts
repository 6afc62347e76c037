import { fnv1a, mixBits } from '@mer/options/random';

/** A stream of random numbers that depends on its keys alone. */
export interface Random {
  /** Uniform in `[low, high)`; 0 to 1 by default. */
  uniform(low?: number, high?: number): number;
  /** Normal with mean 0 and standard deviation 1. */
  normal(): number;
  /** One element. */
  pick<T>(items: readonly T[]): T;
  /** True with this probability. */
  chance(probability: number): boolean;
}

/**
 * A random stream named by its keys: the same keys give the same numbers, in any order of use of other streams.
 *
 * The generator is sfc32 (Chris Doty-Humphrey), seeded by four hashes of the keys' text with different salts; every generated picture rests on its numbers, so
 * another generator would make another data set.
 */
export function randomStream(...keys: readonly (string | number)[]): Random {
  const text = keys.join('\u0001');
  let [a, b, c, d] = [1, 2, 3, 4].map((salt) => mixBits(fnv1a(text, Math.imul(salt, 0x9e3779b9)))) as [
    number,
    number,
    number,
    number,
  ];
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  let spare: number | undefined;
  return {
    uniform: (low = 0, high = 1) => low + (high - low) * next(),
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      const angle = 2 * Math.PI * next();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    pick: (items) => items[Math.floor(next() * items.length)]!,
    chance: (probability) => next() < probability,
  };
}
