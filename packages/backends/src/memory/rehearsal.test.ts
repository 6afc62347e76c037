import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { measureHeap } from '../../test/measure-heap.js';
import { batchNormTraining, gelu, layerNorm, useBackend } from '../index.js';
import type { WasmBackend } from '../wasm-kernels/wasm-backend.js';
import { rehearse } from './rehearsal.js';
import { valueAndGradients } from './value-and-gradients.js';

const backend = () => tf.backend() as WasmBackend;

/** One training step of a network that has every kind of kernel that takes scratch memory. */
function step({ remake, look = () => {} }: { remake: boolean; look?: () => void }): void {
  const variable = (shape: number[]) => tf.variable(tf.mul(tf.ones(shape), 0.1));
  const filters = [
    [3, 3, 3, 8],
    [3, 3, 8, 16],
    [3, 3, 16, 16],
    [1, 1, 32, 32],
  ].map(variable) as unknown as tf.Tensor4D[];
  const [depthwise, scale, offset] = [variable([3, 3, 16, 1]), variable([8]), variable([8])];
  const [gain, bias] = [variable([32]), variable([32])];
  const [volume, dense] = [variable([2, 2, 2, 1, 4]), variable([32, 5])];
  const variables = [...filters, depthwise, scale, offset, gain, bias, volume, dense] as tf.Variable[];
  const x = tf.fill([4, 24, 24, 3], 0.5) as tf.Tensor4D;
  const forward = () => {
    let y: tf.Tensor = tf.relu(batchNormTraining(tf.conv2d(x, filters[0]!, 1, 'same'), { scale, offset } as never).y);
    look();
    y = tf.maxPool(y as tf.Tensor4D, 3, 2, 1);
    y = tf.relu(tf.conv2d(y as tf.Tensor4D, filters[1]!, 2, 'same'));
    const left = tf.relu6(tf.conv2d(y as tf.Tensor4D, filters[2]!, 1, 'same'));
    const right = gelu(tf.depthwiseConv2d(y as tf.Tensor4D, depthwise as unknown as tf.Tensor4D, 1, 'same'));
    y = tf.conv2d(tf.concat([left, right], 3) as tf.Tensor4D, filters[3]!, 1, 'same');
    y = layerNorm(tf.avgPool(y as tf.Tensor4D, 2, 2, 'same'), { scale: gain, offset: bias } as never);
    const deep = tf.conv3d(tf.expandDims(y, 4) as tf.Tensor5D, volume as unknown as tf.Tensor5D, 1, 'same');
    y = tf.mean(tf.add(y, tf.mean(deep, 4)), [1, 2]);
    look();
    const logits = tf.matMul(y as tf.Tensor2D, dense as unknown as tf.Tensor2D);
    const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 3], 'int32'), 5);
    return tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar;
  };
  valueAndGradients(forward, {
    variables,
    remake,
    onGradient: (_of, gradient) => {
      look();
      gradient.dispose();
    },
  });
  look();
  tf.dispose(variables);
}

/** Numbers that a convolution and its gradients give. */
function numbers(): number[] {
  return tf.tidy(() => {
    const x = tf.randomUniform([2, 12, 12, 4], -1, 1, 'float32', 1) as tf.Tensor4D;
    const w = tf.variable(tf.randomUniform([3, 3, 4, 4], -1, 1, 'float32', 2));
    const f = () => tf.sum(tf.square(tf.conv2d(x, w as never, 1, 'same'))) as tf.Scalar;
    const { value, gradients } = valueAndGradients(f, { variables: [w] });
    w.dispose();
    return [...value.dataSync(), ...gradients[w.name]!.dataSync()];
  });
}

describe('rehearse()', () => {
  beforeEach(() => useBackend('wasm'));

  it.each([true, false])('counts to the byte what a training step takes: remake %s', (remake) => {
    const real: number[] = [];
    const { peak, left } = measureHeap((now) => step({ remake, look: () => real.push(now()) }));
    const rehearsed: number[] = [];
    const foreseen = rehearse((memory) => {
      memory.takePeak();
      const look = () => {
        const { tensors, scratch } = memory.now();
        rehearsed.push(tensors + scratch);
      };
      tf.tidy(() => step({ remake, look }));
      const most = memory.takePeak();
      const now = memory.now();
      return { peak: most.tensors + most.scratch, left: now.tensors + now.scratch };
    });
    expect(real.length).toBeGreaterThan(10);
    expect(rehearsed).toEqual(real);
    expect(foreseen).toEqual({ peak, left });
  });

  it('tells apart tensors and scratch, and forgets a peak once it was taken', () => {
    rehearse((memory) => {
      expect(memory.now()).toEqual({ tensors: 0, scratch: 0 });
      const x = tf.zeros([1, 32, 32, 64]) as tf.Tensor4D;
      const filter = tf.zeros([3, 3, 64, 64]) as tf.Tensor4D;
      const tensors = 4 * (x.size + filter.size);
      expect(memory.now()).toEqual({ tensors, scratch: 0 });
      const y = tf.conv2d(x, filter, 2, 'same');
      y.dispose();
      const peak = memory.takePeak();
      expect(peak.tensors).toBe(tensors + 4 * y.size);
      expect(peak.scratch).toBeGreaterThan(0);
      expect(memory.now().tensors).toBe(tensors);
      const rest = memory.takePeak();
      expect(rest).toEqual(memory.now());
      expect(memory.largest()).toBe(4 * x.size);
    });
  });

  it('says how much to reserve: all that is held at once, and gaps', () => {
    rehearse((memory) => {
      const make = (megabytes: number) => tf.zeros([megabytes, 2 ** 18]);
      const [first] = [make(8), make(4)];
      expect(memory.blocks()).toBe(12 * 2 ** 20);
      first!.dispose();
      make(6);
      expect(memory.blocks()).toBe(12 * 2 ** 20);
      make(4);
      expect(memory.blocks()).toBe(16 * 2 ** 20);
      expect(memory.heap()).toBeGreaterThan(memory.blocks());
      memory.settle();
      expect(memory.blocks()).toBe(14 * 2 ** 20);
    });
  });

  it('reads zeros, and says of its backend that it is a stand-in', () => {
    const isStandIn = () => (tf.backend() as { isStandIn?: boolean }).isStandIn;
    expect(isStandIn()).toBeUndefined();
    const read = rehearse(() => {
      expect(isStandIn()).toBe(true);
      return [...tf.add(tf.ones([3]), 2).dataSync()];
    });
    expect(read).toEqual([0, 0, 0]);
    expect(isStandIn()).toBeUndefined();
  });

  it('takes no memory', () => {
    const { wasm } = backend();
    const before = { heap: wasm.HEAPU8.length, tensors: tf.memory().numTensors, data: backend().numDataIds() };
    const { arrayBuffers } = process.memoryUsage();
    const bytes = rehearse((memory) => {
      const [column, row] = [tf.ones([20_000, 1]), tf.ones([1, 5000])];
      const made = Array.from({ length: 25 }, () => tf.matMul(column as tf.Tensor2D, row as tf.Tensor2D));
      tf.add(made[0]!, made[1]!);
      return memory.now().tensors;
    });
    expect(bytes).toBe(26 * 4e8 + 1e5);
    const after = { heap: wasm.HEAPU8.length, tensors: tf.memory().numTensors, data: backend().numDataIds() };
    expect(after).toEqual(before);
    expect(process.memoryUsage().arrayBuffers - arrayBuffers).toBeLessThan(1e9);
  });

  it('refuses a tensor that WebAssembly cannot address', () => {
    expect(() => rehearse(() => tf.fill([2 ** 15, 2 ** 15], 1))).toThrow('Cannot allocate 4294967296 bytes');
  });

  it('leaves the backend, and what was there, as they were', () => {
    const wanted = numbers();
    const kept = tf.range(0, 30_000);
    const real = backend();
    const { tensors, data } = { tensors: tf.memory().numTensors, data: real.numDataIds() };
    rehearse(() => {
      numbers();
      step({ remake: true });
    });
    const fail = () => {
      tf.ones([1000, 1000]);
      step({ remake: true });
      throw new Error('on purpose');
    };
    expect(() => rehearse(fail)).toThrow('on purpose');
    expect(() => rehearse(() => rehearse(fail))).toThrow('on purpose');
    expect(backend()).toBe(real);
    expect({ tensors: tf.memory().numTensors, data: real.numDataIds() }).toEqual({ tensors, data });
    expect([...kept.dataSync()].every((value, i) => value === i)).toBe(true);
    kept.dispose();
    expect(numbers()).toEqual(wanted);
  });

  it('gives what the run gives', () => {
    expect(rehearse(() => ({ some: ['thing'] }))).toEqual({ some: ['thing'] });
  });

  it('needs wasm, started by useBackend', async () => {
    await useBackend('cpu');
    expect(() => rehearse(() => 1)).toThrow(
      "Cannot rehearse as the current backend must be wasm: call useBackend('wasm') before",
    );
  });
});
