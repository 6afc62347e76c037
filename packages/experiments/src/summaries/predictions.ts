import type { PreparedDataset } from '../prepare/prepare.js';
import type { Prediction } from '../run/run-store.js';

/**
 * Joins logits with the samples that they are of.
 *
 * @param data - prepared samples
 * @param indices - which samples
 * @param logits - one list for each index, in the same order; the first of equal largest logits is the prediction
 */
export function predictionsOf(
  data: PreparedDataset,
  indices: readonly number[],
  logits: readonly (readonly number[])[],
): Prediction[] {
  return indices.map((index, row) => {
    const { id, dataset, subject, clip, label } = data.samples[index]!;
    const values = [...logits[row]!];
    return { id, dataset, subject, clip, truth: label, predicted: values.indexOf(Math.max(...values)), logits: values };
  });
}
