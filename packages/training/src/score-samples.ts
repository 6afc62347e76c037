import type { LayersModel } from '@tensorflow/tfjs-layers';
import { labelErrors, type SampleLabel } from './label-kind.js';
import { predictLogits } from './predict.js';
import { predictedLabel, type ReadLogitsOptions, softplus } from './predicted-label.js';
import type { PreparedData } from './prepared-data.js';

/** Mean cross-entropy (float64, no weights), accuracy, errors and logits of samples, in inference mode: what a training looks at between epochs, where it does. */
export async function scoreSamples(
  model: LayersModel,
  data: PreparedData,
  samples: readonly number[],
  { batchSize, threshold }: { batchSize: number } & Pick<ReadLogitsOptions, 'threshold'>,
) {
  const { labelKind } = data;
  const logits = await predictLogits(model, data, samples, { batchSize });
  let loss = 0;
  let correct = 0;
  let errors = 0;
  for (const [row, index] of samples.entries()) {
    const values = logits[row]!;
    const label = data.labels[index]!;
    loss += entropyOf(values, label);
    const wrong = labelErrors(label, predictedLabel(values, { labelKind, threshold }));
    if (wrong === 0) correct += 1;
    errors += wrong;
  }
  return { loss: loss / samples.length, accuracy: correct / samples.length, errors, logits };
}

/** The cross-entropy of one sample; of any number of labels the mean over all of the binary one. */
function entropyOf(logits: readonly number[], label: SampleLabel): number {
  if (typeof label === 'number') {
    const highest = Math.max(...logits);
    return highest + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - highest), 0)) - logits[label]!;
  }
  const each = logits.map((logit, c) => softplus(label.includes(c) ? -logit : logit));
  return each.reduce((sum, value) => sum + value, 0) / each.length;
}
