import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../index.js';
import { type RecomputedPass, recomputed } from './recomputed.js';
import { valueAndGradients } from './value-and-gradients.js';

const random = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, 'float32', seed);
const variable = (shape: number[], seed: number) => tf.variable(random(shape, seed));
const energy = (x: tf.Tensor) => tf.sum(tf.square(x)) as tf.Scalar;
const times = (x: tf.Tensor, w: tf.Tensor) => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D);

/** Largest difference of the gradients of some variables, relative to the largest value of each. */
function difference(a: tf.NamedTensorMap, b: tf.NamedTensorMap): number {
  expect(Object.keys(b).sort()).toEqual(Object.keys(a).sort());
  const each = Object.entries(a).map(([name, tensor]) => {
    const [left, right] = [tensor.dataSync(), b[name]!.dataSync()];
    const largest = Math.max(...left.map(Math.abs));
    return Math.max(...left.map((value, i) => Math.abs(value - right[i]!))) / largest;
  });
  return Math.max(...each);
}

describe.each(['cpu', 'wasm'] as const)('recomputed() on %s', (backend) => {
  beforeEach(async () => {
    await useBackend(backend);
    tf.engine().startScope();
  });

  afterEach(() => {
    tf.engine().endScope();
    tf.disposeVariables();
  });

  /** Two layers, the second in a stretch of its own. */
  function network(options: { parts?: number; remake?: boolean } = {}) {
    const [first, second] = [variable([6, 40], 1), variable([40, 30], 2)];
    const x = random([7, 6], 3);
    const passes: RecomputedPass[] = [];
    const plain = () => energy(tf.sigmoid(times(tf.tanh(times(x, first)), second)));
    const f = () => {
      const stretch = ([part]: tf.Tensor[], pass: RecomputedPass) => {
        passes.push(pass);
        return [tf.sigmoid(times(part!, second))];
      };
      const [y] = recomputed(stretch, { inputs: [tf.tanh(times(x, first))], variables: [second], ...options });
      return energy(y!);
    };
    return { variables: [first, second], plain, f, passes };
  }

  it.each([true, false])('gives the gradients of a plain run, bit for bit, in one part: remake %s', (remake) => {
    const { variables, plain, f, passes } = network({ remake });
    const wanted = tf.variableGrads(plain, variables);
    const { numTensors, numDataBuffers } = tf.memory();
    const { value, gradients } = valueAndGradients(f, { variables, remake });
    expect(tf.memory().numTensors).toBe(numTensors + 3);
    expect(tf.memory().numDataBuffers).toBe(numDataBuffers + 3);
    expect(value.dataSync()).toEqual(wanted.value.dataSync());
    for (const { name } of variables) expect(gradients[name]!.dataSync()).toEqual(wanted.grads[name]!.dataSync());
    const rows = { first: 0, count: 7, total: 7 };
    expect(passes).toEqual([
      { again: false, rows },
      { again: true, rows },
    ]);
  });

  it.each([2, 3, 7, 9])('gives the same gradients but for rounding in %i parts, and says which rows', (parts) => {
    const { variables, plain, f, passes } = network({ parts });
    const wanted = tf.variableGrads(plain, variables);
    const { numTensors } = tf.memory();
    const { gradients } = valueAndGradients(f, { variables });
    expect(tf.memory().numTensors).toBe(numTensors + 3);
    expect(difference(wanted.grads, gradients)).toBeLessThan(1e-6);
    const first = passes.filter(({ again }) => !again).map(({ rows }) => rows);
    expect(passes.filter(({ again }) => again).map(({ rows }) => rows)).toEqual(first);
    expect(first.reduce((sum, { count }) => sum + count, 0)).toBe(7);
    first.forEach((rows, i) => {
      expect(rows.first).toBe(i === 0 ? 0 : first[i - 1]!.first + first[i - 1]!.count);
      expect(rows.total).toBe(7);
    });
  });

  it.each([1, 2])('takes inputs of several rows for each sample: %i parts', (parts) => {
    const w = variable([5, 5], 1);
    // 3 frames of each of 4 samples, and one token of each
    const [frames, tokens] = [random([12, 5], 2), random([4, 5], 3)];
    const stretch = ([many, one]: tf.Tensor[]) => {
      const count = one!.shape[0]!;
      const mean = tf.mean(tf.reshape(tf.tanh(times(many!, w)), [count, 3, 5]), 1);
      return [tf.mul(mean, times(one!, w)), tf.relu(many!)];
    };
    const end = ([samples, rows]: tf.Tensor[]) => tf.add(energy(samples!), energy(rows!)) as tf.Scalar;
    const from = () => [tf.add(times(frames, w), 0.1), tf.sin(tokens)];
    const wanted = tf.variableGrads(() => end(stretch(from())), [w]);
    const seen: number[][] = [];
    const f = () => {
      const inputs = from();
      const watched = (given: tf.Tensor[]) => {
        seen.push(given.map(({ shape }) => shape[0]!));
        return stretch(given);
      };
      return end(recomputed(watched, { inputs, batch: 4, variables: [w], parts }));
    };
    const { value, gradients } = valueAndGradients(f, { variables: [w] });
    expect(Math.abs(value.dataSync()[0]! / wanted.value.dataSync()[0]! - 1)).toBeLessThan(1e-6);
    expect(difference(wanted.grads, gradients)).toBeLessThan(1e-6);
    expect(seen).toEqual(Array.from({ length: 2 * parts }, () => [12 / parts, 4 / parts]));
  });

  it.each([1, 3])('runs inside another: %i parts', (parts) => {
    const [first, second] = [variable([6, 40], 1), variable([40, 40], 2)];
    const x = random([6, 6], 3);
    const plain = () => energy(tf.sigmoid(times(tf.relu(times(tf.tanh(times(x, first)), second)), second)));
    let [outer, inner] = [0, 0];
    const f = () => {
      const inside = ([part]: tf.Tensor[]) => {
        inner += 1;
        return [tf.relu(times(part!, second))];
      };
      const outside = ([part]: tf.Tensor[]) => {
        outer += 1;
        const [y] = recomputed(inside, { inputs: [tf.tanh(times(part!, first))], variables: [second] });
        return [tf.sigmoid(times(y!, second))];
      };
      return energy(recomputed(outside, { inputs: [x], variables: [first, second], parts })[0]!);
    };
    const wanted = tf.variableGrads(plain, [first, second]);
    const { numTensors } = tf.memory();
    const { gradients } = valueAndGradients(f, { variables: [first, second] });
    expect(tf.memory().numTensors).toBe(numTensors + 3);
    // a weight that is used inside and outside is added up in another order
    expect(difference(wanted.grads, gradients)).toBeLessThan(1e-6);
    // the inner one: forward, forward again and in the reverse pass of the outer one
    expect([outer, inner]).toEqual([2 * parts, 3 * parts]);
  });

  it('is a plain run outside of valueAndGradients()', () => {
    const { variables, plain, f, passes } = network({ parts: 2 });
    expect(f().dataSync()[0]).toBeCloseTo(plain().dataSync()[0]!, 5);
    expect(passes.map(({ again }) => again)).toEqual([false, false]);
    const wanted = tf.variableGrads(plain, variables);
    expect(difference(wanted.grads, tf.variableGrads(f, variables).grads)).toBeLessThan(1e-6);
  });

  it('keeps nothing but its inputs', () => {
    const w = variable([40, 40], 1);
    const x = random([50, 40], 2);
    let bytes = 0;
    const { numBytes } = tf.memory();
    const look = tf.customGrad((y) => ({
      value: tf.clone(y as tf.Tensor),
      gradFunc: (dy: tf.Tensor) => {
        bytes = tf.memory().numBytes - numBytes;
        return tf.clone(dy);
      },
    }));
    const stretch = ([part]: tf.Tensor[]) => {
      const deep = Array.from({ length: 5 }).reduce<tf.Tensor>((y) => tf.tanh(times(y, w)), part!);
      return [tf.sum(deep, 1)];
    };
    const f = () => {
      const end = tf.tidy(() => tf.sum(recomputed(stretch, { inputs: [x], variables: [w] })[0]!));
      return look(end) as tf.Scalar;
    };
    valueAndGradients(f, { variables: [w], remake: false });
    expect(bytes).toBeLessThan(50 * 40 * 4 + 100);
  });

  it.each([1, 2])('gives no gradient by inputs that it does not use: %i parts', (parts) => {
    const [w, v] = [variable([6, 6], 1), variable([6, 6], 2)];
    const x = random([4, 6], 3);
    const f = () => {
      const inputs = [times(x, w), times(x, v)];
      return energy(recomputed(([part]) => [tf.tanh(part!)], { inputs, variables: [v], parts })[0]!);
    };
    const { gradients } = valueAndGradients(f, { variables: [w, v] });
    expect(Object.keys(gradients)).toEqual([w.name]);
  });

  it.each([
    { again: false, part: 0 },
    { again: false, part: 1 },
    { again: true, part: 0 },
    { again: true, part: 1 },
  ])('leaves nothing behind when a run throws: %o', ({ again, part }) => {
    const [first, second] = [variable([6, 40], 1), variable([40, 30], 2)];
    const x = random([4, 6], 3);
    const f = () => {
      const stretch = ([given]: tf.Tensor[], pass: RecomputedPass) => {
        const y = tf.sigmoid(times(given!, second));
        if (pass.again === again && pass.rows.first === 2 * part) throw new Error('on purpose');
        return [y];
      };
      return energy(recomputed(stretch, { inputs: [times(x, first)], variables: [second], parts: 2 })[0]!);
    };
    const before = tf.memory();
    expect(() => valueAndGradients(f, { variables: [first, second] })).toThrow('on purpose');
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  });
});
