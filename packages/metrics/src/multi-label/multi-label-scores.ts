import type { AbsentOptions } from '../absent.js';
import type { ClassScores } from '../per-class.js';
import { hammingLoss } from './hamming-loss.js';
import { type LabelTally, labelTally, type MultiLabelOutcome } from './label-tally.js';
import { type AveragedScores, macroScores } from './macro-scores.js';
import { microScores } from './micro-scores.js';
import { perLabel } from './per-label.js';
import { samplesF1 } from './samples-f1.js';
import { subsetAccuracy } from './subset-accuracy.js';

/** Every score of one set of predictions of several labels; plain data, and itself a {@link MultiLabelOutcome}. */
export interface MultiLabelScores extends LabelTally {
  /** Number of samples. */
  n: number;
  /** See {@link macroScores}. */
  macro: AveragedScores;
  /** See {@link microScores}. */
  micro: AveragedScores;
  /** See {@link samplesF1}. */
  samplesF1: number;
  /** See {@link subsetAccuracy}. */
  subsetAccuracy: number;
  /** See {@link hammingLoss}. */
  hammingLoss: number;
  /** See {@link perLabel}. */
  perLabel: ClassScores[];
}

/**
 * All scores of one set of predictions of several labels.
 *
 * Pool the predictions of all folds first. For confidence intervals draw subjects with {@link bootstrapConfidenceInterval} and
 * score the samples of those drawn.
 *
 * @throws as {@link labelTally}.
 *
 * @example
 * ```ts
 * import { bootstrapConfidenceInterval, multiLabelScores } from '@mer/metrics';
 *
 * const classes = ['AU4', 'AU7'];
 * const truth = [['AU4'], ['AU4', 'AU7'], [], ['AU7']];
 * const predicted = [['AU4'], ['AU7'], [], ['AU7']];
 * const { macro, micro, hammingLoss } = multiLabelScores({ truth, predicted, classes });
 * console.log(macro.f1.toFixed(4), micro.f1.toFixed(4), hammingLoss); // 0.8333 0.8571 0.125
 *
 * const subjects = [[0, 1], [2], [3]]; // samples of each
 * const { units } = bootstrapConfidenceInterval(subjects, (drawn) => {
 *   const chosen = drawn.flatMap((subject) => subjects[subject]!);
 *   const of = (lists: readonly (readonly string[])[]) => chosen.map((index) => lists[index]!);
 *   return multiLabelScores({ truth: of(truth), predicted: of(predicted), classes }).macro.f1;
 * });
 * console.log(units); // 3
 * ```
 *
 * Reference: scikit-learn's scores of indicator matrices.
 */
export function multiLabelScores(outcome: MultiLabelOutcome, options: AbsentOptions = {}): MultiLabelScores {
  const { classes, labels, samples } = labelTally(outcome);
  const tally = { classes, labels, samples };
  return {
    n: samples.length,
    macro: macroScores(tally, options),
    micro: microScores(tally, options),
    samplesF1: samplesF1(tally, options),
    subsetAccuracy: subsetAccuracy(tally),
    hammingLoss: hammingLoss(tally),
    perLabel: perLabel(tally, options),
    ...tally,
  };
}
