import type { Metric } from './bootstrap-confidence-interval.js';
import { type PairedPredictions, pairedIndices } from './mc-nemar-test.js';
import { type SubjectSample, subjectsOf } from './protocols/samples.js';
import { createRandom } from './random.js';

/** The predictions of two models on the same samples, with the subject of every sample. */
export interface PairedSubjectPredictions extends PairedPredictions {
  /** Subject, and data set in a composite set, of every sample in the order of `truth`. */
  samples: readonly SubjectSample[];
}

/** Options of {@link pairedPermutationTest}. */
export interface PermutationOptions {
  /** Budget: all swaps are enumerated when they are at most this many, else this many are drawn. Default 10000. */
  permutations?: number;
  /** Seed of the draws. Default 0. */
  seed?: number;
}

/** What {@link pairedPermutationTest} finds. */
export interface PermutationResult {
  /** Score of the first model. */
  first: number;
  /** Score of the second model. */
  second: number;
  /** first - second. */
  difference: number;
  /** Two-sided p-value. */
  pValue: number;
  /** Whether all swaps were enumerated, so that the p-value is exact. */
  exact: boolean;
  /** Number of swaps enumerated or drawn. */
  permutations: number;
  /** Subjects on whom the two models differ at all: only they carry evidence. */
  differing: number;
}

/**
 * Paired permutation test on any score: would the difference be as large if the two models' names were swapped per subject?
 *
 * Under "no difference" each subject's two lists of predictions may be exchanged. p = share of all 2^m swaps of the m
 * subjects on whom the models differ with |difference| at least the observed one. Where 2^m exceeds `permutations`, B =
 * `permutations` swaps are drawn and p = (1 + number at least as large) / (1 + B). The subject is the unit because clips of
 * one subject are not independent. p is 1 where the models predict alike.
 *
 * @throws RangeError for lists of different length, no sample, or a score that is NaN for some swap.
 *
 * @example
 * ```ts
 * import { accuracy, pairedPermutationTest } from '@mer/metrics';
 *
 * const result = pairedPermutationTest(
 *   {
 *     truth: [0, 1, 0, 1, 0, 1],
 *     first: [0, 1, 0, 1, 0, 1],
 *     second: [1, 0, 1, 0, 1, 0],
 *     classes: 2,
 *     samples: ['a', 'a', 'b', 'b', 'c', 'c'].map((subject) => ({ subject })),
 *   },
 *   accuracy,
 * );
 * console.log(result.difference, result.pValue, result.exact); // 1 0.25 true
 * ```
 *
 * Reference: Noreen, Computer-Intensive Methods for Testing Hypotheses, 1989 (approximate randomisation); the added 1:
 * Phipson and Smyth, 2010, doi:10.2202/1544-6115.1585. The subject as unit is this project's choice.
 */
export function pairedPermutationTest(
  predictions: PairedSubjectPredictions,
  metric: Metric,
  { permutations = 10_000, seed = 0 }: PermutationOptions = {},
): PermutationResult {
  const task = 'run a paired permutation test';
  const { classes, samples } = predictions;
  const { rows, firsts, seconds } = pairedIndices(predictions, task);
  const subjects = [...subjectsOf(samples, task).values()];
  if (samples.length !== rows.length) {
    throw new RangeError(
      `Cannot ${task} as samples must be as long as truth (${rows.length}): current value is ${samples.length}`,
    );
  }
  if (!Number.isInteger(permutations) || permutations < 1) {
    throw new RangeError(
      `Cannot ${task} as permutations must be a whole number from 1: current value is ${permutations}`,
    );
  }
  const random = createRandom(seed, task);
  const score = (predicted: readonly number[]) => {
    const value = metric({ truth: rows, predicted, classes });
    if (Number.isNaN(value)) {
      throw new RangeError(`Cannot ${task} as metric must be defined for every swap of subjects: current value is NaN`);
    }
    return value;
  };

  const first = score(firsts);
  const second = score(seconds);
  const difference = first - second;
  const differing = subjects.filter((indices) => indices.some((index) => firsts[index] !== seconds[index]));
  const asLarge = (swapped: (subject: number) => boolean) => {
    const a = [...firsts];
    const b = [...seconds];
    differing.forEach((indices, subject) => {
      if (!swapped(subject)) return;
      for (const index of indices) [a[index], b[index]] = [b[index]!, a[index]!];
    });
    // Equal differences may come out a rounding error apart.
    return Math.abs(score(a) - score(b)) >= Math.abs(difference) - 1e-12;
  };
  const count = (times: number, swapsOf: (turn: number) => (subject: number) => boolean) => {
    let large = 0;
    for (let turn = 0; turn < times; turn += 1) if (asLarge(swapsOf(turn))) large += 1;
    return large;
  };

  const total = 2 ** differing.length;
  const exact = total <= permutations;
  // Swapping every subject only turns the sign, so half of the swaps, with the last subject unswapped, stand for all.
  const half = Math.max(1, total / 2);
  const pValue = exact
    ? count(half, (mask) => (subject) => Math.floor(mask / 2 ** subject) % 2 === 1) / half
    : (1 + count(permutations, () => () => random() < 0.5)) / (1 + permutations);
  return {
    first,
    second,
    difference,
    pValue,
    exact,
    permutations: exact ? total : permutations,
    differing: differing.length,
  };
}
