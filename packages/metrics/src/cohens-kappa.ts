import { sum } from './absent.js';
import { matrixOf, type Outcome } from './outcome.js';

/**
 * Cohen's kappa: agreement beyond what the class frequencies alone would give.
 *
 * kappa = (p_o - p_e) / (1 - p_e), with p_o the accuracy and p_e = sum over c of N_c P_c / N^2 (P_c: number predicted as
 * c). 1 is perfect, 0 is chance. NaN where p_e = 1: truth and prediction are one and the same class throughout.
 *
 * @throws RangeError for a label outside `classes`, lists of different length, or no sample at all.
 *
 * @example
 * ```ts
 * import { cohensKappa } from '@mer/metrics';
 *
 * console.log(cohensKappa({ truth: [0, 0, 1, 1], predicted: [0, 1, 1, 1], classes: 2 })); // 0.5
 * ```
 *
 * Reference: Cohen, A Coefficient of Agreement for Nominal Scales, 1960, doi:10.1177/001316446002000104.
 */
export function cohensKappa(outcome: Outcome): number {
  const matrix = matrixOf(outcome);
  const n = sum(matrix.flat());
  const right = sum(matrix.map((row, index) => row[index]!));
  const expected = sum(matrix.map((row, index) => sum(row) * sum(matrix.map((other) => other[index]!))));
  return (right * n - expected) / (n * n - expected);
}
