import { useBackend } from '@mer/backends';
import { createModel } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { checkOptions } from '@mer/options';
import { beforeAll, describe, expect, it } from 'vitest';
import { type FitOptions, fit } from './fit.js';
import { planMemory } from './memory-plan.js';
import { predictLogits } from './predict.js';
import type { PreparedData } from './prepared-data.js';
import { type FrozenRows, throughFrozen } from './through-frozen.js';
import { trainingOptions } from './training-options.js';

beforeAll(() => useBackend('wasm'));

const makeModel = () =>
  createModel('slstt', { classes: 2, preset: 'small', inputShape: [3, 16, 16, 3], dropout: 0.5, seed: 3 });
const FROZEN = ['vit.patch_embedding', 'vit.class_token', 'vit.positional_embedding', 'vit.transformer'];
const plainSettings = { freeze: FROZEN, augmentation: { images: [] } };
const options = {
  ...plainSettings,
  epochs: 3,
  batchSize: 4,
  optimizer: { name: 'sgd', learningRate: 0.05, momentum: 0.9 },
} satisfies Partial<FitOptions>;

/** Made-up clips of several views. */
function clips(views = 1): PreparedData {
  const rows = 8 * views;
  return {
    classes: ['a', 'b'],
    labels: [0, 1, 0, 1, 0, 1, 0, 1],
    inputs: [{ shape: [3, 16, 16, 3], values: Float32Array.from({ length: rows * 2304 }, (_, i) => Math.sin(i * i)) }],
    ...(views > 1 && { views: { count: views, train: [[0, 1]], test: [0, 1] } }),
  };
}

const far = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

describe('throughFrozen()', () => {
  it.each([
    ['one view', 1, {}],
    ['views', 2, {}],
    ['recomputing', 1, { strategy: { name: 'recomputing', stretches: 2, parts: 2 } }],
    ['micro-batches', 1, { strategy: { name: 'fused', microBatch: 2 } }],
    ['epochs chosen and looked at', 1, { epochChoice: 'validation', validation: [6], test: [7], oracle: true }],
  ] as const)('trains as on the whole network: %s', async (_, views, more) => {
    const data = clips(views);
    const train = [0, 1, 2, 3, 4, 5];
    const outcomes = [];
    for (const once of [false, true]) {
      const model = makeModel();
      const seen = once ? await throughFrozen(model, data, plainSettings) : data;
      const { history, oracle } = await fit(model, seen, { ...options, train, ...(more as Partial<FitOptions>) });
      const logits = await predictLogits(model, seen, [6, 7]);
      const whole = await predictLogits(model, data, [6, 7]);
      expect(far(logits.flat(), whole.flat())).toBeLessThan(1e-5);
      outcomes.push({ losses: history.flatMap(({ loss, testLoss = 0 }) => [loss, testLoss]), logits, oracle });
      model.dispose();
    }
    const [whole, once] = outcomes;
    expect(far(once!.losses, whole!.losses)).toBeLessThan(1e-5);
    expect(far(once!.logits.flat(), whole!.logits.flat())).toBeLessThan(1e-5);
    expect(once!.oracle?.epoch).toBe(whole!.oracle?.epoch);
  });

  it('computes each row once, and takes those that are kept', async () => {
    const model = makeModel();
    const kept = new Map<number, Float32Array>();
    const rows: FrozenRows = {
      part: undefined,
      begin(part) {
        Object.assign(this, { part });
      },
      read: (row) => kept.get(row),
      write: (row, values) => void kept.set(row, values),
    };
    const told: string[] = [];
    const onProgress = (done: number, total: number) => told.push(`${done}/${total}`);
    const { numTensors } = tf.memory();
    const first = await throughFrozen(model, clips(), plainSettings, { samples: [1, 4], keep: () => rows, onProgress });
    expect(tf.memory().numTensors).toBe(numTensors);
    expect([...kept.keys()]).toEqual([1, 4]);
    expect(first.inputs.map(({ shape }) => shape)).toEqual([[3, 48]]);
    await expect(fit(model, first, { ...options, train: [0, 1] })).rejects.toThrow('row 0');
    kept.set(4, new Float32Array(3 * 48).fill(7));
    const second = await throughFrozen(model, clips(), plainSettings, { keep: () => rows, onProgress });
    expect(kept.size).toBe(8);
    const into = new Float32Array(3 * 48);
    (second.inputs[0] as { read: (row: number, into: Float32Array) => void }).read(4, into);
    expect(into).toEqual(new Float32Array(3 * 48).fill(7));
    expect(told).toEqual(['1/2', '2/2', '1/8', '3/8', '4/8', '6/8', '7/8', '8/8']);
    // and the layers train again, if they did before
    const { freeze: _, ...settings } = plainSettings;
    expect(await throughFrozen(model, second, plainSettings)).toBe(second);
    expect(
      await throughFrozen(model, clips(), { ...settings, freeze: undefined }).then(({ from }) => from),
    ).toBeUndefined();
    model.dispose();
  });

  it('gives the data back where images change each epoch, and ends with the signal', async () => {
    const model = makeModel();
    const data = clips();
    const images = [{ name: 'flip', probability: 0.5 }];
    expect(await throughFrozen(model, data, { ...plainSettings, augmentation: { images } })).toBe(data);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(throughFrozen(model, data, plainSettings, { signal })).rejects.toThrow('enough');
    await expect(throughFrozen(model, data, { ...plainSettings, freeze: ['nobody'] })).rejects.toThrow('nobody');
    model.dispose();
  });

  it('is what memory is planned for', () => {
    const settings = checkOptions('plan', trainingOptions(), { epochs: 1, optimizer: 'sgd' });
    const planOf = (more: object) =>
      planMemory({ makeModel, settings: { ...settings, ...more }, batch: 64, fits: () => true });
    const [whole, once] = [planOf({}), planOf({ freeze: FROZEN })];
    expect(once.step.weights).toBe(whole.step.weights);
    expect(once.step.inputs).toBeLessThan(whole.step.inputs / 10);
    expect(once.step.total).toBeLessThan(whole.step.total / 2);
  });
});
