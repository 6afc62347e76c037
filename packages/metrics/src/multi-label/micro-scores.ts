import { type AbsentOptions, ratio, sum } from '../absent.js';
import { labelTally, type MultiLabelOutcome } from './label-tally.js';
import type { AveragedScores } from './macro-scores.js';

/**
 * Micro scores of several labels: precision, recall and F1 of all decisions together, whichever label they are about.
 *
 * Frequent labels decide them. Where no sample has a label (recall), none is predicted (precision), or both (F1), the value is
 * what `absent` says.
 *
 * @throws as {@link labelTally}.
 *
 * @example
 * ```ts
 * import { microScores } from '@mer/metrics';
 *
 * const { f1 } = microScores({ truth: [[0], [0, 1], []], predicted: [[0], [], []], classes: ['AU4', 'AU7'] });
 * console.log(f1); // 0.5
 * ```
 *
 * Reference: scikit-learn's `f1_score` of indicator matrices with `average='micro'`.
 */
export function microScores(outcome: MultiLabelOutcome, { absent = 0 }: AbsentOptions = {}): AveragedScores {
  const { labels } = labelTally(outcome);
  const total = (key: 'hits' | 'support' | 'predicted') => sum(labels.map((label) => label[key]));
  const [hits, support, predicted] = [total('hits'), total('support'), total('predicted')];
  return {
    precision: ratio(hits, predicted, absent),
    recall: ratio(hits, support, absent),
    f1: ratio(2 * hits, support + predicted, absent),
  };
}
