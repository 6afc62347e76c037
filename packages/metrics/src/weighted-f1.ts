import { sum } from './absent.js';
import type { Outcome } from './outcome.js';
import { perClass } from './per-class.js';

/**
 * Weighted F1 (WF1): the mean over classes of F1, weighted by support.
 *
 * WF1 = sum over c of N_c F1_c / N. A class absent from truth has weight 0, so no choice for absent classes is needed. It
 * is dominated by frequent classes; do not compare it with {@link uf1}.
 *
 * @throws RangeError for a label outside `classes`, lists of different length, or no sample at all.
 *
 * @example
 * ```ts
 * import { weightedF1 } from '@mer/metrics';
 *
 * console.log(weightedF1({ truth: [0, 0, 0, 1], predicted: [0, 0, 0, 0], classes: 2 }).toFixed(4)); // 0.6429
 * ```
 */
export function weightedF1(outcome: Outcome): number {
  const classes = perClass(outcome);
  return sum(classes.map(({ f1, support }) => f1 * support)) / sum(classes.map(({ support }) => support));
}
