import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { batchNormTraining, useBackend } from './index.js';

/** A network that has every kind of kernel of ours: few and many channels, strides, depthwise, pooling, batch norm. */
function network() {
  const shapes: [number, number, number, number][] = [
    [3, 3, 2, 8],
    [3, 3, 8, 16],
    [3, 3, 16, 16],
  ];
  const filters = shapes.map((shape, i) => tf.variable(tf.randomNormal<tf.Rank.R4>(shape, 0, 0.2, 'float32', i + 1)));
  const depthwise = tf.variable(tf.randomNormal([3, 3, 16, 1], 0, 0.2, 'float32', 7)) as tf.Variable<tf.Rank.R4>;
  const dense = tf.variable(tf.randomNormal([16, 3], 0, 0.2, 'float32', 8));
  const apply = (x: tf.Tensor4D) => {
    let y = tf.relu(batchNormTraining(tf.conv2d(x, filters[0]!, 1, 'same')).y) as tf.Tensor4D;
    y = tf.maxPool(y, 3, 2, 1);
    y = tf.relu(tf.conv2d(y, filters[1]!, 2, 'same'));
    y = tf.relu6(tf.conv2d(y, filters[2]!, 1, 'same'));
    y = tf.avgPool(tf.depthwiseConv2d(y, depthwise, 1, 'same'), 2, 2, 'same');
    return tf.matMul(tf.mean(y, [1, 2]) as tf.Tensor2D, dense);
  };
  return { weights: [...filters, depthwise, dense] as tf.Variable[], apply };
}

describe('1,000 training steps on wasm', () => {
  it('leave no tensor, no data and no memory behind, and learn', async () => {
    await useBackend('wasm');
    const { weights, apply } = network();
    const x = tf.randomUniform([4, 12, 12, 2], 0, 1, 'float32', 3) as tf.Tensor4D;
    const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 0], 'int32'), 3);
    const optimizer = tf.train.sgd(0.05);
    const step = () => {
      const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(labels, apply(x)), true, weights)!;
      const value = loss.dataSync()[0]!;
      loss.dispose();
      return value;
    };
    const first = step();
    for (let i = 0; i < 20; i++) step();
    const heap = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
    const before = { tensors: tf.memory().numTensors, data: tf.backend().numDataIds(), heap: heap() };
    let last = first;
    for (let i = 0; i < 1000; i++) last = step();
    expect({ tensors: tf.memory().numTensors, data: tf.backend().numDataIds(), heap: heap() }).toEqual(before);
    expect(last).toBeLessThan(first / 10);
    tf.dispose([x, labels, ...weights]);
    optimizer.dispose();
  });

  it('keeps a filter for images of one size without harm to those of another', async () => {
    await useBackend('wasm');
    const random = (shape: [number, number, number, number], seed: number) =>
      tf.randomUniform(shape, -1, 1, 'float32', seed) as tf.Tensor4D;
    const filter = random([3, 3, 16, 20], 1);
    const images = [random([1, 16, 16, 16], 2), random([1, 5, 1, 16], 3)];
    const strides = [1, 2] as const;
    const convolve = () =>
      images.flatMap((image) => strides.map((stride) => tf.conv2d(image, filter, stride, 'same').dataSync()));
    const first = convolve();
    for (let time = 0; time < 3; time++) {
      for (const [i, values] of convolve().entries()) {
        expect(Math.max(...values.map((value, j) => Math.abs(value - first[i]![j]!)))).toBeLessThan(1e-5);
      }
    }
    tf.dispose([filter, ...images]);
  });

  it.each([1, 2])('frees the filters kept for inference with the filters: stride %i', async (stride) => {
    await useBackend('wasm');
    const heap = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
    const x = tf.ones([1, 8, 8, 128]) as tf.Tensor4D;
    const infer = () => {
      const filter = tf.ones([3, 3, 128, 128]) as tf.Tensor4D;
      const results = [0, 1, 2].map(() => tf.conv2d(x, filter, stride, 'same'));
      // the place 1, 1 of the output, whose patch is whole
      const values = results.map((result) => result.dataSync()[(8 / stride + 1) * 128]);
      tf.dispose([filter, ...results]);
      return values;
    };
    for (let i = 0; i < 3; i++) infer();
    const before = heap();
    // A kept filter takes 2.4 MB: the heap would grow soon.
    for (let i = 0; i < 40; i++) {
      for (const value of infer()) expect(value).toBeCloseTo(9 * 128, 1);
    }
    expect(heap()).toBe(before);
    x.dispose();
  });

  it('gives the same numbers every time', async () => {
    await useBackend('wasm');
    const run = () => {
      const { weights, apply } = network();
      const x = tf.randomUniform([4, 12, 12, 2], 0, 1, 'float32', 3) as tf.Tensor4D;
      const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(apply(x))) as tf.Scalar, weights);
      const numbers = [value, ...Object.values(grads)].map((tensor) => Array.from(tensor.dataSync()));
      tf.dispose([x, value, grads, weights]);
      return numbers;
    };
    expect(run()).toEqual(run());
  });
});
