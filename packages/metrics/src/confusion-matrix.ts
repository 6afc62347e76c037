import { classNames, labelIndices } from './labels.js';
import type { Predictions } from './predictions.js';

/**
 * Counts predictions by true and by predicted class.
 *
 * `matrix[t][p]` = number of samples with truth t and prediction p: rows are truth, columns are predicted, both in the
 * order of `classes`. A class that no sample has keeps its row and column of zeros.
 *
 * @throws RangeError for a label outside `classes` (naming its position) or lists of different length.
 *
 * @example
 * ```ts
 * import { confusionMatrix } from '@mer/metrics';
 *
 * const matrix = confusionMatrix({ truth: [0, 0, 1, 1], predicted: [0, 1, 1, 1], classes: ['negative', 'positive'] });
 * console.log(matrix); // [ [ 1, 1 ], [ 0, 2 ] ]
 * ```
 */
export function confusionMatrix({ truth, predicted, classes }: Predictions): number[][] {
  const size = classNames(classes).length;
  const rows = labelIndices(truth, classes, 'truth');
  const columns = labelIndices(predicted, classes, 'predicted');
  if (rows.length !== columns.length) {
    throw new RangeError(
      `Cannot count predictions as predicted must be as long as truth (${rows.length}): current value is ${columns.length}`,
    );
  }
  const matrix = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  rows.forEach((row, sample) => {
    matrix[row]![columns[sample]!]! += 1;
  });
  return matrix;
}
