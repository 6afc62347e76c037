import { type AbsentOptions, sum } from './absent.js';
import { accuracy } from './accuracy.js';
import { balancedAccuracy } from './balanced-accuracy.js';
import { cohensKappa } from './cohens-kappa.js';
import { macroPrecision } from './macro-precision.js';
import { matthewsCorrelation } from './matthews-correlation.js';
import { matrixOf, namesOf, type Outcome } from './outcome.js';
import { type ClassScores, perClass } from './per-class.js';
import { uar } from './uar.js';
import { uf1 } from './uf1.js';
import { weightedF1 } from './weighted-f1.js';

/** Every score of one set of predictions; plain data, and itself an {@link Outcome}. */
export interface Scores {
  /** Number of samples. */
  n: number;
  /** See {@link uf1}. */
  uf1: number;
  /** See {@link uar}. */
  uar: number;
  /** See {@link accuracy}. */
  accuracy: number;
  /** See {@link macroPrecision}. */
  macroPrecision: number;
  /** See {@link weightedF1}. */
  weightedF1: number;
  /** See {@link balancedAccuracy}. */
  balancedAccuracy: number;
  /** See {@link cohensKappa}; NaN where undefined, which JSON writes as null. */
  cohensKappa: number;
  /** See {@link matthewsCorrelation}. */
  matthewsCorrelation: number;
  /** See {@link perClass}. */
  perClass: ClassScores[];
  /** The class names, in the order of the rows and columns of `confusion`. */
  classes: string[];
  /** See {@link confusionMatrix}: rows are truth, columns are predicted. */
  confusion: number[][];
}

/**
 * All scores of one set of predictions.
 *
 * Pool the predictions of all folds first: a mean of per-fold scores is another number.
 *
 * @throws RangeError for a label outside `classes`, lists of different length, or no sample at all.
 *
 * @example
 * ```ts
 * import { scores } from '@mer/metrics';
 *
 * const { n, uf1, uar, accuracy } = scores({
 *   truth: ['negative', 'negative', 'positive', 'surprise'],
 *   predicted: ['negative', 'positive', 'positive', 'surprise'],
 *   classes: ['negative', 'positive', 'surprise'],
 * });
 * console.log(n, uf1.toFixed(4), uar.toFixed(4), accuracy.toFixed(4)); // 4 0.7778 0.8333 0.7500
 * ```
 */
export function scores(outcome: Outcome, options: AbsentOptions = {}): Scores {
  const counted = { confusion: matrixOf(outcome), classes: namesOf(outcome) };
  return {
    n: sum(counted.confusion.flat()),
    uf1: uf1(counted, options),
    uar: uar(counted, options),
    accuracy: accuracy(counted),
    macroPrecision: macroPrecision(counted, options),
    weightedF1: weightedF1(counted),
    balancedAccuracy: balancedAccuracy(counted),
    cohensKappa: cohensKappa(counted),
    matthewsCorrelation: matthewsCorrelation(counted),
    perClass: perClass(counted, options),
    ...counted,
  };
}
