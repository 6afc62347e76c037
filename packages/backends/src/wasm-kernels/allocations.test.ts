// The heap of this process is full in the end: what is not written to takes no memory of the machine.
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AllocationError, reserveMemory, useBackend } from '../index.js';
import { kernelsOf, type WasmBackend, withScratch } from './wasm-backend.js';

const GIB = 2 ** 30;
let backend: WasmBackend;
const heap = () => backend.wasm.HEAPU8.length;
const counts = () => [tf.memory().numTensors, tf.memory().numDataBuffers, backend.numDataIds()];

/** What is thrown where there is no room. */
function failure(run: () => unknown): AllocationError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(AllocationError);
    return error as AllocationError;
  }
  throw new Error('there was room');
}

beforeAll(async () => {
  await useBackend('wasm');
  backend = tf.backend() as WasmBackend;
});

describe('the heap of the wasm backend', () => {
  let earlier: tf.Tensor[];
  let before: number[];

  beforeEach(() => {
    earlier = [100, 100_000].map((size) => tf.range(0, size));
    before = counts();
  });

  afterEach(() => {
    earlier.forEach((tensor) => {
      expect([...tensor.dataSync()].every((value, i) => value === i)).toBe(true);
    });
    expect(counts()).toEqual(before);
    tf.dispose(earlier);
  });

  it.each([2 ** 30, 2 ** 30 + 2 ** 10, 2 ** 32, 2 ** 40])(
    'refuses a tensor that it cannot address: %i floats',
    (size) => {
      const length = heap();
      const error = failure(() => tf.fill([2 ** 10, size / 2 ** 10], 1));
      expect(error.bytes).toBe(4 * size);
      expect(error.message).toContain(`Cannot allocate ${4 * size} bytes as they must fit into the heap`);
      expect(error.message).toContain(`of its ${2 ** 32} bytes ${error.used} are in use`);
      expect(error.used + error.longest).toBeLessThan(2 ** 32);
      expect(heap()).toBe(length);
    },
  );

  it('counts what a kernel works in by 64 bits', () => {
    const kernels = kernelsOf(backend);
    // 36 points of 8192 x 8192 floats are 9.7 GB: more than 2^31 floats, more than 2^33 bytes
    expect(kernels.winogradFilterSize({ channels: 8192, outChannels: 8192 })).toBe(36 * (8192 * 8192 + 16));
    expect(kernels.sumScratch(2 ** 29)).toBe(6 * 2 ** 29 + 16);
    for (const count of [-1, Number.NaN, 2 ** 30, 2 ** 31, 2 ** 32]) {
      expect(() => withScratch(backend, count, () => {})).toThrow(RangeError);
    }
  });

  it('refuses it in the middle of a gradient, too', () => {
    const w = tf.tidy(() => tf.variable(tf.ones([2 ** 16, 1]))) as tf.Variable<tf.Rank.R2>;
    const f = () => tf.sum(tf.matMul(w, tf.ones([1, 2 ** 16]) as tf.Tensor2D)) as tf.Scalar;
    expect(() => tf.tidy(() => void tf.variableGrads(f, [w]))).toThrow(AllocationError);
    w.dispose();
  });

  it('grows once for what is reserved, and no more while that lasts', () => {
    reserveMemory(64 * 2 ** 20);
    const length = heap();
    expect(length).toBeGreaterThanOrEqual(64 * 2 ** 20);
    reserveMemory(64 * 2 ** 20);
    reserveMemory(1000);
    const tensors = Array.from({ length: 60 }, () => tf.ones([2 ** 18]));
    expect(heap()).toBe(length);
    tf.dispose(tensors);
  });

  it('leaves reserved memory where it was when there is no room for more', () => {
    expect(failure(() => reserveMemory(5 * GIB)).bytes).toBe(5 * GIB);
    const length = heap();
    const tensors = Array.from({ length: 60 }, () => tf.ones([2 ** 18]));
    expect(heap()).toBe(length);
    tf.dispose(tensors);
  });

  it('says so when it is full, and goes on with what has room', () => {
    const { wasm } = backend;
    const blocks: number[] = [];
    const { bytes, used, longest, message } = failure(() => {
      while (blocks.length < 100) blocks.push(wasm._malloc(GIB / 4));
    });
    expect(bytes).toBe(GIB / 4);
    expect(used).toBeGreaterThan(3 * GIB);
    expect(longest).toBeLessThan(GIB / 4);
    expect(message).toContain('use fewer or smaller frames, smaller batches, or another backend');
    // addresses beyond 2 GiB are positive, and all are apart
    expect(blocks.length).toBeGreaterThan(12);
    expect(Math.max(...blocks)).toBeGreaterThan(2 ** 31);
    expect(new Set(blocks).size).toBe(blocks.length);
    expect(() => tf.fill([2 ** 10, 2 ** 17], 1)).toThrow(AllocationError);
    // as long as there is any room, blocks shorter than a stretch find it
    for (const size of [2 ** 24, 2 ** 20, 2 ** 17]) {
      failure(() => {
        for (;;) blocks.push(wasm._malloc(size));
      });
    }
    wasm._free(blocks.shift()!);

    const sums = [10, 1000, 200_000].map((size) => tf.tidy(() => tf.sum(tf.ones([size])).dataSync()[0]));
    expect(sums).toEqual([10, 1000, 200_000]);
    const far = blocks.at(-1)!;
    backend.wasm.HEAPU8.fill(7, far, far + 100);

    for (const block of blocks) wasm._free(block);
    const large = tf.fill([2 ** 10, 2 ** 16], 2);
    expect(tf.tidy(() => tf.slice(large, [1023, 65_535], [1, 1]).dataSync()[0])).toBe(2);
    large.dispose();
  });

  it('finds room for small blocks between large ones when all was taken for these', () => {
    const { wasm } = backend;
    const blocks: number[] = [];
    for (const size of [GIB / 4, 2 ** 24, 2 ** 16, 1000, 1]) {
      failure(() => {
        for (;;) blocks.push(wasm._malloc(size));
      });
    }
    expect(new Set(blocks).size).toBe(blocks.length);
    expect(() => tf.scalar(1)).toThrow(AllocationError);
    wasm._free(blocks.shift()!);
    expect(tf.tidy(() => tf.add(tf.scalar(1), tf.range(0, 1000)).dataSync()[999])).toBe(1000);
    for (const block of blocks) wasm._free(block);
  });

  it('computes beyond 2 GiB as it does below', () => {
    const { wasm } = backend;
    const compute = () =>
      tf.tidy(() => {
        const x = tf.randomUniform([2, 24, 24, 8], -1, 1, 'float32', 1) as tf.Tensor4D;
        const w = tf.variable(tf.randomUniform([3, 3, 8, 8], -1, 1, 'float32', 2));
        const f = () => tf.mean(tf.relu(tf.maxPool(tf.conv2d(x, w as never, 1, 'same'), 3, 2, 'same'))) as tf.Scalar;
        const { value, grads } = tf.variableGrads(f, [w]);
        const numbers = [value, grads[w.name]!].map((tensor) => [...tensor.dataSync()]);
        w.dispose();
        return numbers;
      });
    const wanted = compute();
    const blocks: number[] = [];
    // all that lies below, in ever smaller pieces
    for (let bytes = GIB / 4; bytes >= 2 ** 16; bytes /= 2) {
      for (;;) {
        const at = wasm._malloc(bytes);
        blocks.push(at);
        if (at > 2 ** 31) break;
      }
    }
    expect(compute()).toEqual(wanted);
    for (const block of blocks) wasm._free(block);
  });
});
