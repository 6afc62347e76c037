import '@tensorflow/tfjs-layers';
import { useBackend } from '@mer/backends';
import { couplesSamples, createModel, type ModelName, models, setDropoutStep } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { gradientStep } from './gradient-step.js';
import { type MemoryStrategy, memoryStrategyText } from './memory-strategy.js';
import type { LossSettings } from './settings.js';

beforeAll(() => useBackend('wasm'));

const BATCH = 6;
const crossEntropy: LossSettings = { name: 'cross-entropy', labelSmoothing: 0 };

/** Gradients, loss, weights that do not train (running statistics) and logits of one step from the same start. */
function stepOf(model: LayersModel, inputs: tf.Tensor[], strategy: MemoryStrategy, loss = crossEntropy) {
  const start = model.getWeights().map((weight) => weight.dataSync().slice());
  setDropoutStep(model, 3);
  const classes = model.outputs[0]!.shape[1]!;
  const labels = Array.from({ length: BATCH }, (_, i) => i % classes);
  const gradients = new Map<string, Float32Array>();
  const result = tf.tidy(() => {
    const { loss: value, logits } = gradientStep(
      model,
      inputs,
      {
        classes: tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32') as tf.Tensor2D,
        images: model.outputs.slice(1, 2).map(({ shape }) => tf.ones([BATCH, ...(shape.slice(1) as number[])])),
      },
      {
        loss,
        strategy,
        weights: tf.tensor1d(Array.from({ length: classes }, (_, c) => 1 + c)),
        onGradient(variable, gradient) {
          gradients.set(variable.name, gradient.dataSync().slice() as Float32Array);
          gradient.dispose();
        },
      },
    );
    return { loss: value.dataSync()[0]!, logits: logits.dataSync().slice() };
  });
  const statistics = model.getWeights().map((weight) => weight.dataSync().slice());
  tf.tidy(() => model.setWeights(start.map((values, i) => tf.tensor(values, model.getWeights()[i]!.shape))));
  return { ...result, gradients, statistics };
}

/** Largest difference in norm of a weight's gradient, relative to the largest norm. */
function difference(a: Map<string, Float32Array>, b: Map<string, Float32Array>): number {
  expect([...b.keys()].sort()).toEqual([...a.keys()].sort());
  const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  const largest = Math.max(...[...a.values()].map(norm));
  return Math.max(
    ...[...a].map(([name, values]) => norm(values.map((value, i) => value - b.get(name)![i]!)) / largest),
  );
}

const inputsOf = (model: LayersModel) =>
  model.inputs.map(({ shape }, i) =>
    tf.randomUniform([BATCH, ...(shape.slice(1) as number[])], -1, 1, 'float32', i + 1),
  );

const ownLosses: Partial<Record<ModelName, LossSettings>> = {
  fdp: { name: 'fdp', image: 100, rank: 0.1 },
  featref: { name: 'featref', classes: 0.85, proposals: 0.15 },
};
const severalOutputs = Object.keys(ownLosses);

describe.each(Object.keys(models) as ModelName[])('a step of %s', (name) => {
  const make = () =>
    createModel(name, {
      preset: 'small',
      classes: 3,
      seed: 5,
      ...(severalOutputs.includes(name) && { outputs: 'all' }),
    } as never);
  const loss = ownLosses[name] ?? crossEntropy;

  it('gives the same gradients, statistics and masks with every strategy, and leaves nothing behind', () => {
    const model = make();
    const inputs = inputsOf(model);
    const plain = stepOf(model, inputs, { name: 'plain' }, loss);
    const before = tf.memory();
    const exact: [MemoryStrategy, number][] = [
      [{ name: 'releasing' }, 0],
      [{ name: 'fused' }, 0],
      // gradients of a weight that is used several times are added up in another order, and of maps that four branches read
      [{ name: 'recomputing', stretches: 3, parts: 1 }, name === 'dual-branch' ? 1e-6 : 1e-7],
      [{ name: 'recomputing', stretches: 50, parts: 1 }, name === 'dual-branch' ? 1e-6 : 1e-7],
    ];
    for (const [strategy, most] of exact) {
      const other = stepOf(model, inputs, strategy, loss);
      expect(difference(plain.gradients, other.gradients), memoryStrategyText(strategy)).toBeLessThanOrEqual(most);
      expect(other.loss).toBe(plain.loss);
      expect(other.statistics).toEqual(plain.statistics);
      expect(other.logits).toEqual(plain.logits);
    }
    const rounding: MemoryStrategy[] = [{ name: 'recomputing', stretches: 4, parts: 4 }];
    if (!couplesSamples(model))
      rounding.push({ name: 'fused', microBatch: 4 }, { name: 'recomputing', stretches: 2, parts: 3, microBatch: 5 });
    for (const strategy of rounding) {
      const other = stepOf(model, inputs, strategy, loss);
      expect(difference(plain.gradients, other.gradients), memoryStrategyText(strategy)).toBeLessThan(5e-6);
      expect(Math.abs(other.loss / plain.loss - 1)).toBeLessThan(1e-6);
      expect(other.statistics.length).toBe(plain.statistics.length);
    }
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    tf.dispose(inputs);
    model.dispose();
  });
});
