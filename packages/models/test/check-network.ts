import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { exportWeights, loadModel, type ModelName, setDropoutStep } from '../src/index.js';
import { worstRelativeDifference } from './compare.js';
import { CLASSES, images, make, steady } from './networks.js';
import { crossEntropy } from './train-step.js';

// HTNet adds the number of a place to all channels of its token. In the last level nothing but the layer norm over these channels follows, which takes it
// off again: its gradient is 0, and what a backend gives for it is what is left of rounding.
const flat: Partial<Record<ModelName, readonly string[]>> = { htnet: ['layers.2.0/pos_emb.table'] };

/**
 * Expects of a network on the backend in use: shape of the output, finite loss, a gradient for every trainable weight, the same weights
 * and the same output once saved and loaded, and no tensors left. The outputs may differ by `tolerance`, where a
 * backend does not repeat itself to the last digit.
 */
export async function checkNetwork(name: ModelName, { batch = 4, tolerance = 0 } = {}): Promise<void> {
  const model = make(name);
  const given = images(model, batch);
  const before = tf.memory().numTensors;
  const logits = model.predict(given) as tf.Tensor;
  expect(tf.memory().numTensors).toBe(before + 1);
  expect(logits.shape).toEqual([batch, CLASSES]);

  setDropoutStep(model, 0);
  const labels = Array.from({ length: batch }, (_, index) => index % CLASSES);
  const { value, grads } = tf.variableGrads(() => crossEntropy(model, given, labels));
  expect(Number.isFinite((await value.data())[0])).toBe(true);
  for (const weight of model.trainableWeights) {
    const gradient = grads[(weight.read() as tf.Variable).name];
    expect(gradient, weight.originalName).toBeDefined();
    const values = (await gradient!.data()) as Float32Array;
    expect(values.every(Number.isFinite), weight.originalName).toBe(true);
    const largest = values.reduce((most, element) => Math.max(most, Math.abs(element)), 0);
    if (flat[name]?.includes(weight.originalName)) expect(largest, weight.originalName).toBeLessThan(1e-6);
    else expect(largest, weight.originalName).toBeGreaterThan(0);
  }

  const again = await savedAndLoaded(model);
  const expected = model.predict(given) as tf.Tensor;
  const actual = again.predict(given) as tf.Tensor;
  expect(await exportWeights(again)).toEqual(await exportWeights(model));
  expect(worstRelativeDifference(await actual.array(), await expected.array())).toBeLessThanOrEqual(tolerance);
  tf.dispose([given, logits, value, grads, expected, actual]);
  model.dispose();
  again.dispose();
}

async function savedAndLoaded(model: tfl.LayersModel): Promise<tfl.LayersModel> {
  let stored: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      stored = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return loadModel(tf.io.fromMemory(stored!));
}

/** Expects a network to tell 16 made-up samples apart within 400 steps of Adam on the backend in use. */
export async function checkLearning(name: ModelName): Promise<void> {
  const model = make(name, steady[name] ?? { dropout: 0 });
  const given = images(model, 16);
  const labels = Array.from({ length: 16 }, (_, index) => index % CLASSES);
  const optimizer = tf.train.adam(name === 'vgg19' ? 0.001 : 0.005);
  const correct = async () => {
    const predicted = tf.tidy(() => tf.argMax(model.predict(given) as tf.Tensor, 1));
    const classes = await predicted.data();
    predicted.dispose();
    return labels.filter((label, index) => label === classes[index]).length;
  };
  let loss = Number.POSITIVE_INFINITY;
  let right = 0;
  for (let step = 1; step <= 400 && right < 16; step++) {
    const value = tf.tidy(() => optimizer.minimize(() => crossEntropy(model, given, labels), true)!);
    loss = (await value.data())[0]!;
    value.dispose();
    if (loss > 0.05 || step % 5 !== 0) continue;
    // let the running statistics of batch norm catch up with the weights
    for (let pass = 0; pass < 20; pass++) tf.dispose(model.apply(given, { training: true }) as tf.Tensor);
    right = await correct();
  }
  expect(right, `after a loss of ${loss}`).toBe(16);
  tf.dispose(given);
  optimizer.dispose();
  model.dispose();
}

/** Losses of the first steps on the backend in use: of Adam, or of gradient descent, which does not make large steps of gradients that are all rounding. */
export async function firstLosses(name: ModelName, { batch = 4, steps = 3, descent = false } = {}): Promise<number[]> {
  const model = make(name, steady[name] ?? { dropout: 0 });
  const given = images(model, batch);
  const labels = Array.from({ length: batch }, (_, index) => index % CLASSES);
  const optimizer = descent ? tf.train.sgd(0.00001) : tf.train.adam(0.001);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const value = tf.tidy(() => optimizer.minimize(() => crossEntropy(model, given, labels), true)!);
    losses.push((await value.data())[0]!);
    value.dispose();
  }
  tf.dispose(given);
  optimizer.dispose();
  model.dispose();
  return losses;
}
