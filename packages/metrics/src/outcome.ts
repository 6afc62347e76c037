import { confusionMatrix } from './confusion-matrix.js';
import { type Classes, classNames } from './labels.js';
import type { Predictions } from './predictions.js';

/** Predictions already counted: rows are truth, columns are predicted. */
export interface Confusion {
  /** `confusion[t][p]`: how many samples of true class t were predicted as p. */
  confusion: readonly (readonly number[])[];
  /** Names for the rows and columns; '0', '1', … when left out. */
  classes?: Classes;
}

/** What every score takes: predictions, or their confusion matrix. */
export type Outcome = Predictions | Confusion;

/** The confusion matrix of an outcome, checked, holding at least one sample. */
export function matrixOf(outcome: Outcome): number[][] {
  const matrix = 'confusion' in outcome ? checkedCopy(outcome) : confusionMatrix(outcome);
  if (!matrix.some((row) => row.some((count) => count > 0))) {
    throw new RangeError('Cannot score predictions as there must be at least one sample: current value is none');
  }
  return matrix;
}

/** The class names of an outcome. */
export function namesOf(outcome: Outcome): string[] {
  return classNames(outcome.classes ?? ('confusion' in outcome ? outcome.confusion.length : 0));
}

/** A copy of counts that may be empty, checked to be square and as large as `classes`. */
export function checkedCopy({ confusion, classes }: Confusion): number[][] {
  const size = classNames(classes ?? confusion.length).length;
  const square = confusion.length === size && confusion.every((row) => row.length === size);
  if (!square) {
    const shape = `${confusion.length} rows of ${[...new Set(confusion.map((row) => row.length))].join(', ')}`;
    throw new RangeError(`Cannot read counts as confusion must be ${size} by ${size}: current value is ${shape}`);
  }
  for (const [t, row] of confusion.entries()) {
    for (const [p, count] of row.entries()) {
      if (!(Number.isFinite(count) && count >= 0)) {
        throw new RangeError(
          `Cannot read counts as confusion[${t}][${p}] must be a count from 0: current value is ${count}`,
        );
      }
    }
  }
  return confusion.map((row) => [...row]);
}
