import { type AbsentOptions, ratio, sum } from './absent.js';
import { matrixOf, namesOf, type Outcome } from './outcome.js';

/** The scores of one class against the rest. */
export interface ClassScores {
  /** The name of the class; its index as text where `classes` is a count. */
  name: string;
  /** TP / (TP + FP): how much of what was called this class is this class. */
  precision: number;
  /** TP / (TP + FN): how much of this class was found. */
  recall: number;
  /** 2 TP / (2 TP + FP + FN). */
  f1: number;
  /** TP + FN: number of samples whose truth is this class. */
  support: number;
  /** TP + FP: number of samples predicted as this class. */
  predicted: number;
}

/**
 * Precision, recall and F1 of every class, in the order of `classes`.
 *
 * precision = TP / (TP + FP); recall = TP / (TP + FN); F1 = 2 TP / (2 TP + FP + FN). Where a denominator is 0 the value
 * is what `absent` says: a number, or NaN for `'skip'`.
 *
 * @throws RangeError for a label outside `classes`, lists of different length, or no sample at all.
 *
 * @example
 * ```ts
 * import { perClass } from '@mer/metrics';
 *
 * const [negative] = perClass({ truth: [0, 0, 1, 1], predicted: [0, 1, 1, 1], classes: ['negative', 'positive'] });
 * console.log(negative.recall); // 0.5
 * console.log(negative.precision); // 1
 * console.log(negative.support); // 2
 * ```
 */
export function perClass(outcome: Outcome, { absent = 0 }: AbsentOptions = {}): ClassScores[] {
  const matrix = matrixOf(outcome);
  return namesOf(outcome).map((name, index) => {
    const hits = matrix[index]![index]!;
    const support = sum(matrix[index]!);
    const predicted = sum(matrix.map((row) => row[index]!));
    return {
      name,
      precision: ratio(hits, predicted, absent),
      recall: ratio(hits, support, absent),
      f1: ratio(2 * hits, support + predicted, absent),
      support,
      predicted,
    };
  });
}
