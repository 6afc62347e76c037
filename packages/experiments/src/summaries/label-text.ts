import { classesOf, predictedLabel, type SampleLabel } from '@mer/training';
import type { RunManifest } from '../run/run-store.js';

/** A label in words: the class, or the names of all labels joined by +, `none` where there are none. */
export function labelText(label: SampleLabel, classes: readonly string[]): string {
  if (typeof label === 'number') return classes[label]!;
  return (
    classesOf(label)
      .map((c) => classes[c]!)
      .join('+') || 'none'
  );
}

/** The label that probabilities mean in a run. */
export function labelAt(
  probabilities: readonly number[],
  {
    labelKind,
    experiment: { threshold },
  }: Pick<RunManifest, 'labelKind'> & { experiment: Pick<RunManifest['experiment'], 'threshold'> },
): SampleLabel {
  const logits = probabilities.map((p) => Math.log(p / (1 - p)));
  return predictedLabel(logits, { labelKind, threshold });
}
