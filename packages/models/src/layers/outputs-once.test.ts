import { useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createModel, runModel, setDropoutStep } from '../index.js';
import { ContinuousAttention } from './continuous-attention.js';
import { RankPooling } from './rank-pooling.js';

/** Networks whose layers have several outputs: attention, pooling that tells places, rank pooling. */
const models = {
  mmnet: () => createModel('mmnet', { classes: 3, preset: 'small', seed: 1 }),
  fdp: () => createModel('fdp', { classes: 3, preset: 'small', outputs: 'all', seed: 1 }),
};

/** Layers of a model that have several outputs, and how often each is called while something runs. */
function calls(model: tfl.LayersModel, run: () => void): Record<string, number> {
  const several = model.layers.filter(({ outputShape }) => Array.isArray(outputShape[0]));
  const spies = several.map((layer) => vi.spyOn(layer, 'call'));
  tf.tidy(run);
  const counts = Object.fromEntries(several.map(({ name }, i) => [name, spies[i]!.mock.calls.length]));
  for (const spy of spies) spy.mockRestore();
  return counts;
}

describe('a layer with several outputs', () => {
  beforeEach(async () => {
    await useBackend('wasm');
    tf.engine().startScope();
  });

  afterEach(() => tf.engine().endScope());

  it.each(Object.keys(models) as (keyof typeof models)[])('runs once in each run of %s', (name) => {
    const model = models[name]();
    const inputs = model.inputs.map(({ shape }, i) =>
      tf.randomUniform([2, ...(shape.slice(1) as number[])], -1, 1, 'float32', i + 1),
    );
    const given = inputs.length === 1 ? inputs[0]! : inputs;
    const kwargs = { training: true };
    const ways: Record<string, () => void> = {
      apply: () => void model.apply(given, { training: true }),
      runModel: () => void runModel(model, inputs, { training: true }),
      'runModel in inference': () => void runModel(model, inputs),
      'runModel in stretches': () => void runModel(model, inputs, { training: true, cuts: [4, 9] }),
    };
    for (const [way, run] of Object.entries(ways)) {
      const counts = calls(model, run);
      expect(Object.keys(counts).length, way).toBeGreaterThan(1);
      expect(new Set(Object.values(counts)), way).toEqual(new Set([1]));
      const twice = calls(model, () => {
        tf.tidy(run);
        tf.tidy(run);
      });
      expect(new Set(Object.values(twice)), `${way}, twice`).toEqual(new Set([2]));
    }
    const again = calls(model, () => {
      model.apply(given, kwargs);
      model.apply(given, kwargs);
    });
    expect(new Set(Object.values(again))).toEqual(new Set([2]));
    model.dispose();
  });

  it('moves running statistics once for each run', () => {
    const model = models.mmnet();
    setDropoutStep(model, 0);
    const attention = model.layers.find((layer) => layer instanceof ContinuousAttention)!;
    const inputs = model.inputs.map(({ shape }, i) =>
      tf.randomUniform([4, ...(shape.slice(1) as number[])], -1, 1, 'float32', i + 1),
    );
    const mean = () => attention.getWeights().at(-2)!.dataSync()[0]!;
    const start = mean();
    model.apply(inputs, { training: true });
    const first = mean();
    model.apply(inputs, { training: true });
    // towards the same mean of the batch: a tenth of what is left
    expect(first).not.toBe(start);
    expect((mean() - first) / (first - start)).toBeCloseTo(0.9, 4);
    model.dispose();
  });

  it('is called twice where it is called twice on purpose', () => {
    const layer = new ContinuousAttention({ name: 'attention' });
    const x = tf.randomUniform([2, 4, 4, 8], -1, 1, 'float32', 1);
    layer.apply(x);
    const spy = vi.spyOn(layer, 'call');
    layer.apply(x, { training: true });
    layer.apply(x, { training: true });
    expect(spy).toHaveBeenCalledTimes(2);
    const kwargs = { training: true };
    layer.apply(x, kwargs);
    layer.apply(tf.clone(x), kwargs);
    expect(spy).toHaveBeenCalledTimes(4);
    layer.apply(x);
    layer.apply(x);
    expect(spy).toHaveBeenCalledTimes(6);
  });

  it('gives what its weights are now', () => {
    const layer = new RankPooling({ name: 'rank' });
    const x = tf.randomUniform([2, 5, 4], -1, 1, 'float32', 1);
    const scores = () => [...(layer.apply(x) as tf.Tensor[])[1]!.dataSync()];
    const before = scores();
    layer.setWeights(layer.getWeights().map((weight) => tf.mul(weight, 2)));
    expect(scores()).not.toEqual(before);
  });

  it('is called for each of its nodes in a model', () => {
    const layer = new ContinuousAttention({ name: 'shared' });
    const input = tfl.input({ shape: [4, 4, 8] });
    const [maps, attention] = layer.apply(input) as unknown as tfl.SymbolicTensor[];
    const [again, other] = layer.apply(input) as unknown as tfl.SymbolicTensor[];
    const model = tfl.model({ inputs: input, outputs: [maps!, attention!, again!, other!] });
    const x = tf.randomUniform([2, 4, 4, 8], -1, 1, 'float32', 1);
    const run = (way: () => unknown) => Object.values(calls(model, () => void way()));
    expect(run(() => model.apply(x, { training: true }))).toEqual([2]);
    expect(run(() => runModel(model, [x], { training: true }))).toEqual([2]);
    model.dispose();
  });

  it('is called again when its outputs have gone', () => {
    const layer = new RankPooling({ name: 'rank' });
    const x = tf.randomUniform([2, 5, 4], -1, 1, 'float32', 1);
    const kwargs = { training: true };
    tf.dispose(layer.apply(x, kwargs) as tf.Tensor[]);
    const outputs = layer.apply(x, kwargs) as tf.Tensor[];
    expect(outputs.every(({ isDisposed }) => !isDisposed)).toBe(true);
    expect(layer.apply(x, kwargs)).toBe(outputs);
  });
});
