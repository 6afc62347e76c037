import { type AbsentOptions, meanDefined, ratio } from '../absent.js';
import { labelTally, type MultiLabelOutcome } from './label-tally.js';

/**
 * Samples F1: the mean over samples of 2 |T ∩ P| / (|T| + |P|), with T the labels that a sample has and P those predicted.
 *
 * A sample that has no label and is predicted to have none has no F1 and contributes what `absent` says: with 0, the default and
 * scikit-learn's, it counts as wrong; with 1 as right; with `'skip'` not at all.
 *
 * @throws as {@link labelTally}.
 *
 * @example
 * ```ts
 * import { samplesF1 } from '@mer/metrics';
 *
 * const predictions = { truth: [[0], [0, 1], []], predicted: [[0], [1], []], classes: ['AU4', 'AU7'] };
 * console.log(samplesF1(predictions).toFixed(4)); // 0.5556
 * console.log(samplesF1(predictions, { absent: 'skip' }).toFixed(4)); // 0.8333
 * ```
 *
 * Reference: scikit-learn's `f1_score` of indicator matrices with `average='samples'`.
 */
export function samplesF1(outcome: MultiLabelOutcome, { absent = 0 }: AbsentOptions = {}): number {
  const { samples } = labelTally(outcome);
  return meanDefined(samples.map(({ hits, support, predicted }) => ratio(2 * hits, support + predicted, absent)));
}
