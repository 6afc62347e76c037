// Four pieces of 1 GiB do not fit: what is not written to takes no memory of the machine.
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AllocationError, useBackend } from '../index.js';
import type { WasmBackend } from './wasm-backend.js';

let part: tf.Tensor2D;

beforeAll(async () => {
  await useBackend('wasm');
  part = tf.fill([2 ** 12, 2 ** 16], 1);
});
afterAll(() => part.dispose());

describe('an operation of tfjs whose result has no room', () => {
  const operations: Record<string, () => tf.Tensor> = {
    concat: () => tf.concat([part, part, part, part]),
    stack: () => tf.stack([part, part, part, part]),
    tile: () => tf.tile(part, [5, 1]),
    pad: () =>
      tf.pad2d(part, [
        [0, 3 * 2 ** 12],
        [0, 0],
      ]),
    'an outer product': () => tf.mul(tf.ones([2 ** 16, 1]), tf.ones([1, 2 ** 15])),
    matMul: () => tf.matMul(tf.ones([2 ** 16, 1]) as tf.Tensor2D, tf.ones([1, 2 ** 15]) as tf.Tensor2D),
    gather: () => tf.gather(part, tf.zeros([5 * 2 ** 12], 'int32')),
    resizeBilinear: () => tf.image.resizeBilinear(tf.ones([2, 2, 4]) as tf.Tensor3D, [2 ** 14, 2 ** 14]),
    oneHot: () => tf.oneHot(tf.zeros([2 ** 16], 'int32'), 2 ** 15),
  };

  it.each(Object.keys(operations))('is refused, and leaves the others as they are: %s', (name) => {
    const sentinels = [100, 1_000_000].map((size) => tf.range(0, size));
    const before = tf.memory().numTensors;
    const run = () => tf.tidy(() => operations[name]!());
    expect(run).toThrow(AllocationError);
    expect(run).toThrow(/^Cannot allocate \d{10} bytes as .* are in use, .* use fewer or smaller frames/);
    expect(tf.memory().numTensors).toBe(before);
    for (const sentinel of sentinels) {
      expect(sentinel.dataSync().every((value, i) => value === i)).toBe(true);
    }
    expect(tf.tidy(() => tf.slice(part, [4095, 65_535], [1, 1]).dataSync()[0])).toBe(1);
    expect(tf.tidy(() => tf.sum(tf.ones([1000])).dataSync()[0])).toBe(1000);
    tf.dispose(sentinels);
  });
});

describe('a tensor of another backend that has no room here', () => {
  it('stays where it is', async () => {
    await tf.setBackend('cpu');
    const far = tf.range(0, 2 ** 24); // 64 MiB
    const before = tf.memory().numTensors;
    await tf.setBackend('wasm');
    const { wasm } = tf.backend() as WasmBackend;
    const taken: number[] = [];
    expect(() => {
      for (;;) taken.push(wasm._malloc(2 ** 26));
    }).toThrow(AllocationError);
    expect(() => tf.neg(far)).toThrow(AllocationError);
    for (const block of taken) wasm._free(block);
    expect(tf.tidy(() => tf.slice(far, 12_345_678, 2).dataSync())).toEqual(Float32Array.of(12_345_678, 12_345_679));
    expect(tf.memory().numTensors).toBe(before);
    far.dispose();
  });
});
