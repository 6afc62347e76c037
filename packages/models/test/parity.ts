import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { loadWeights, modelParameters } from '../src/index.js';
import { torchShape, toTorch } from '../src/weights/layouts.js';
import { worstDifference, worstRelativeDifference } from './compare.js';
import { madeUpInput, madeUpValues } from './fill.js';
import { adamStep } from './train-step.js';

/** A file of reference values, `test/golden/<name>.json`. */
export function readGolden(name: string) {
  return JSON.parse(readFileSync(new URL(`./golden/${name}.json`, import.meta.url), 'utf8'));
}

/** What a reference file says of a network. */
export interface NetworkGolden {
  /** Names and shapes of the PyTorch state dict. */
  state: Record<string, number[]>;
  /** Entries of the state dict that the network's authors store and never use. */
  unused?: Record<string, number[]>;
  /** Output in inference. */
  logits: number[][];
  /** Gain of the made-up weights, 2 where it is left out. */
  gain?: number;
}

/** Loads the made-up state dict of a reference file, by name, with the entries that the network never uses. */
export function loadMadeUp(
  model: tfl.LayersModel,
  { state, unused = {}, gain = 2 }: Pick<NetworkGolden, 'state' | 'unused' | 'gain'>,
): void {
  const arrays = Object.fromEntries(
    Object.entries({ ...state, ...unused }).map(([name, shape]) => [
      name,
      { shape, data: madeUpValues(name, shape, { gain }) },
    ]),
  );
  loadWeights(model, arrays);
}

/** The inputs `image0`, `image1`, … of a model for a batch. */
export function madeUpImages(model: tfl.LayersModel, batch: number): tf.Tensor[] {
  return model.inputs.map(({ shape }, index) => {
    const sizes = [batch, ...(shape.slice(1) as number[])];
    return tf.tensor(
      madeUpInput(
        `image${index}`,
        sizes.reduce((product, size) => product * size, 1),
      ),
      sizes,
    );
  });
}

/** Expects a network to have a PyTorch network's state dict and to give its logits within 1e-4. */
export function expectParity(model: tfl.LayersModel, golden: NetworkGolden): void {
  const shapes = modelParameters(model).map((entry) => [entry.torchName, torchShape(entry.shape, entry.layout)]);
  expect(Object.fromEntries(shapes)).toEqual(golden.state);
  loadMadeUp(model, golden);
  const inputs = madeUpImages(model, golden.logits.length);
  const given = inputs.length === 1 ? inputs[0]! : inputs;
  const output = model.predict(given) as tf.Tensor | tf.Tensor[];
  const logits = Array.isArray(output) ? output[0]! : output;
  expect(worstRelativeDifference(logits.arraySync(), golden.logits)).toBeLessThan(1e-4);
  tf.dispose([inputs, output]);
}

/** What a reference file says of one step of Adam. */
export interface AdamGolden {
  learningRate: number;
  labels: number[];
  /** Loss before the step. */
  loss: number;
  /** Some values of every parameter and running statistic after the step. */
  state: Record<string, number[]>;
}

/** Expects one step of Adam to give PyTorch's weights within 1e-4; the weights must have been loaded. */
export function expectAdamStep(model: tfl.LayersModel, golden: AdamGolden): void {
  const inputs = madeUpImages(model, golden.labels.length);
  const optimizer = tf.train.adam(golden.learningRate, 0.9, 0.999, 1e-8);
  const loss = adamStep(model, inputs.length === 1 ? inputs[0]! : inputs, golden.labels, optimizer);
  expect(loss).toBeCloseTo(golden.loss, 4);
  for (const entry of modelParameters(model)) {
    const after = new Float32Array(toTorch(entry.variable.read().dataSync(), entry.shape, entry.layout));
    const step = Math.max(1, Math.floor(after.length / 12));
    const sample = after.filter((_, index) => index % step === 0).slice(0, 12);
    expect(worstDifference(sample, golden.state[entry.torchName]), entry.torchName).toBeLessThan(1e-4);
  }
  tf.dispose(inputs);
  optimizer.dispose();
}

/** What a reference file says of one training step: the sum and the sum of magnitudes of every gradient, sums of running statistics. */
export interface StepGolden {
  logits: number[][];
  step: { loss: number; gradients: Record<string, [number, number]>; statistics: Record<string, number> };
}

/** Expects loss, gradients and running statistics of a training step to be those of PyTorch; classes count up from 0. The weights must have been loaded. */
export function expectStep(
  model: tfl.LayersModel,
  inputs: tf.Tensor[],
  { logits, step }: StepGolden,
  lossOf: (outputs: tf.Tensor[], truth: tf.Tensor) => tf.Tensor,
  // PyTorch's own float32 differs so from its float64: where a rectifier is at its corner, or a maximum has two places
  tolerance = 2e-3,
): void {
  const classes = logits[0]!.length;
  const truth = tf.oneHot(
    logits.map((_, index) => index % classes),
    classes,
  );
  const given = inputs.length === 1 ? inputs[0]! : inputs;
  const { value, grads } = tf.variableGrads(
    () => {
      const outputs = model.apply(given, { training: true }) as tf.Tensor | tf.Tensor[];
      return lossOf([outputs].flat(), truth) as tf.Scalar;
    },
    model.trainableWeights.map((weight) => weight.read() as tf.Variable),
  );
  expect(value.dataSync()[0]! / step.loss).toBeCloseTo(1, 4);
  const found = modelParameters(model).flatMap(({ variable, torchName }) => {
    const gradient = grads[(variable.read() as tf.Variable).name];
    return gradient ? [[torchName, gradient.dataSync()] as const] : [];
  });
  expect(found.map(([name]) => name).sort()).toEqual(Object.keys(step.gradients).sort());
  const largest = Math.max(...Object.values(step.gradients).map(([, size]) => size));
  for (const [name, values] of found) {
    const [sum, magnitude] = step.gradients[name]!;
    // a bias before batch norm has no gradient but rounding
    const least = Math.max(magnitude, 1e-3 * largest);
    const total = (values as Float32Array).reduce((all, element) => all + element, 0);
    const size = (values as Float32Array).reduce((all, element) => all + Math.abs(element), 0);
    expect(Math.abs(total - sum) / least, name).toBeLessThan(tolerance);
    expect(Math.abs(size - magnitude) / least, name).toBeLessThan(tolerance);
  }
  for (const { torchName, variable } of modelParameters(model)) {
    const expected = step.statistics[torchName];
    if (expected === undefined) continue;
    const total = (variable.read().dataSync() as Float32Array).reduce((all, element) => all + element, 0);
    expect(Math.abs(total - expected) / Math.max(1, Math.abs(expected)), torchName).toBeLessThan(1e-4);
  }
  tf.dispose([truth, value, grads]);
}
