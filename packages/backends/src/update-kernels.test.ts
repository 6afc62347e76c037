import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './index.js';

const size = 23;
const start = (seed: number, low = -1) =>
  Float32Array.from({ length: size }, (_, i) => low + ((i * 37 + seed * 11) % 19) / 10);

/** Runs a kernel on tensors of these values and returns what they are afterwards. */
function run(kernel: string, values: Record<string, Float32Array>, attrs: object): Record<string, Float32Array> {
  const before = tf.memory().numTensors;
  const tensors = Object.fromEntries(Object.entries(values).map(([name, data]) => [name, tf.tensor1d(data)]));
  const result = tf.engine().runKernel(kernel, tensors, attrs as tf.NamedAttrMap);
  expect(result).toEqual([]);
  const after = Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, tensor.dataSync() as Float32Array]),
  );
  tf.dispose(tensors);
  expect(tf.memory().numTensors).toBe(before);
  return after;
}

function expectClose(got: Float32Array | undefined, wanted: (i: number) => number): void {
  expect(got).toHaveLength(size);
  got!.forEach((value, i) => {
    expect(Math.abs(value - wanted(i))).toBeLessThanOrEqual(2e-7 * Math.max(1, Math.abs(wanted(i))));
  });
}

describe('updates in place on wasm', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it.each([
    { l2: 0, keep: 1 },
    { l2: 0.01, keep: 1 },
    { l2: 0, keep: 0.999 },
  ])('AdamUpdate equals float64: $l2, $keep', ({ l2, keep }) => {
    const [w, m, v, g] = [start(1), start(2), start(3, 0), start(4)];
    const attrs = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 0.01, correction: 3, l2, keep };
    const after = run('AdamUpdate', { weight: w, first: m, second: v, gradient: g }, attrs);
    const slope = (i: number) => g[i]! + l2 * w[i]!;
    const first = (i: number) => 0.9 * m[i]! + 0.1 * slope(i);
    const second = (i: number) => 0.999 * v[i]! + 0.001 * slope(i) ** 2;
    expectClose(after.first, first);
    expectClose(after.second, second);
    expectClose(after.weight, (i) => keep * w[i]! - (0.01 * first(i)) / (3 * Math.sqrt(second(i)) + 1e-8));
    expect(after.gradient).toEqual(g);
  });

  it.each([
    { nesterov: false, l2: 0 },
    { nesterov: true, l2: 0.01 },
  ])('SgdUpdate equals float64: nesterov $nesterov, $l2', ({ nesterov, l2 }) => {
    const [w, u, g] = [start(1), start(2), start(3)];
    const attrs = { momentum: 0.9, nesterov, step: 0.1, l2, keep: 0.99 };
    const after = run('SgdUpdate', { weight: w, velocity: u, gradient: g }, attrs);
    const slope = (i: number) => g[i]! + l2 * w[i]!;
    const velocity = (i: number) => 0.9 * u[i]! + slope(i);
    expectClose(after.velocity, velocity);
    expectClose(after.weight, (i) => 0.99 * w[i]! - 0.1 * (nesterov ? slope(i) + 0.9 * velocity(i) : velocity(i)));
  });

  it('SgdUpdate needs no velocity', () => {
    const [w, g] = [start(1), start(3)];
    const after = run('SgdUpdate', { weight: w, gradient: g }, { step: 0.1 });
    expectClose(after.weight, (i) => w[i]! - 0.1 * g[i]!);
  });

  it('refuses tensors of different sizes', () => {
    const inputs = { weight: tf.zeros([3]), gradient: tf.zeros([2]) };
    expect(() => tf.engine().runKernel('SgdUpdate', inputs, { step: 1 })).toThrow(
      'Cannot run SgdUpdate as all tensors',
    );
    tf.dispose(inputs);
  });
});
