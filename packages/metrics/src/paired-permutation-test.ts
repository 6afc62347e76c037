import { type PerScore, perScore, type ScoreValues } from './per-score.js';
import { createRandom } from './random.js';
import { type Units, unitCount } from './units.js';

/** Options of {@link pairedPermutationTest}. */
export interface PermutationOptions {
  /** Budget: all swaps are enumerated when they are at most this many, else this many are drawn. Default 10000. */
  permutations?: number;
  /** Seed of the draws. Default 0. */
  seed?: number;
}

/** What {@link pairedPermutationTest} finds. */
export interface PermutationResult {
  /** Score of the first of the pair. */
  first: number;
  /** Score of the second. */
  second: number;
  /** first - second. */
  difference: number;
  /** Two-sided p-value. */
  pValue: number;
  /** Whether all swaps were enumerated, so that the p-value is exact. */
  exact: boolean;
  /** Number of swaps enumerated or drawn. */
  permutations: number;
  /** Units that were swapped: those on which the two differ, as only they carry evidence. */
  differing: number;
}

/**
 * Paired permutation test on any score: would the difference be as large if the names of the pair were swapped per unit?
 *
 * Under "no difference" each unit's two results may be exchanged. p = share of all 2^m swaps of the m units with
 * |difference| at least the observed one. Where 2^m exceeds `permutations`, B = `permutations` swaps are drawn and
 * p = (1 + number at least as large) / (1 + B). p is 1 where there is no unit to swap. For predictions with subjects there
 * is {@link subjectPermutationTest}.
 *
 * @param units - how many units the two differ on, or the list of them
 * @param score - the score of the first where the units flagged are exchanged with the second's; that of the second is the
 * score with every flag turned round. Several scores by name are computed on the same swaps
 * @param options - budget of swaps, seed
 * @returns a result, or one for each name
 * @throws RangeError for a budget below one, or a score that is NaN for some swap.
 *
 * @example
 * ```ts
 * import { pairedPermutationTest } from '@mer/metrics';
 *
 * const [first, second] = [[3, 4, 6, 9], [1, 2, 3, 4]];
 * const sum = (swapped: readonly boolean[]) => first!.reduce((all, value, i) => all + (swapped[i] ? second![i]! : value), 0);
 * const { difference, pValue, exact } = pairedPermutationTest(4, sum);
 * console.log(difference, pValue, exact); // 12 0.125 true
 * ```
 *
 * Reference: Noreen, Computer-Intensive Methods for Testing Hypotheses, 1989 (approximate randomization); the added 1:
 * Phipson and Smyth, 2010, doi:10.2202/1544-6115.1585.
 */
export function pairedPermutationTest<Values extends ScoreValues>(
  units: Units,
  score: (swapped: readonly boolean[]) => Values,
  { permutations = 10_000, seed = 0 }: PermutationOptions = {},
): PerScore<Values, PermutationResult> {
  const task = 'run a paired permutation test';
  const differing = unitCount(units, task, 0);
  if (!Number.isInteger(permutations) || permutations < 1) {
    throw new RangeError(
      `Cannot ${task} as permutations must be a whole number from 1: current value is ${permutations}`,
    );
  }
  const random = createRandom(seed, task);
  const flags = (flag: (unit: number) => boolean) => Array.from({ length: differing }, (_, unit) => flag(unit));
  const pairOf = (swapped: readonly boolean[]) => [score(swapped), score(swapped.map((flag) => !flag))] as const;

  const total = 2 ** differing;
  const exact = total <= permutations;
  // Swapping every unit only turns the sign, so half of the swaps, with the last unit unswapped, stand for all.
  const half = Math.max(1, total / 2);
  const observed = pairOf(flags(() => false));
  const pairs = exact
    ? Array.from({ length: half }, (_, mask) => pairOf(flags((unit) => Math.floor(mask / 2 ** unit) % 2 === 1)))
    : Array.from({ length: permutations }, () => pairOf(flags(() => random() < 0.5)));

  return perScore(observed[0], task, (of, name) => {
    const defined = (values: Values) => {
      const value = of(values);
      if (!Number.isNaN(value)) return value;
      throw new RangeError(`Cannot ${task} as ${name} must be defined for every swap of units: current value is NaN`);
    };
    const [first, second] = [defined(observed[0]), defined(observed[1])];
    const difference = first - second;
    // Equal differences may come out a rounding error apart.
    const large = pairs.filter(([a, b]) => Math.abs(defined(a) - defined(b)) >= Math.abs(difference) - 1e-12).length;
    return {
      first,
      second,
      difference,
      pValue: exact ? large / half : (1 + large) / (1 + permutations),
      exact,
      permutations: exact ? total : permutations,
      differing,
    };
  });
}
