import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { percentileOf, scaleMotion } from './scale-motion.js';

describe('percentileOf()', () => {
  it('interpolates like numpy', () => {
    const values = tf.tensor1d([4, 1, 3, 2]);
    for (const [percent, expected] of [
      [0, 1],
      [50, 2.5],
      [90, 3.7],
      [99.5, 3.985],
      [100, 4],
    ] as const) {
      expect(percentileOf(values, percent).dataSync()[0]).toBeCloseTo(expected, 6);
    }
  });
});

describe('scaleMotion()', () => {
  it('puts no motion at 0.5 and the robust maximum at full scale', () => {
    const image = tf.tensor3d([-4, -1, 0, 1, 2, 400], [1, 6, 1]);
    const scaled = scaleMotion(image, { percentile: 80 }).dataSync();
    expect([...scaled]).toEqual([0, 0.375, 0.5, 0.625, 0.75, 1]);
  });

  it('falls back to the maximum where motion is rarer than the percentile', () => {
    const image = tf.reshape(tf.oneHot(tf.tensor1d([3], 'int32'), 1000), [1, 1000, 1]);
    const scaled = scaleMotion(tf.cast(image, 'float32')).dataSync();
    expect(scaled[3]).toBe(1);
    expect(scaled[4]).toBe(0.5);
  });

  it('gives 0.5 for an image without motion', () => {
    for (const scaling of ['min-max', 'symmetric'] as const) {
      expect(new Set(scaleMotion(tf.zeros([3, 3, 2]), { scaling }).dataSync())).toEqual(new Set([0.5]));
    }
  });

  it('stretches all channels together', () => {
    expect([...scaleMotion(tf.tensor3d([-1, 0, 1, 3], [1, 2, 2]), { scaling: 'min-max' }).dataSync()]).toEqual([
      0, 0.25, 0.5, 1,
    ]);
  });

  it('leaks nothing', () => {
    const image = tf.ones([4, 4, 3]);
    const before = tf.memory().numTensors;
    for (const scaling of ['none', 'min-max', 'symmetric'] as const) scaleMotion(image, { scaling }).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
