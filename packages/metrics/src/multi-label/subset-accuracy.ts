import { labelTally, type MultiLabelOutcome } from './label-tally.js';

/**
 * Subset accuracy: the share of samples of which every label is right.
 *
 * A sample that has no label is right where none is predicted.
 *
 * @throws as {@link labelTally}.
 *
 * @example
 * ```ts
 * import { subsetAccuracy } from '@mer/metrics';
 *
 * console.log(subsetAccuracy({ truth: [[0], [0, 1], []], predicted: [[0], [1], []], classes: 2 }).toFixed(4)); // 0.6667
 * ```
 *
 * Reference: scikit-learn's `accuracy_score` of indicator matrices.
 */
export function subsetAccuracy(outcome: MultiLabelOutcome): number {
  const { samples } = labelTally(outcome);
  const exact = samples.filter(({ hits, support, predicted }) => hits === support && hits === predicted);
  return exact.length / samples.length;
}
