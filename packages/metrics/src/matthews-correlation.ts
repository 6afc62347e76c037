import { sum } from './absent.js';
import { matrixOf, type Outcome } from './outcome.js';

/**
 * Matthews correlation coefficient (MCC) for any number of classes.
 *
 * MCC = (R N - sum_c N_c P_c) / sqrt((N^2 - sum_c N_c^2) (N^2 - sum_c P_c^2)), with R the number right, N_c true and P_c
 * predicted samples of class c. From below 0 to 1; 0 is chance. 0 also where the denominator is 0 (truth or prediction is
 * a single class), as in scikit-learn.
 *
 * @throws RangeError for a label outside `classes`, lists of different length, or no sample at all.
 *
 * @example
 * ```ts
 * import { matthewsCorrelation } from '@mer/metrics';
 *
 * console.log(matthewsCorrelation({ truth: [0, 0, 1, 1], predicted: [0, 1, 1, 1], classes: 2 }).toFixed(4)); // 0.5774
 * ```
 *
 * Reference: Gorodkin, Comparing two K-category assignments by a K-category correlation coefficient, 2004,
 * doi:10.1016/j.compbiolchem.2004.09.006.
 */
export function matthewsCorrelation(outcome: Outcome): number {
  const matrix = matrixOf(outcome);
  const n = sum(matrix.flat());
  const right = sum(matrix.map((row, index) => row[index]!));
  const truth = matrix.map((row) => sum(row));
  const predicted = matrix.map((_, index) => sum(matrix.map((row) => row[index]!)));
  const covariance = (a: readonly number[], b: readonly number[]) => sum(a.map((value, index) => value * b[index]!));
  const scale = (n * n - covariance(truth, truth)) * (n * n - covariance(predicted, predicted));
  return scale === 0 ? 0 : (right * n - covariance(truth, predicted)) / Math.sqrt(scale);
}
