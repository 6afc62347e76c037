import { type PairedPredictions, pairedIndices } from './mc-nemar-test.js';
import { type PermutationOptions, type PermutationResult, pairedPermutationTest } from './paired-permutation-test.js';
import type { PerScore, ScoreValues } from './per-score.js';
import { type SubjectSample, subjectsOf } from './protocols/samples.js';
import type { Metric } from './subject-confidence-interval.js';

/** The predictions of two models on the same samples, with the subject of every sample. */
export interface PairedSubjectPredictions extends PairedPredictions {
  /** Subject, and data set in a composite set, of every sample in the order of `truth`. */
  samples: readonly SubjectSample[];
}

/**
 * Paired permutation test of two models: would a score differ as much if their names were swapped per subject?
 *
 * {@link pairedPermutationTest} with the subjects as units, because clips of one subject are not independent. Subjects on
 * whom the models predict alike are never swapped; p is 1 where that is all of them.
 *
 * @throws RangeError for lists of different length, no sample, or a score that is NaN for some swap.
 *
 * @example
 * ```ts
 * import { accuracy, subjectPermutationTest } from '@mer/metrics';
 *
 * const result = subjectPermutationTest(
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
 * Reference: as {@link pairedPermutationTest}; the subject as unit is this project's choice.
 */
export function subjectPermutationTest<Values extends ScoreValues>(
  predictions: PairedSubjectPredictions,
  metric: Metric<Values>,
  options: PermutationOptions = {},
): PerScore<Values, PermutationResult> {
  const task = 'run a paired permutation test';
  const { classes, samples } = predictions;
  const { rows, firsts, seconds } = pairedIndices(predictions, task);
  const subjects = [...subjectsOf(samples, task).values()];
  if (samples.length !== rows.length) {
    throw new RangeError(
      `Cannot ${task} as samples must be as long as truth (${rows.length}): current value is ${samples.length}`,
    );
  }
  const differing = subjects.filter((indices) => indices.some((index) => firsts[index] !== seconds[index]));
  return pairedPermutationTest(
    differing,
    (swapped) => {
      const predicted = [...firsts];
      differing.forEach((indices, subject) => {
        if (swapped[subject]) for (const index of indices) predicted[index] = seconds[index]!;
      });
      return metric({ truth: rows, predicted, classes });
    },
    options,
  );
}
