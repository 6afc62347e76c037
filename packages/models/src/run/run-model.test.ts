import { createHash } from 'node:crypto';
import { useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { make as makeNetwork, names } from '../../test/networks.js';
import { couplesSamples, type ModelName, setDropoutStep } from '../index.js';
import { graphOf } from './graph.js';
import { planSegments } from './plan-segments.js';
import { runModel, type Segment } from './run-model.js';

const make = (name: ModelName) => makeNetwork(name, name === 'fdp' ? { outputs: 'all' } : {});

const imagesOf = (model: tfl.LayersModel, batch: number) =>
  model.inputs.map(({ shape }, i) =>
    tf.randomUniform([batch, ...(shape.slice(1) as number[])], -1, 1, 'float32', i + 1),
  );

/** A digest of all weights: comparing them one by one takes long. */
function digest(model: tfl.LayersModel): string {
  const hash = createHash('sha256');
  for (const weight of model.getWeights()) hash.update(weight.dataSync());
  return hash.digest('hex');
}

/** Outputs of a run and the weights after it, running statistics among them; they are set back, and so are the masks. */
function outcome(model: tfl.LayersModel, run: () => tf.Tensor | tf.Tensor[]) {
  const start = model.getWeights().map((weight) => weight.dataSync().slice());
  setDropoutStep(model, 2);
  return tf.tidy(() => {
    const outputs = [run()].flat().map((tensor) => [tensor.shape, tensor.dataSync().slice()]);
    const weights = digest(model);
    model.setWeights(start.map((values, i) => tf.tensor(values, model.getWeights()[i]!.shape)));
    return { outputs, weights };
  });
}

describe('runModel()', () => {
  beforeEach(async () => {
    await useBackend('wasm');
    tf.engine().startScope();
  });

  afterEach(() => tf.engine().endScope());

  it.each(names)('equals the model of tfjs-layers in training and inference, running statistics too: %s', (name) => {
    const model = make(name);
    const inputs = imagesOf(model, 2);
    const given = inputs.length === 1 ? inputs[0]! : inputs;
    const { numTensors, numDataBuffers } = tf.memory();
    for (const training of [true, false]) {
      const wanted = outcome(model, () => model.apply(given, { training }) as tf.Tensor | tf.Tensor[]);
      expect(outcome(model, () => runModel(model, inputs, { training }))).toEqual(wanted);
      const cuts = planSegments(model, 5);
      expect(outcome(model, () => runModel(model, inputs, { training, cuts }))).toEqual(wanted);
    }
    const outputs = runModel(model, inputs);
    expect(inputs.some(({ isDisposed }) => isDisposed)).toBe(false);
    expect(tf.memory().numTensors).toBe(numTensors + outputs.length);
    expect(tf.memory().numDataBuffers).toBe(numDataBuffers + outputs.length);
    model.dispose();
  });

  it('does not move running statistics when it runs again', () => {
    const model = make('resnet18');
    const inputs = imagesOf(model, 4);
    const before = digest(model);
    const { outputs } = outcome(model, () => runModel(model, inputs, { training: true }));
    const again = outcome(model, () => runModel(model, inputs, { training: true, again: true }));
    expect(again).toEqual({ outputs, weights: before });
    model.dispose();
  });

  it.each(['ststnet', 'vgg19', 'vit-b16', 'htnet', 'fdp'] as const)(
    'runs stretches on parts of the batch: %s',
    (name) => {
      const model = make(name);
      const inputs = imagesOf(model, 4);
      const wanted = outcome(model, () => runModel(model, inputs, { training: true }));
      let split = 0;
      const around = ({ inputs: from, batch, separable, run }: Segment) => {
        if (!separable) return run(from, {});
        split += 1;
        const parts = [0, 1, 2].map((i) => {
          const rows = { first: [0, 1, 3][i]!, count: [1, 2, 1][i]!, total: batch };
          const cut = from.map((tensor) => {
            const [length, ...rest] = tensor.shape as [number, ...number[]];
            const each = length / batch;
            return tf.slice(tensor, [rows.first * each, ...rest.map(() => 0)], [rows.count * each, ...rest]);
          });
          return run(cut, { rows });
        });
        return parts[0]!.map((_, k) => tf.concat(parts.map((outputs) => outputs[k]!)));
      };
      const cuts = planSegments(model, 40);
      const found = outcome(model, () => runModel(model, inputs, { training: true, cuts, around }));
      expect(split).toBeGreaterThan(0);
      found.outputs.forEach(([shape, values], i) => {
        const [wantedShape, wantedValues] = wanted.outputs[i] as [number[], Float32Array];
        expect(shape).toEqual(wantedShape);
        const largest = Math.max(...wantedValues.map(Math.abs));
        (values as Float32Array).forEach((value, j) => {
          expect(Math.abs(value - wantedValues[j]!)).toBeLessThan(1e-3 * largest);
        });
      });
      model.dispose();
    },
  );

  it('frees the output of a layer once its last reader has run', () => {
    const input = tfl.input({ shape: [1000] });
    const seen: number[] = [];
    let output = input;
    for (let i = 0; i < 8; i++) {
      const layer = tfl.layers.activation({ activation: 'tanh' });
      const call = layer.call.bind(layer);
      vi.spyOn(layer, 'call').mockImplementation((...args) => {
        seen.push(tf.memory().numBytes);
        return call(...args);
      });
      output = layer.apply(output) as tfl.SymbolicTensor;
    }
    const model = tfl.model({ inputs: input, outputs: output });
    const x = tf.ones([2, 1000]);
    const before = tf.memory().numBytes;
    runModel(model, [x], { training: true });
    // no more than the input of the layer, beside what was there
    expect(Math.max(...seen) - before).toBeLessThanOrEqual(2 * 1000 * 4);
    model.dispose();
  });

  it('wants one tensor for each input', () => {
    const model = make('afn');
    expect(() => runModel(model, [tf.zeros([1, 32, 32, 3])])).toThrow(
      'as there must be one tensor for each of its 2 inputs: current value is a list of 1',
    );
    model.dispose();
  });
});

describe('planSegments()', () => {
  beforeEach(() => useBackend('wasm').then(() => undefined));

  it.each(names)('cuts in ascending places, into no more than what is wanted: %s', (name) => {
    const model = make(name);
    const { steps, outputs } = graphOf(model);
    expect(planSegments(model, 1)).toEqual([]);
    let before = 0;
    for (const count of [2, 4, 8, 1000]) {
      const cuts = planSegments(model, count);
      expect([...cuts].sort((a, b) => a - b)).toEqual(cuts);
      expect(new Set(cuts).size).toBe(cuts.length);
      expect(cuts.every((cut) => cut > 0 && cut < steps.length)).toBe(true);
      expect(cuts.length).toBeLessThan(2 * count);
      expect(cuts.length).toBeGreaterThanOrEqual(before);
      before = cuts.length;
    }
    expect(before).toBeGreaterThan(0);
    // every value is made once, before it is read
    const made = new Set(graphOf(model).inputs);
    for (const step of steps) {
      expect(step.inputs.every((place) => made.has(place))).toBe(true);
      for (const place of step.outputs) {
        expect(made.has(place)).toBe(false);
        made.add(place);
      }
    }
    expect(outputs.every((place) => made.has(place))).toBe(true);
    model.dispose();
  });

  it('says of which networks samples depend on each other in training', () => {
    const coupled = names.filter((name) => {
      const model = make(name);
      const answer = couplesSamples(model);
      const norm = model.weights.some(({ originalName }) => originalName.includes('moving_mean'));
      model.dispose();
      expect(answer, name).toBe(norm);
      return answer;
    });
    expect(coupled).toContain('resnet18');
    expect(coupled).not.toContain('vit-b16');
  });
});
