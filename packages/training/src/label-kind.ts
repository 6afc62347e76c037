/** Whether a sample has one label, or any number of them. */
export type LabelKind = 'single' | 'multiple';

/** The class of a sample; of one with any number of labels the classes of all, each once. */
export type SampleLabel = number | readonly number[];

/**
 * The classes of a label, however many.
 *
 * @param label - of a sample
 *
 * @example
 * ```ts
 * import { classesOf } from '@mer/training';
 *
 * console.log(classesOf(2), classesOf([0, 2]), classesOf([])); // [ 2 ] [ 0, 2 ] []
 * ```
 */
export function classesOf(label: SampleLabel): readonly number[] {
  return typeof label === 'number' ? [label] : label;
}

/**
 * Whether two labels are of the same classes.
 *
 * @param first - of a sample
 * @param second - of the same
 *
 * @example
 * ```ts
 * import { sameLabel } from '@mer/training';
 *
 * console.log(sameLabel(1, 1), sameLabel([0, 2], [0, 2]), sameLabel([0], [])); // true true false
 * ```
 */
export function sameLabel(first: SampleLabel, second: SampleLabel): boolean {
  return labelErrors(first, second) === 0;
}

/**
 * Labels that are missed, and those that are one too many.
 *
 * @param truth - of a sample
 * @param predicted - of the same
 *
 * @example
 * ```ts
 * import { labelErrors } from '@mer/training';
 *
 * console.log(labelErrors([0, 2], [2, 3]), labelErrors([1], [1])); // 2 0
 * ```
 */
export function labelErrors(truth: SampleLabel, predicted: SampleLabel): number {
  const [has, said] = [classesOf(truth), classesOf(predicted)];
  return has.filter((c) => !said.includes(c)).length + said.filter((c) => !has.includes(c)).length;
}

/** The labels as indicators, `[samples, classes]`: 1 where a sample has the class. */
export function indicatorsOf(labels: readonly SampleLabel[], classes: number): Float32Array {
  const indicators = new Float32Array(labels.length * classes);
  for (const [row, label] of labels.entries()) for (const c of classesOf(label)) indicators[row * classes + c] = 1;
  return indicators;
}
