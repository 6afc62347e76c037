import { type AbsentOptions, meanDefined } from './absent.js';
import type { Outcome } from './outcome.js';
import { perClass } from './per-class.js';

/**
 * Macro precision: the mean over classes of precision.
 *
 * Mean over c of TP_c / (TP_c + FP_c). It equals {@link uar} with truth and prediction swapped, and is not a substitute
 * for it. A class that is never predicted has no precision and contributes what `absent` says.
 *
 * @throws RangeError for a label outside `classes`, lists of different length, or no sample at all.
 *
 * @example
 * ```ts
 * import { macroPrecision } from '@mer/metrics';
 *
 * console.log(macroPrecision({ truth: [0, 0, 1, 1], predicted: [0, 0, 0, 1], classes: 2 })); // 0.8333333333333333
 * ```
 */
export function macroPrecision(outcome: Outcome, options: AbsentOptions = {}): number {
  return meanDefined(perClass(outcome, options).map(({ precision }) => precision));
}
