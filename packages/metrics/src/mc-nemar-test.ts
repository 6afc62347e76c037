import { type Classes, type Label, labelIndices } from './labels.js';

/** The predictions of two models on the same samples. */
export interface PairedPredictions {
  /** The annotated label of every sample. */
  truth: ArrayLike<Label>;
  /** What the first model predicted, in the same order. */
  first: ArrayLike<Label>;
  /** What the second model predicted, in the same order. */
  second: ArrayLike<Label>;
  /** All classes of the experiment. */
  classes: Classes;
}

/** What {@link mcNemarTest} finds. */
export interface McNemarResult {
  /** Samples that only the first model has right. */
  onlyFirst: number;
  /** Samples that only the second model has right. */
  onlySecond: number;
  /** Two-sided p-value; 1 where the models never differ in being right. */
  pValue: number;
}

/**
 * McNemar's exact test: do two models differ in how often they are right?
 *
 * Of the b + c samples that exactly one model has right, b (first) is Binomial(b + c, 1/2) if they do not differ:
 * p = min(1, 2 P(X <= min(b, c))). It takes samples as independent, which clips of one subject are not, and asks about
 * accuracy only: for UF1 or UAR, and for subjects with many clips, use {@link pairedPermutationTest}.
 *
 * @throws RangeError for a label outside `classes`, lists of different length, or no sample at all.
 *
 * @example
 * ```ts
 * import { mcNemarTest } from '@mer/metrics';
 *
 * const result = mcNemarTest({
 *   truth: [0, 0, 0, 0, 0, 1],
 *   first: [0, 0, 0, 0, 0, 1],
 *   second: [1, 1, 1, 1, 1, 1],
 *   classes: 2,
 * });
 * console.log(result); // { onlyFirst: 5, onlySecond: 0, pValue: 0.0625 }
 * ```
 *
 * Reference: McNemar, Note on the sampling error of the difference between correlated proportions or percentages, 1947,
 * doi:10.1007/BF02295996; in its exact binomial form.
 */
export function mcNemarTest({ truth, first, second, classes }: PairedPredictions): McNemarResult {
  const { rows, firsts, seconds } = pairedIndices({ truth, first, second, classes }, 'run McNemar’s test');
  const onlyFirst = rows.filter((label, index) => firsts[index] === label && seconds[index] !== label).length;
  const onlySecond = rows.filter((label, index) => firsts[index] !== label && seconds[index] === label).length;
  return { onlyFirst, onlySecond, pValue: twoSidedSignTest(onlyFirst, onlySecond) };
}

/** The three lists as class indices, of equal and positive length. */
export function pairedIndices({ truth, first, second, classes }: PairedPredictions, task: string) {
  const rows = labelIndices(truth, classes, 'truth');
  const firsts = labelIndices(first, classes, 'first');
  const seconds = labelIndices(second, classes, 'second');
  if (rows.length !== firsts.length || rows.length !== seconds.length) {
    throw new RangeError(
      `Cannot ${task} as first and second must be as long as truth (${rows.length}): current value is ${firsts.length} and ${seconds.length}`,
    );
  }
  if (rows.length === 0) {
    throw new RangeError(`Cannot ${task} as there must be at least one sample: current value is none`);
  }
  return { rows, firsts, seconds };
}

/** min(1, 2 P(X <= min(b, c))) for X ~ Binomial(b + c, 1/2), summed from its largest term down. */
export function twoSidedSignTest(b: number, c: number): number {
  const n = b + c;
  const k = Math.min(b, c);
  let logTerm = -n * Math.LN2;
  for (let i = 1; i <= k; i += 1) logTerm += Math.log((n - i + 1) / i);
  let tail = 1;
  let term = 1;
  for (let i = k; i > 0 && term > 0; i -= 1) {
    term *= i / (n - i + 1);
    tail += term;
  }
  return Math.min(1, 2 * Math.exp(logTerm) * tail);
}
