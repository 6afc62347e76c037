import type { TrainingSettings } from '../settings.js';

/**
 * A weight for each class, from the training samples alone.
 *
 * `balanced`: n / (classes n_c). `effectiveNumber` beta: (1 - beta) / (1 - beta^n_c), scaled so that the weights of the classes that occur have a
 * mean of 1. A class without samples weighs 0.
 *
 * @param labels - class index of each training sample
 * @param classes - number of classes
 * @param kind - `classWeights` of an experiment's training
 * @returns one weight for each class
 *
 * @example
 * ```ts
 * import { classWeights } from '@mer/training';
 *
 * console.log([...classWeights([0, 0, 0, 1], 2, 'balanced')].map((weight) => weight.toFixed(2))); // [ '0.67', '2.00' ]
 * ```
 *
 * Reference: `balanced` as in scikit-learn; Cui et al., CVPR 2019.
 */
export function classWeights(
  labels: readonly number[],
  classes: number,
  kind: TrainingSettings['classWeights'],
): Float32Array {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]! += 1;
  if (kind === 'none') return new Float32Array(classes).fill(1);
  if (kind === 'balanced') {
    return Float32Array.from(counts, (count) => (count > 0 ? labels.length / (classes * count) : 0));
  }
  const { effectiveNumber: beta } = kind;
  const raw = counts.map((count) => (count > 0 ? (1 - beta) / (1 - beta ** count) : 0));
  const occurring = counts.filter((count) => count > 0).length;
  const mean = raw.reduce((sum, weight) => sum + weight, 0) / occurring;
  return Float32Array.from(raw, (weight) => weight / mean);
}
