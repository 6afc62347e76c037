import { createModel } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { type FitOptions, fit } from './fit.js';
import { predictLogits } from './predict.js';
import { predictedLabel, probabilitiesOf } from './predicted-label.js';
import type { PreparedData } from './prepared-data.js';
import { randomStream } from './random.js';
import { epochRows } from './sampling.js';

beforeAll(() => tf.setBackend('cpu'));

const SIZE = 8;

/** Two labels: bright on the left, bright at the top; samples have both, one or none. */
function corners(n: number): PreparedData {
  const values = new Float32Array(n * SIZE * SIZE);
  const labels = Array.from({ length: n }, (_, i) => [0, 1].filter((label) => (i >> label) % 2 === 1));
  for (const [i, label] of labels.entries()) {
    for (let p = 0; p < SIZE * SIZE; p++) {
      const [x, y] = [p % SIZE, Math.floor(p / SIZE)];
      const left = x < SIZE / 2 ? Number(label.includes(0)) : 0;
      const top = y < SIZE / 2 ? Number(label.includes(1)) : 0;
      values[i * SIZE * SIZE + p] = left + top - 0.5 + ((i * 31 + p * 17) % 11) / 100;
    }
  }
  const inputs = [{ shape: [SIZE, SIZE, 1], values }];
  return { classes: ['left', 'top'], labelKind: 'multiple', labels, inputs };
}

const makeModel = () =>
  createModel('small-cnn', { classes: 2, inputShape: [SIZE, SIZE, 1], widths: [4, 8], dropout: 0, seed: 1 });
const options = { epochs: 20, batchSize: 8, optimizer: 'adam', learningRate: 0.02 } satisfies FitOptions;
const read = { labelKind: 'multiple' } as const;

describe('fit() with any number of labels', () => {
  it('learns each of them, and says how many samples have all of them right', async () => {
    const data = corners(32);
    const model = makeModel();
    const train = Array.from({ length: 24 }, (_, i) => i);
    const { history } = await fit(model, data, {
      ...options,
      epochs: 40,
      train,
      sampling: 'balanced',
      classWeights: 'balanced',
    });
    expect(history[0]!.loss).toBeGreaterThan(2 * history.at(-1)!.loss);
    expect(history.at(-1)!.accuracy).toBeGreaterThan(0.9);
    const logits = await predictLogits(model, data, [24, 25, 26, 27]);
    expect(logits.map((row) => predictedLabel(row, read))).toEqual([[], [0], [1], [0, 1]]);
    model.dispose();
  });

  it('chooses the epoch by the binary cross-entropy of validation samples', async () => {
    const data = corners(16);
    const model = makeModel();
    const validation = [12, 13, 14, 15];
    const { history, epoch } = await fit(model, data, {
      ...options,
      epochs: 6,
      train: Array.from({ length: 12 }, (_, i) => i),
      validation,
      epochChoice: 'validation',
      threshold: 0.9,
      augmentation: { images: [{ name: 'mixup' }] },
    });
    const logits = await predictLogits(model, data, validation);
    const terms = logits.flatMap((row, i) =>
      row.map((x, c) => Math.log1p(Math.exp((data.labels[12 + i] as number[]).includes(c) ? -x : x))),
    );
    const loss = terms.reduce((sum, term) => sum + term, 0) / terms.length;
    expect(history[epoch - 1]!.validationLoss).toBeCloseTo(loss, 5);
    const right = logits.filter((row, i) => {
      const found = predictedLabel(row, { ...read, threshold: 0.9 });
      return JSON.stringify(found) === JSON.stringify(data.labels[12 + i]);
    });
    expect(history[epoch - 1]!.validationAccuracy).toBe(right.length / 4);
    model.dispose();
  });

  it('refuses losses and labels that are not for it', async () => {
    const data = corners(8);
    const model = makeModel();
    const of = (given: Partial<PreparedData>, more: Partial<FitOptions> = {}) =>
      fit(model, { ...data, ...given }, { ...options, epochs: 1, ...more });
    await expect(of({}, { loss: 'cross-entropy' })).rejects.toThrow(
      'loss cross-entropy is not for samples with any number of labels: use binary-cross-entropy',
    );
    await expect(of({ labelKind: 'single', labels: Array(8).fill(0) }, { loss: 'binary-focal' })).rejects.toThrow(
      'loss binary-focal is not for samples with one label: use cross-entropy or focal or fdp or featref or mol or self-distillation',
    );
    await expect(of({ labels: Array(8).fill(0) })).rejects.toThrow('labels.0 must be a list, each an index');
    await expect(of({ labelKind: 'single' })).rejects.toThrow('labels.0 must be an index of one of the 2 classes');
    await expect(of({ labels: [[2], ...data.labels.slice(1)] as number[][] })).rejects.toThrow('current value is [2]');
    await expect(of({}, { threshold: [0.5] })).rejects.toThrow('one for each of the 2 labels: current number is 1');
    await expect(of({}, { threshold: 1 })).rejects.toThrow('threshold must be between 0 and 1: current value is 1');
    const weighted = { name: 'binary-cross-entropy', positiveWeights: [1, 2] };
    await expect(of({}, { loss: weighted, classWeights: 'balanced' })).rejects.toThrow(
      'classWeights must be none beside loss.positiveWeights',
    );
    await expect(of({}, { loss: weighted })).resolves.toMatchObject({ epoch: 1 });
    model.dispose();
  });
});

describe('sampling: balanced', () => {
  it('draws each label, and samples that have none, equally often', () => {
    const labels = [[0], [0], [0], [0], [0], [0], [0], [1], [], [0]];
    const data = { classes: ['a', 'b'], labelKind: 'multiple' as const, labels, inputs: [] };
    const train = labels.map((_, i) => i);
    const drawn = Array.from({ length: 60 }, (_, seed) =>
      epochRows(data, train, { sampling: 'balanced', shuffle: false }, randomStream([seed])),
    ).flat();
    for (const one of [7, 8]) expect(Math.abs(drawn.filter((i) => i === one).length / 600 - 1 / 3)).toBeLessThan(0.06);
  });
});

describe('logits of any number of labels', () => {
  it('are read by sigmoid and threshold', () => {
    expect(predictedLabel([0, 0.1, -3], read)).toEqual([1]);
    expect(predictedLabel([0, 0.1, -3], { ...read, threshold: [0.4, 0.6, 0.01] })).toEqual([0, 2]);
    expect(predictedLabel([-900, -800], read)).toEqual([]);
    expect(probabilitiesOf([0, 800, -800], read)).toEqual([0.5, 1, 0]);
  });

  it('of several views have the mean probability', async () => {
    const data = corners(4);
    const [input] = data.inputs as [{ shape: number[]; values: Float32Array }];
    const model = makeModel();
    const views = { count: 2, train: [[0, 1]], test: [0, 1] };
    const [together] = await predictLogits(model, { ...data, labels: [[], []], views }, [1]);
    const apart = await predictLogits(model, { ...data, inputs: [input] }, [2, 3]);
    const mean = (c: number) => (probabilitiesOf(apart[0]!, read)[c]! + probabilitiesOf(apart[1]!, read)[c]!) / 2;
    expect(probabilitiesOf(together!, read)[0]).toBeCloseTo(mean(0), 10);
    expect(probabilitiesOf(together!, read)[1]).toBeCloseTo(mean(1), 10);
    model.dispose();
  });
});
