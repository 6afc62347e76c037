import { type AbsentOptions, meanDefined } from './absent.js';
import type { Outcome } from './outcome.js';
import { perClass } from './per-class.js';

/**
 * Unweighted average recall (UAR, macro recall): the mean over classes of recall.
 *
 * UAR = mean over c of TP_c / N_c with N_c the number of samples whose truth is c, on the pooled predictions of all folds.
 * Dividing by the number *predicted* as c instead gives {@link macroPrecision}, which is what swapped lists yield. A
 * class absent from truth has no recall and contributes what `absent` says.
 *
 * @throws RangeError for a label outside `classes`, lists of different length, or no sample at all.
 *
 * @example
 * ```ts
 * import { uar } from '@mer/metrics';
 *
 * console.log(uar({ truth: [0, 0, 1, 1], predicted: [0, 1, 1, 1], classes: ['negative', 'positive'] })); // 0.75
 * ```
 *
 * Reference: See, Yap, Li, Hong, Wang, MEGC 2019 – The Second Facial Micro-Expressions Grand Challenge, FG 2019. The
 * `absent` option is this project's own.
 */
export function uar(outcome: Outcome, options: AbsentOptions = {}): number {
  return meanDefined(perClass(outcome, options).map(({ recall }) => recall));
}
