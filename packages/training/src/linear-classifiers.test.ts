import { readFileSync } from 'node:fs';
import { createModel } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { fit } from './fit.js';
import { batchLoss } from './losses/batch-loss.js';
import { predictLogits } from './predict.js';

const file = new URL('../test/golden/linear.json', import.meta.url);
const golden: { labels: number[]; values: number[][] } & Record<string, number[][]> = JSON.parse(
  readFileSync(file, 'utf8'),
);

beforeAll(() => tf.setBackend('cpu'));

describe('a linear classifier', () => {
  it.each(['cross-entropy', 'squared-hinge'] as const)('trained with %s comes to the minimum', async (loss) => {
    const { labels } = golden;
    const samples = labels.map((_, i) => i);
    const inputs = [{ shape: [1, 1, 12], values: Float32Array.from(golden.values.flat()) }];
    const data = { classes: ['a', 'b', 'c'], labels, inputs };
    const model = createModel('linear-classifier', { classes: 3, inputShape: [1, 1, 12] });
    await fit(model, data, {
      train: samples,
      epochs: 400,
      batchSize: labels.length,
      optimizer: { name: 'adam', learningRate: 0.1, weightDecay: 1 / labels.length },
      schedule: { name: 'cosine' },
      loss,
      key: [0],
    });
    const logits = await predictLogits(model, data, samples);
    const worst = Math.max(...logits.flat().map((value, i) => Math.abs(value - golden[loss]!.flat()[i]!)));
    expect(worst).toBeLessThan(1e-3);
    model.dispose();
  });

  it('has a hinge that weighs classes and adds up over the rows of a batch', () => {
    const logits = tf.tensor2d([
      [2, 0.5],
      [-1, 0.25],
    ]);
    const classes = tf.tensor2d([
      [1, 0],
      [0, 1],
    ]);
    const loss = { name: 'squared-hinge' } as const;
    const value = (rows: number[], options = {}) => {
      const targets = { classes: tf.gather(classes, rows), images: [] };
      return batchLoss([tf.gather(logits, rows)], targets, { loss, ...options }).dataSync()[0]!;
    };
    expect(value([0, 1])).toBeCloseTo((1.5 ** 2 + 0.75 ** 2) / 2, 6);
    const weights = tf.tensor1d([1, 3]);
    const whole = value([0, 1], { weights });
    expect(whole).toBeCloseTo((1.5 ** 2 + 3 * 0.75 ** 2) / 4, 6);
    const part = { weight: tf.scalar(4), share: 0.5 };
    expect(value([0], { weights, part }) + value([1], { weights, part })).toBeCloseTo(whole, 6);
  });
});
