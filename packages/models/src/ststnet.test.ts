import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { worstDifference } from '../test/compare.js';
import { madeUpInput, madeUpStateDict } from '../test/fill.js';
import { adamStep } from '../test/train-step.js';
import { createStstNet, exportWeights, loadWeights } from './index.js';

const golden = JSON.parse(readFileSync(new URL('../test/golden/ststnet.json', import.meta.url), 'utf8'));
const images = () => tf.tensor4d(madeUpInput('image', 6 * 28 * 28 * 3), [6, 28, 28, 3]);

describe('createStstNet()', () => {
  it('has the state dict of the PyTorch network', async () => {
    const state = await exportWeights(createStstNet({ classes: 3 }), { layout: 'pytorch' });
    expect(Object.fromEntries(Object.entries(state).map(([name, { shape }]) => [name, shape]))).toEqual(golden.state);
  });

  it('gives the logits of PyTorch from a PyTorch state dict', () => {
    const model = createStstNet({ classes: 3 });
    loadWeights(model, madeUpStateDict(model));
    const logits = (model.predict(images()) as tf.Tensor).arraySync();
    expect(worstDifference(logits, golden.logits)).toBeLessThan(1e-5);
  });

  it('takes the Adam step of PyTorch', async () => {
    const model = createStstNet({ classes: 3, dropout: 0 });
    loadWeights(model, madeUpStateDict(model));
    const { learningRate, labels, loss } = golden.adam;
    const optimizer = tf.train.adam(learningRate, 0.9, 0.999, 1e-8);
    expect(adamStep(model, images(), labels, optimizer)).toBeCloseTo(loss, 5);
    const state = await exportWeights(model, { layout: 'pytorch' });
    for (const [name, values] of Object.entries(golden.adam.state as Record<string, number[]>)) {
      expect(worstDifference(state[name]!.data, values), name).toBeLessThan(1e-4);
    }
  });
});
