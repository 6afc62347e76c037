import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { accumulate, useBackend } from '../index.js';

describe.each(['cpu', 'wasm'] as const)('accumulate() on %s', (backend) => {
  it('gives the sum, kept, and frees what it was given', async () => {
    await useBackend(backend);
    const before = tf.memory().numTensors;
    const sum = tf.tidy(() =>
      [1, 2, 3].reduce<tf.Tensor | undefined>((total, value) => accumulate(total, tf.fill([3, 5], value)), undefined),
    )!;
    expect(tf.memory().numTensors).toBe(before + 1);
    expect([...sum.dataSync()]).toEqual(new Array(15).fill(6));
    sum.dispose();
  });

  it('leaves alone what others have a reference to', async () => {
    await useBackend(backend);
    const first = tf.tensor1d([1, 2]);
    const [other, view] = [tf.clone(first), tf.reshape(first, [2, 1])];
    const gradient = tf.tensor1d([10, 20]);
    const lent = tf.clone(gradient);
    const sum = accumulate(accumulate(undefined, first), gradient);
    expect([other, view, lent, sum].map((tensor) => [...tensor.dataSync()])).toEqual([
      [1, 2],
      [1, 2],
      [10, 20],
      [11, 22],
    ]);
    tf.dispose([other, view, lent, sum]);
  });
});

describe('accumulate() on wasm', () => {
  it('adds where the sum lies if nobody else has a reference to it', async () => {
    await useBackend('wasm');
    const first = tf.tensor1d([1, 2]);
    const { dataId } = first;
    const sum = accumulate(accumulate(undefined, first), tf.tensor1d([10, 20]));
    expect(sum.dataId).toBe(dataId);
    expect([...sum.dataSync()]).toEqual([11, 22]);
    sum.dispose();
  });
});
