import { predictedLabel } from '@mer/training';
import type { PreparedDataset } from '../prepare/prepare.js';
import type { ImageQuality, Prediction } from '../run/run-store.js';
import type { Experiment } from '../schema/experiment.js';

/**
 * Joins logits with the samples that they are of.
 *
 * @param data - prepared samples
 * @param indices - which samples
 * @param logits - one list for each index, in the same order; the first of equal largest logits is the prediction
 * @param options - of any number of labels: those whose probability is above the threshold are predicted; of a network that draws images how like their targets they are
 */
export function predictionsOf(
  data: PreparedDataset,
  indices: readonly number[],
  logits: readonly (readonly number[])[],
  {
    threshold,
    drawn = [],
  }: { threshold?: Experiment['threshold']; drawn?: readonly (ImageQuality | undefined)[] } = {},
): Prediction[] {
  const { labelKind, marks } = data;
  return indices.map((index, row) => {
    const { id, dataset, subject, clip, label } = data.samples[index]!;
    const values = [...logits[row]!];
    const predicted = predictedLabel(values, { labelKind, threshold });
    const annotated = marks?.[index];
    const quality = drawn[row];
    return {
      ...{ id, dataset, subject, clip, truth: label, predicted, logits: values },
      ...(quality && { drawn: quality }),
      ...(annotated && { marks: annotated }),
    };
  });
}
