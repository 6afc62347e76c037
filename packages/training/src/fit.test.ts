import { createModel } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { fit } from './fit.js';
import { predictLogits } from './predict.js';
import { randomOrder, randomStream } from './random.js';
import type { TrainingOptions } from './settings.js';

beforeAll(() => tf.setBackend('cpu'));

const settingsOf = (training: Partial<TrainingOptions>): TrainingOptions => ({
  epochs: 3,
  batchSize: 4,
  optimizer: { name: 'adam', learningRate: 0.01 },
  ...training,
});

/** Two classes: bright on the left, bright on the right; `n` samples, each a little different. */
function halves(n: number) {
  const size = 8;
  const stream = randomStream(['halves']);
  const values = new Float32Array(n * size * size);
  const labels = Array.from({ length: n }, (_, i) => i % 2);
  for (const [i, label] of labels.entries()) {
    const noise = randomOrder(size * size, stream);
    for (let p = 0; p < size * size; p++) {
      values[i * size * size + p] = (Number(p % size < size / 2) === label ? 1 : -1) + noise[p]! / (size * size) - 0.5;
    }
  }
  return { classes: ['right', 'left'], labels, inputs: [{ shape: [size, size, 1], values }] };
}

const all = (n: number) => Array.from({ length: n }, (_, i) => i);
const makeModel = (seed = 1) =>
  createModel('small-cnn', { classes: 2, inputShape: [8, 8, 1], widths: [4, 4], dropout: 0.2, seed });

describe('fit()', () => {
  it('learns what can be learned and reports a falling loss', async () => {
    const data = halves(16);
    const model = makeModel();
    const seen: number[] = [];
    const { history, epoch } = await fit(model, data, {
      train: all(12),
      ...settingsOf({ epochs: 20 }),
      key: [0],
      onEpoch: ({ epoch: number }) => seen.push(number),
    });
    expect(epoch).toBe(20);
    expect(seen).toEqual(all(20).map((i) => i + 1));
    expect(history.at(-1)!.loss).toBeLessThan(history[0]!.loss / 2);
    const logits = await predictLogits(model, data, [12, 13, 14, 15]);
    expect(logits.map((row) => row.indexOf(Math.max(...row)))).toEqual([0, 1, 0, 1]);
    model.dispose();
  });

  it('is the same again with the same key, and another with another', async () => {
    const data = halves(12);
    const run = async (key: string) => {
      const model = makeModel();
      const { history } = await fit(model, data, { train: all(12), ...settingsOf({}), key: [key] });
      model.dispose();
      return history.map(({ loss }) => loss);
    };
    expect(await run('a')).toEqual(await run('a'));
    expect(await run('a')).not.toEqual(await run('b'));
  });

  it('never reads a sample outside of its training and validation parts', async () => {
    const data = halves(12);
    const poisoned = {
      ...data,
      labels: [...data.labels],
      inputs: [{ ...data.inputs[0]!, values: data.inputs[0]!.values.slice() }],
    };
    for (const index of [10, 11]) {
      poisoned.labels[index] = 1 - poisoned.labels[index]!;
      poisoned.inputs[0]!.values.fill(Number.NaN, index * 64, (index + 1) * 64);
    }
    const weights: number[][] = [];
    for (const source of [data, poisoned]) {
      const model = makeModel();
      await fit(model, source, {
        train: all(8),
        validation: [8, 9],
        ...settingsOf({ epochChoice: 'validation', classWeights: 'balanced' }),
        key: [0],
      });
      weights.push(model.getWeights().flatMap((weight) => [...weight.dataSync()]));
      model.dispose();
    }
    expect(weights[0]).toEqual(weights[1]);
  });

  it('ends after so many steps, in the middle of an epoch, and says which epoch that was', async () => {
    const data = halves(12);
    const run = async (training: Partial<TrainingOptions>) => {
      const model = makeModel();
      const result = await fit(model, data, { train: all(12), ...settingsOf(training), key: [0] });
      const weights = model.getWeights().flatMap((weight) => [...weight.dataSync()]);
      model.dispose();
      return { ...result, weights };
    };
    const whole = await run({ epochs: 2 });
    const same = await run({ epochs: 9, steps: 6 });
    expect([same.epoch, same.history, same.weights]).toEqual([2, whole.history, whole.weights]);
    const less = await run({ epochs: 9, steps: 4 });
    expect(less.history.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(less.history[0]).toEqual(whole.history[0]);
    // the mean of the four samples of that epoch that were seen
    expect([0, 1, 2, 3, 4].map((right) => right / 4)).toContain(less.history[1]!.accuracy);
    expect(less.weights).not.toEqual(whole.weights);
  });

  it('trains as it tests from the second epoch on, where told to: running statistics stay, weights move', async () => {
    const data = halves(4);
    const run = async (epochs: number, evalAfterFirstEpoch?: boolean) => {
      const model = createModel('ststnet', { classes: 2, inputShape: [8, 8, 1], seed: 1 });
      const settings = settingsOf({ epochs, ...(evalAfterFirstEpoch && { evalAfterFirstEpoch }) });
      await fit(model, data, { train: all(4), ...settings, key: [0] });
      const read = (trainable: boolean) =>
        (trainable ? model.trainableWeights : model.nonTrainableWeights).map((weight) => [...weight.read().dataSync()]);
      const found = { weights: read(true), statistics: read(false) };
      model.dispose();
      return found;
    };
    const once = await run(1);
    const frozen = await run(2, true);
    expect(frozen.statistics).toEqual(once.statistics);
    expect(frozen.weights).not.toEqual(once.weights);
  });

  it('keeps the epoch with the lowest validation loss', async () => {
    const data = halves(12);
    const model = makeModel();
    const { epoch, history } = await fit(model, data, {
      train: all(8),
      validation: [8, 9, 10, 11],
      ...settingsOf({ epochs: 6, epochChoice: 'validation', optimizer: { name: 'adam', learningRate: 0.05 } }),
      key: [0],
    });
    const losses = history.map(({ validationLoss }) => validationLoss!);
    expect(epoch).toBe(losses.indexOf(Math.min(...losses)) + 1);
    const logits = await predictLogits(model, data, [8, 9, 10, 11]);
    const loss =
      logits.reduce(
        (sum, row, i) => sum + Math.log(row.reduce((s, v) => s + Math.exp(v), 0)) - row[data.labels[8 + i]!]!,
        0,
      ) / 4;
    expect(loss).toBeCloseTo(Math.min(...losses), 5);
    model.dispose();
  });

  it('ends after `until` epochs on the schedule of all, with the weights of the last', async () => {
    const data = halves(8);
    const train = async (changes: object) => {
      const model = makeModel();
      const settings = settingsOf({ epochs: 4, schedule: { name: 'cosine' }, ...changes });
      const { epoch, history } = await fit(model, data, { train: all(8), ...settings, key: [0] });
      model.dispose();
      return { epoch, history };
    };
    const whole = await train({});
    const cut = await train({ until: 2 });
    expect(cut).toEqual({ epoch: 2, history: whole.history.slice(0, 2) });
    await expect(train({ until: 5 })).rejects.toThrow('until must be at most epochs (4), beside epochChoice: last');
  });

  it('weighs classes so that a balanced loss does not depend on their counts', async () => {
    const data = {
      classes: ['a', 'b'],
      labels: [0, 0, 0, 1],
      inputs: [{ shape: [8, 8, 1], values: new Float32Array(4 * 64) }],
    };
    const model = makeModel();
    const { history } = await fit(model, data, {
      train: all(4),
      ...settingsOf({ epochs: 1, classWeights: 'balanced' }),
      key: [0],
    });
    expect(history[0]!.loss).toBeCloseTo(Math.log(2), 1);
    model.dispose();
  });

  it('leaves no tensors behind but the model', async () => {
    const data = halves(8);
    const before = tf.memory().numTensors;
    const model = makeModel();
    const settings = settingsOf({ epochs: 2, epochChoice: 'validation' });
    await fit(model, data, { train: all(4), validation: [4, 5], ...settings, key: [0] });
    await predictLogits(model, data, all(8));
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('stops when told to and leaves nothing behind', async () => {
    const data = halves(8);
    const model = makeModel();
    await predictLogits(model, data, [0]);
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const training = fit(model, data, {
      train: all(8),
      ...settingsOf({ epochs: 1000 }),
      key: [0],
      signal: controller.signal,
      onEpoch: ({ epoch }) => epoch === 2 && controller.abort(new Error('enough')),
    });
    await expect(training).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('says so when there is nothing to train or to validate on, and when the loss is no number', async () => {
    const data = halves(4);
    const model = makeModel();
    await expect(fit(model, data, { train: [], ...settingsOf({}), key: [] })).rejects.toThrow(
      'at least one training sample',
    );
    await expect(
      fit(model, data, { train: [0], ...settingsOf({ epochChoice: 'validation' }), key: [] }),
    ).rejects.toThrow('at least one validation sample');
    const broken = { ...data, inputs: [{ ...data.inputs[0]!, values: new Float32Array(4 * 64).fill(Number.NaN) }] };
    await expect(fit(model, broken, { train: [0, 1], ...settingsOf({}), key: [] })).rejects.toThrow(
      'loss of epoch 1 is NaN',
    );
    model.dispose();
  });
});
