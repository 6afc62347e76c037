import { type AbsentOptions, meanDefined } from '../absent.js';
import type { MultiLabelOutcome } from './label-tally.js';
import { perLabel } from './per-label.js';

/** Means over labels. */
export interface AveragedScores {
  precision: number;
  recall: number;
  f1: number;
}

/**
 * Macro scores of several labels: the mean over labels of precision, of recall and of F1.
 *
 * A label that is absent where a ratio needs it contributes what `absent` says. The mean F1 over action units that MEB reports
 * is this one, on the pooled predictions of all folds; the mean of the folds' scores is another number.
 *
 * @throws as {@link labelTally}.
 *
 * @example
 * ```ts
 * import { macroScores } from '@mer/metrics';
 *
 * const { f1 } = macroScores({ truth: [[0], [0, 1], []], predicted: [[0], [], []], classes: ['AU4', 'AU7'] });
 * console.log(f1.toFixed(4)); // 0.3333
 * ```
 *
 * Reference: scikit-learn's `f1_score` of indicator matrices with `average='macro'`.
 */
export function macroScores(outcome: MultiLabelOutcome, options: AbsentOptions = {}): AveragedScores {
  const each = perLabel(outcome, options);
  return {
    precision: meanDefined(each.map(({ precision }) => precision)),
    recall: meanDefined(each.map(({ recall }) => recall)),
    f1: meanDefined(each.map(({ f1 }) => f1)),
  };
}
