import { sum } from './absent.js';
import { matrixOf, type Outcome } from './outcome.js';

/**
 * The share of samples predicted right: sum over classes of TP / N.
 *
 * Also called WAR (recall weighted by support). With the class imbalance usual in micro-expression data it rewards
 * predicting the most frequent class; report it beside {@link uf1} and {@link uar}.
 *
 * @throws RangeError for a label outside `classes`, lists of different length, or no sample at all.
 *
 * @example
 * ```ts
 * import { accuracy } from '@mer/metrics';
 *
 * console.log(accuracy({ truth: [0, 0, 1, 1], predicted: [0, 1, 1, 1], classes: 2 })); // 0.75
 * ```
 */
export function accuracy(outcome: Outcome): number {
  const matrix = matrixOf(outcome);
  return sum(matrix.map((row, index) => row[index]!)) / sum(matrix.flat());
}
