import { sum } from '../absent.js';
import { labelTally, type MultiLabelOutcome } from './label-tally.js';

/**
 * Hamming loss: the share of all decisions, one for each sample and label, that are wrong. Less is better.
 *
 * Where few samples have a label, predicting nothing already gives a small loss: report it beside {@link macroScores}.
 *
 * @throws as {@link labelTally}.
 *
 * @example
 * ```ts
 * import { hammingLoss } from '@mer/metrics';
 *
 * console.log(hammingLoss({ truth: [[0], [0, 1]], predicted: [[0], [1]], classes: 2 })); // 0.25
 * ```
 *
 * Reference: scikit-learn's `hamming_loss`.
 */
export function hammingLoss(outcome: MultiLabelOutcome): number {
  const { labels, samples } = labelTally(outcome);
  const wrong = sum(samples.map(({ hits, support, predicted }) => support + predicted - 2 * hits));
  return wrong / (samples.length * labels.length);
}
