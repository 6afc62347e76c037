import { type AbsentOptions, meanDefined } from './absent.js';
import type { Outcome } from './outcome.js';
import { perClass } from './per-class.js';

/**
 * Unweighted F1 (UF1, macro F1): the mean over classes of F1.
 *
 * UF1 = mean over c of 2 TP_c / (2 TP_c + FP_c + FN_c), on the pooled predictions of all folds. A mean of per-fold F1s is
 * another number. A class absent from truth and prediction has no F1 and contributes what `absent` says.
 *
 * @throws RangeError for a label outside `classes`, lists of different length, or no sample at all.
 *
 * @example
 * ```ts
 * import { uf1 } from '@mer/metrics';
 *
 * const predictions = { truth: [0, 0, 1, 1], predicted: [0, 0, 1, 1], classes: ['negative', 'positive', 'surprise'] };
 * console.log(uf1(predictions)); // 0.6666666666666666
 * console.log(uf1(predictions, { absent: 'skip' })); // 1
 * ```
 *
 * Reference: See, Yap, Li, Hong, Wang, MEGC 2019 – The Second Facial Micro-Expressions Grand Challenge, FG 2019. The
 * `absent` option is this project's own.
 */
export function uf1(outcome: Outcome, options: AbsentOptions = {}): number {
  return meanDefined(perClass(outcome, options).map(({ f1 }) => f1));
}
