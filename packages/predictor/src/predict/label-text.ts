import { classesOf, type LabelKind, predictedLabel, type SampleLabel } from '@mer/training';

/**
 * A label in words: the class, or the names of all labels joined by +, `none` where there are none.
 *
 * @param label - class index, or a list of them
 * @param classes - their names
 *
 * @example
 * ```ts
 * import { labelText } from '@mer/predictor';
 *
 * console.log(labelText(1, ['AU1', 'AU12']), labelText([0, 1], ['AU1', 'AU12']), labelText([], ['AU1', 'AU12'])); // AU12 AU1+AU12 none
 * ```
 */
export function labelText(label: SampleLabel, classes: readonly string[]): string {
  if (typeof label === 'number') return classes[label]!;
  return (
    classesOf(label)
      .map((c) => classes[c]!)
      .join('+') || 'none'
  );
}

/** How probabilities are read: see `ReadLogitsOptions` of @mer/training. */
export interface ReadProbabilitiesOptions {
  labelKind?: LabelKind | undefined;
  threshold?: number | readonly number[] | undefined;
}

/**
 * The label that probabilities mean: the class of the largest, or every class above the threshold.
 *
 * @param probabilities - one for each class
 * @param options - label kind and threshold
 *
 * @example
 * ```ts
 * import { labelOf } from '@mer/predictor';
 *
 * console.log(labelOf([0.2, 0.7, 0.1]), labelOf([0.6, 0.7, 0.1], { labelKind: 'multiple' })); // 1 [ 0, 1 ]
 * ```
 */
export function labelOf(
  probabilities: readonly number[],
  { labelKind, threshold }: ReadProbabilitiesOptions = {},
): SampleLabel {
  const logits = probabilities.map((p) => Math.log(p / (1 - p)));
  return predictedLabel(logits, { labelKind, threshold });
}
