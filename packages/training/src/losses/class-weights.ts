import { classesOf, type LabelKind, type SampleLabel } from '../label-kind.js';
import type { TrainingSettings } from '../settings.js';

/**
 * A weight for each class, from the training samples alone.
 *
 * `balanced`: n / (classes n_c). `effectiveNumber` beta: (1 - beta) / (1 - beta^n_c), scaled so that the weights of the classes that occur have a
 * mean of 1. A class without samples weighs 0.
 *
 * Where samples have any number of labels, the weight of a label is what having it counts, with 1 for not having it: `balanced` (n - n_c) / n_c,
 * `effectiveNumber` (1 - beta^(n - n_c)) / (1 - beta^n_c). A label that no sample has, or every one, weighs 1: there is nothing to balance.
 *
 * @param labels - class index of each training sample, or the indices of all its labels
 * @param classes - number of classes
 * @param kind - `classWeights` of an experiment's training
 * @param labelKind - whether samples have any number of labels
 * @returns one weight for each class
 *
 * @example
 * ```ts
 * import { classWeights } from '@mer/training';
 *
 * console.log([...classWeights([0, 0, 0, 1], 2, 'balanced')].map((weight) => weight.toFixed(2))); // [ '0.67', '2.00' ]
 * console.log([...classWeights([[0], [0, 1], [0], []], 2, 'balanced', 'multiple')].map((weight) => weight.toFixed(2))); // [ '0.33', '3.00' ]
 * ```
 *
 * Reference: `balanced` as in scikit-learn, of labels as `pos_weight` in PyTorch's `BCEWithLogitsLoss`; Cui et al., CVPR 2019.
 */
export function classWeights(
  labels: readonly SampleLabel[],
  classes: number,
  kind: TrainingSettings['classWeights'],
  labelKind: LabelKind = 'single',
): Float32Array {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) for (const c of classesOf(label)) counts[c]! += 1;
  if (kind === 'none') return new Float32Array(classes).fill(1);
  if (labelKind === 'multiple') {
    return Float32Array.from(counts, (having) => {
      const lacking = labels.length - having;
      if (having === 0 || lacking === 0) return 1;
      if (kind === 'balanced') return lacking / having;
      return (1 - kind.effectiveNumber ** lacking) / (1 - kind.effectiveNumber ** having);
    });
  }
  if (kind === 'balanced') {
    return Float32Array.from(counts, (count) => (count > 0 ? labels.length / (classes * count) : 0));
  }
  const { effectiveNumber: beta } = kind;
  const raw = counts.map((count) => (count > 0 ? (1 - beta) / (1 - beta ** count) : 0));
  const occurring = counts.filter((count) => count > 0).length;
  const mean = raw.reduce((sum, weight) => sum + weight, 0) / occurring;
  return Float32Array.from(raw, (weight) => weight / mean);
}
