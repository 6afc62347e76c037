import type { LabelKind, SampleLabel } from './label-kind.js';

/** How logits are read. */
export interface ReadLogitsOptions {
  /** Whether samples have one label, the default, or any number. */
  labelKind?: LabelKind | undefined;
  /** Of any number of labels: those whose probability is above it are predicted; one for all, or one for each. Default 0.5. */
  threshold?: number | readonly number[] | undefined;
}

/**
 * The label that logits mean: the class of the largest, the first of equal ones; or every class whose probability (sigmoid) is above the threshold,
 * which may be none.
 *
 * @param logits - one number for each class
 * @param options - label kind and threshold
 * @returns a class index, or a list of them, ascending
 * @throws RangeError where there is not one threshold for each class, or one is not between 0 and 1
 *
 * @example
 * ```ts
 * import { predictedLabel } from '@mer/training';
 *
 * console.log(predictedLabel([-1, 2, 0.5])); // 1
 * console.log(predictedLabel([-1, 2, 0.5], { labelKind: 'multiple' })); // [ 1, 2 ]
 * console.log(predictedLabel([-1, 2, 0.5], { labelKind: 'multiple', threshold: 0.8 })); // [ 1 ]
 * ```
 */
export function predictedLabel(
  logits: readonly number[],
  { labelKind = 'single', threshold }: ReadLogitsOptions = {},
): SampleLabel {
  if (labelKind === 'single') return logits.indexOf(Math.max(...logits));
  const cuts = logitThresholds(threshold, logits.length);
  return [...logits.keys()].filter((c) => logits[c]! > cuts[c]!);
}

/** For each class the logit above which it is predicted. */
export function logitThresholds(threshold: ReadLogitsOptions['threshold'] = 0.5, classes: number): number[] {
  const each = typeof threshold === 'number' ? new Array<number>(classes).fill(threshold) : threshold;
  if (each.length !== classes) {
    throw new RangeError(
      `Cannot read logits as threshold must be a number, or one for each of the ${classes} labels: current number is ${each.length}`,
    );
  }
  return each.map((share) => {
    if (share > 0 && share < 1) return Math.log(share / (1 - share));
    throw new RangeError(`Cannot read logits as threshold must be between 0 and 1: current value is ${share}`);
  });
}

/**
 * Turns logits into probabilities: of one label those of the classes, which sum to 1 (softmax); of any number that of each label (sigmoid). In float64.
 *
 * @param logits - one number for each class
 * @param options - label kind
 *
 * @example
 * ```ts
 * import { probabilitiesOf } from '@mer/training';
 *
 * console.log(probabilitiesOf([0, 0]), probabilitiesOf([0, 0], { labelKind: 'multiple' })); // [ 0.5, 0.5 ] [ 0.5, 0.5 ]
 * console.log(probabilitiesOf([5, 5]).join(), probabilitiesOf([5, 5], { labelKind: 'multiple' })[0].toFixed(3)); // 0.5,0.5 0.993
 * ```
 */
export function probabilitiesOf(
  logits: readonly number[],
  { labelKind = 'single' }: Pick<ReadLogitsOptions, 'labelKind'> = {},
): number[] {
  return labelKind === 'single' ? softmax(logits) : logits.map(sigmoid);
}

/** 1 / (1 + exp(-x)), exact for numbers of any size. */
function sigmoid(logit: number): number {
  const small = Math.exp(-Math.abs(logit));
  return logit >= 0 ? 1 / (1 + small) : small / (1 + small);
}

/** log(1 + exp(x)), exact for numbers of any size. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/**
 * Turns logits into class probabilities (softmax in float64).
 *
 * @param logits - one number for each class
 * @returns probabilities that sum to 1
 *
 * @example
 * ```ts
 * import { softmax } from '@mer/training';
 *
 * console.log(softmax([0, 0])); // [ 0.5, 0.5 ]
 * ```
 */
export function softmax(logits: readonly number[]): number[] {
  const highest = Math.max(...logits);
  const powers = logits.map((value) => Math.exp(value - highest));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
}
