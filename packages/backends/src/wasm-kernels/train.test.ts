import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../index.js';

type Pad = 'same' | 'valid' | number;

function random(length: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Runs `kernel` on cpu and wasm and returns the largest difference by the largest value. */
async function difference(kernel: string, inputs: Record<string, [Float32Array, number[]]>, attrs: object) {
  const results: Float32Array[] = [];
  for (const backend of ['cpu', 'wasm'] as const) {
    await useBackend(backend);
    const result = tf.tidy(() =>
      tf
        .engine()
        .runKernel(
          kernel,
          Object.fromEntries(Object.entries(inputs).map(([k, [v, shape]]) => [k, tf.tensor(v, shape)])) as never,
          attrs as never,
        ),
    ) as tf.Tensor;
    results.push(result.dataSync() as Float32Array);
    result.dispose();
  }
  const [a, b] = results as [Float32Array, Float32Array];
  expect(b.length).toBe(a.length);
  const scale = a.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-30);
  return a.reduce((m, v, i) => Math.max(m, Math.abs(v - b[i]!)), 0) / scale;
}

describe('training kernels of the wasm backend', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  const convs: [number[], number[], [number, number], Pad][] = [
    [[2, 7, 6, 3], [3, 3, 3, 5], [1, 1], 'same'],
    [[2, 7, 6, 3], [3, 3, 3, 5], [2, 2], 'same'],
    [[3, 9, 8, 4], [3, 2, 4, 6], [2, 3], 'valid'],
    [[2, 8, 8, 3], [3, 3, 3, 2], [1, 1], 2],
    [[1, 9, 9, 1], [7, 7, 1, 4], [2, 2], 3],
    [[2, 5, 5, 3], [1, 1, 3, 8], [2, 2], 'valid'],
    [[1, 6, 6, 2], [1, 1, 2, 3], [1, 1], 1],
  ];
  for (const [inputShape, filterShape, strides, pad] of convs) {
    it(`agree with cpu on conv2d ${inputShape} * ${filterShape}, strides ${strides}, pad ${pad}`, async () => {
      const info = tf.backend_util.computeConv2DInfo(inputShape as never, filterShape as never, strides, 1, pad);
      const size = tf.util.sizeFromShape;
      const x: [Float32Array, number[]] = [random(size(inputShape), 1), inputShape];
      const filter: [Float32Array, number[]] = [random(size(filterShape), 2), filterShape];
      const dy: [Float32Array, number[]] = [random(size(info.outShape), 3), info.outShape];
      const attrs = { strides, pad, dataFormat: 'NHWC' };
      expect(await difference('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape })).toBeLessThan(1e-5);
      expect(await difference('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape })).toBeLessThan(1e-5);
    });
  }

  const pools: [number[], number, number, Pad][] = [
    [[2, 7, 7, 3], 3, 3, 1],
    [[2, 8, 7, 5], 2, 2, 'valid'],
    [[2, 8, 7, 5], 3, 1, 'same'],
    [[1, 9, 9, 4], 3, 2, 1],
  ];
  for (const [shape, filterSize, strides, pad] of pools) {
    it(`agree with cpu on max pooling of negative values, ${shape}, size ${filterSize}, strides ${strides}, pad ${pad}`, async () => {
      const info = tf.backend_util.computePool2DInfo(shape as never, filterSize, strides, 1, pad);
      const x: [Float32Array, number[]] = [random(tf.util.sizeFromShape(shape), 4).map((v) => v - 1.5), shape];
      const y: [Float32Array, number[]] = [new Float32Array(tf.util.sizeFromShape(info.outShape)), info.outShape];
      const dy: [Float32Array, number[]] = [random(y[0].length, 5), info.outShape];
      const attrs = { filterSize, strides, pad };
      expect(await difference('MaxPool', { x }, attrs)).toBe(0);
      expect(await difference('MaxPoolGrad', { dy, input: x, output: y }, attrs)).toBeLessThan(1e-6);
    });
  }

  it('leave no tensors and no data behind', async () => {
    await useBackend('wasm');
    const step = () =>
      tf.tidy(() => {
        const x = tf.ones([2, 8, 8, 3]);
        const w = tf.ones([3, 3, 3, 4]);
        const dy = tf.ones([2, 8, 8, 4]);
        tf.engine().runKernel(
          'Conv2DBackpropFilter',
          { x, dy } as never,
          {
            strides: [1, 1],
            pad: 'same',
            dataFormat: 'NHWC',
            filterShape: [3, 3, 3, 4],
          } as never,
        );
        tf.engine().runKernel(
          'Conv2DBackpropInput',
          { dy, filter: w } as never,
          {
            strides: [1, 1],
            pad: 'same',
            dataFormat: 'NHWC',
            inputShape: [2, 8, 8, 3],
          } as never,
        );
      });
    step();
    const tensors = tf.memory().numTensors;
    const data = tf.backend().numDataIds();
    for (let i = 0; i < 20; i++) step();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(tf.backend().numDataIds()).toBe(data);
  });
});
