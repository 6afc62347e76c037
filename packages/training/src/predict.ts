import { runModel } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { probabilitiesOf } from './predicted-label.js';
import { copyRows, ONE_VIEW, type PreparedData } from './prepared-data.js';

/** Options of {@link predictLogits}. */
export interface PredictLogitsOptions {
  /** Samples given to the model at once; memory grows with it, results do not depend on it. */
  batchSize?: number;
}

/**
 * Gives the model's logits for some samples, in inference mode. Where samples are tested in several views, the logits are the logarithm of the
 * mean probability (where samples have any number of labels, the logit of each label's mean probability). A model of several outputs gives logits first.
 *
 * @param model - gives logits `[batch, classes]`
 * @param data - prepared data
 * @param indices - which samples
 * @param options - batch size
 * @returns one list of logits for each index, in the same order
 *
 * @example
 * ```ts
 * import { createModel } from '@mer/models';
 * import { predictLogits } from '@mer/training';
 *
 * const model = createModel('ststnet', { classes: 3, seed: 1 });
 * const data = { classes: ['a', 'b', 'c'], labels: [0], inputs: [{ shape: [28, 28, 3], values: new Float32Array(28 * 28 * 3) }] };
 * const [logits] = await predictLogits(model, data, [0]);
 * console.log(logits.length); // 3
 * model.dispose();
 * ```
 */
export async function predictLogits(
  model: LayersModel,
  data: PreparedData,
  indices: readonly number[],
  { batchSize = 64 }: PredictLogitsOptions = {},
): Promise<number[][]> {
  const { test } = data.views ?? ONE_VIEW;
  const views: number[][][] = [];
  for (const view of test) views.push(await viewLogits(model, data, indices, { batchSize, view }));
  if (views.length === 1) return views[0]!;
  const { labelKind } = data;
  return indices.map((_, row) => {
    const probabilities = views.map((logits) => probabilitiesOf(logits[row]!, { labelKind }));
    const means = probabilities[0]!.map((_p, c) => probabilities.reduce((sum, p) => sum + p[c]!, 0) / test.length);
    return means.map((mean) => Math.log(labelKind === 'multiple' ? mean / (1 - mean) : mean));
  });
}

async function viewLogits(
  model: LayersModel,
  data: PreparedData,
  indices: readonly number[],
  { batchSize, view }: { batchSize: number; view: number },
): Promise<number[][]> {
  const { count } = data.views ?? ONE_VIEW;
  const rows: number[][] = [];
  for (let start = 0; start < indices.length; start += batchSize) {
    const batch = indices.slice(start, start + batchSize).map((index) => index * count + view);
    const logits = tf.tidy(() => {
      const inputs = data.inputs.map((input) => tf.tensor(copyRows(input, batch), [batch.length, ...input.shape]));
      return runModel(model, inputs, { from: data.from })[0] as tf.Tensor2D;
    });
    rows.push(...(await logits.array()));
    logits.dispose();
  }
  return rows;
}
