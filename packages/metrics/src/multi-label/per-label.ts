import { type AbsentOptions, ratio } from '../absent.js';
import type { ClassScores } from '../per-class.js';
import { labelTally, type MultiLabelOutcome } from './label-tally.js';

/**
 * Precision, recall and F1 of every label, each as a question of its own: does the sample have it or not?
 *
 * precision = TP / (TP + FP); recall = TP / (TP + FN); F1 = 2 TP / (2 TP + FP + FN), on the pooled predictions of all folds. Where
 * a denominator is 0 the value is what `absent` says: a number, or NaN for `'skip'`. The F1 of each action unit that MEB prints
 * (`average="binary"`) is this one.
 *
 * @throws as {@link labelTally}.
 *
 * @example
 * ```ts
 * import { perLabel } from '@mer/metrics';
 *
 * const [brow] = perLabel({ truth: [['AU4'], ['AU4', 'AU7'], []], predicted: [['AU4'], [], []], classes: ['AU4', 'AU7'] });
 * console.log(brow.precision, brow.recall, brow.f1.toFixed(4)); // 1 0.5 0.6667
 * ```
 *
 * Reference: scikit-learn's `precision_recall_fscore_support` of indicator matrices with `average=None`.
 */
export function perLabel(outcome: MultiLabelOutcome, { absent = 0 }: AbsentOptions = {}): ClassScores[] {
  const { classes, labels } = labelTally(outcome);
  return labels.map(({ hits, support, predicted }, index) => ({
    name: classes[index]!,
    precision: ratio(hits, predicted, absent),
    recall: ratio(hits, support, absent),
    f1: ratio(2 * hits, support + predicted, absent),
    support,
    predicted,
  }));
}
