import type { Outcome } from './outcome.js';
import { uar } from './uar.js';

/**
 * Balanced accuracy: the mean recall over the classes that occur in truth.
 *
 * The same as {@link uar} with `absent: 'skip'`, under the name and with the rule of scikit-learn.
 *
 * @throws RangeError for a label outside `classes`, lists of different length, or no sample at all.
 *
 * @example
 * ```ts
 * import { balancedAccuracy } from '@mer/metrics';
 *
 * console.log(balancedAccuracy({ truth: [0, 0, 1, 1], predicted: [0, 2, 1, 1], classes: 3 })); // 0.75
 * ```
 */
export function balancedAccuracy(outcome: Outcome): number {
  return uar(outcome, { absent: 'skip' });
}
