import { useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { images, make, names } from '../../test/networks.js';
import { freezeLayers, setDropoutStep } from '../index.js';
import { graphOf } from './graph.js';
import { planSegments } from './plan-segments.js';
import { runFrozen } from './run-frozen.js';
import { runModel } from './run-model.js';

const imagesOf = (model: tfl.LayersModel, batch: number) => [images(model, batch)].flat();

const numbers = (tensors: readonly tf.Tensor[]) => tensors.map((tensor) => [tensor.shape, tensor.dataSync().slice()]);

// frozen but for the head
const whole = names.filter((name) => name !== 'linear-classifier');

describe('runFrozen()', () => {
  beforeEach(async () => {
    await useBackend('wasm');
    tf.engine().startScope();
  });

  afterEach(() => tf.engine().endScope());

  it.each(whole)('%s: the rest of the network gives the same from there, in training and in stretches', (name) => {
    const model = make(name);
    const inputs = imagesOf(model, 2);
    const thaw = freezeLayers(model, ['(body)']);
    const { numTensors } = tf.memory();
    const { calls, values } = runFrozen(model, inputs)!;
    expect(tf.memory().numTensors).toBe(numTensors + values.length);
    expect(calls).toBeLessThan(graphOf(model).steps.length);
    const [given, handedOn] = [inputs, values].map((list) => list.reduce((sum, { size }) => sum + size, 0));
    expect(handedOn).toBeLessThan(given!);
    const trained = (given: readonly tf.Tensor[], where: object) => {
      setDropoutStep(model, 2);
      return numbers(runModel(model, given, { training: true, ...where }));
    };
    const wanted = trained(inputs, {});
    expect(numbers(runModel(model, values, { from: calls }))).toEqual(numbers(runModel(model, inputs)));
    expect(trained(values, { from: calls })).toEqual(wanted);
    const cuts = planSegments(model, 3, { from: calls });
    expect(cuts.every((cut) => cut > calls)).toBe(true);
    expect(trained(values, { from: calls, cuts })).toEqual(wanted);
    expect(numbers(runFrozen(model, inputs, { calls })!.values)).toEqual(numbers(values));
    expect([...inputs, ...values].some(({ isDisposed }) => isDisposed)).toBe(false);
    thaw();
  });

  it('ends before a layer that trains, drops elements or has the statistics of a batch', () => {
    const model = make('small-cnn', { widths: [2, 4] });
    const inputs = imagesOf(model, 2);
    expect(runFrozen(model, inputs)).toBeUndefined();
    const { steps } = graphOf(model);
    const thaw = freezeLayers(model, ['conv1', 'bn1']);
    const { calls } = runFrozen(model, inputs)!;
    const trained = steps.findIndex(({ layer }) => layer.trainableWeights.length > 0);
    expect(calls).toBeLessThanOrEqual(trained);
    expect(calls).toBeGreaterThan(1);
    thaw();
    const moving = freezeLayers(model, ['conv1', 'bn1'], { statistics: 'moving' });
    const statistics = steps.findIndex(({ layer }) => layer.name === 'bn1');
    expect(runFrozen(model, inputs)!.calls).toBe(statistics);
    moving();
  });

  it('does not end where frames of a sample lie one after the other in the batch', () => {
    const slstt = make('slstt');
    // its blocks drop elements until they are named, and all before them has a row for each frame
    expect(runFrozen(slstt, imagesOf(slstt, 1))).toBeUndefined();
    const thaw = freezeLayers(slstt, [
      'vit.patch_embedding',
      'vit.class_token',
      'vit.positional_embedding',
      'vit.transformer',
    ]);
    const { values } = runFrozen(slstt, imagesOf(slstt, 1))!;
    expect(values.map(({ shape }) => shape)).toEqual([[1, 3, 24]]);
    thaw();
  });

  it('takes layers of tfjs at their names, and a value that is read on both sides of the place crosses it', () => {
    const input = tfl.input({ shape: [64] });
    const first = tfl.layers.dense({ units: 8, trainable: false, name: 'first' }).apply(input) as tfl.SymbolicTensor;
    const second = tfl.layers.dense({ units: 4, trainable: false, name: 'second' }).apply(first) as tfl.SymbolicTensor;
    const joined = tfl.layers.concatenate().apply([first, second]) as tfl.SymbolicTensor;
    const dropped = tfl.layers.dropout({ rate: 0.5 }).apply(joined) as tfl.SymbolicTensor;
    const model = tfl.model({
      inputs: input,
      outputs: tfl.layers.dense({ units: 2 }).apply(dropped) as tfl.SymbolicTensor,
    });
    const inputs = [tf.randomUniform([3, 64], -1, 1, 'float32', 1)];
    const { calls, values } = runFrozen(model, inputs)!;
    expect(values.map(({ shape }) => shape)).toEqual([[3, 8]]);
    expect(numbers(runModel(model, values, { from: calls }))).toEqual(numbers(runModel(model, inputs)));
    const later = runFrozen(model, inputs, { calls: 2 })!;
    expect(later.values.map(({ shape }) => shape)).toEqual([
      [3, 8],
      [3, 4],
    ]);
    expect(numbers(runModel(model, later.values, { from: 2 }))).toEqual(numbers(runModel(model, inputs)));
    expect(() => runModel(model, inputs, { from: 2 })).toThrow('one tensor for each of its 2 inputs');
  });
});
