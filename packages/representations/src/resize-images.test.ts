import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { worstDifference } from '../test/synthetic-clip.js';
import { resize } from './resize.js';
import { resizeImages } from './resize-images.js';
import { resizeTaps } from './resize-taps.js';

const plain = { antialias: false };

describe('resizeImages()', () => {
  it('is tfjs half-pixel bilinear without antialiasing', () => {
    const image = tf.randomUniform([11, 14, 3], 0, 1, 'float32', 2) as tf.Tensor3D;
    for (const size of [
      [7, 20],
      [22, 5],
      [11, 28],
    ] as const) {
      const expected = tf.image.resizeBilinear(image, [...size], false, true).dataSync();
      expect(worstDifference(resizeImages(image, size, plain).dataSync(), expected)).toBeLessThan(1e-5);
    }
  });

  it('averages what a pixel covers with area', () => {
    const image = tf.tensor3d([0, 1, 2, 3, 4, 5], [2, 3, 1]);
    const expected = [(0 + 3 + 0.5 * (1 + 4)) / 3, (2 + 5 + 0.5 * (1 + 4)) / 3];
    expect(worstDifference(resizeImages(image, [1, 2], { method: 'area' }).dataSync(), expected)).toBeLessThan(1e-6);
    const mean = tf.randomUniform([9, 12, 2], 0, 1, 'float32', 2) as tf.Tensor3D;
    expect(
      worstDifference(resizeImages(mean, 1, { method: 'area' }).dataSync(), tf.mean(mean, [0, 1]).dataSync()),
    ).toBeLessThan(1e-6);
  });

  it('resizes each image of a batch, keeps its input and leaks nothing', () => {
    const batch = tf.randomUniform([3, 8, 9, 2], 0, 1, 'float32', 3) as tf.Tensor4D;
    const before = tf.memory().numTensors;
    const small = resizeImages(batch, 4);
    expect(small.shape).toEqual([3, 4, 4, 2]);
    expect(tf.memory().numTensors).toBe(before + 1);
    const one = resizeImages(tf.squeeze(tf.slice(batch, [2, 0, 0, 0], [1, 8, 9, 2]), [0]) as tf.Tensor3D, 4);
    expect(worstDifference(small.dataSync().slice(64), one.dataSync())).toBe(0);
    const same = resizeImages(batch, [8, 9]);
    same.dispose();
    expect(batch.isDisposed).toBe(false);
  });

  it('antialiases by default where the image shrinks, and only there', () => {
    // every second pixel: what is between them would be lost
    const stripes = tf.tensor3d(
      Array.from({ length: 12 }, (_, i) => i % 2),
      [1, 12, 1],
    );
    for (const value of resize(stripes, { size: [1, 3] }).dataSync()) expect(value).toBeCloseTo(0.5, 1);
    const image = tf.randomUniform([5, 6, 1], 0, 1, 'float32', 4) as tf.Tensor3D;
    expect(resize(image, { size: [9, 12] }).dataSync()).toEqual(
      resize(image, { size: [9, 12], antialias: false }).dataSync(),
    );
  });

  it('lets no NaN further than the pixels that it is in', () => {
    const image = tf.tensor3d([Number.NaN, 0, 1, 2, 3, 4, 5, 6], [1, 8, 1]);
    expect([...resize(image, { size: [1, 4], antialias: false }).dataSync()]).toEqual([Number.NaN, 1.5, 3.5, 5.5]);
  });
});

describe('resizeTaps()', () => {
  it.each([
    [224, 28],
    [13, 5],
    [5, 13],
    [1, 4],
    [7, 1],
  ])('from %i to %i sum to the factor, in every way', (from, to) => {
    for (const options of [{}, plain, { method: 'area' }, { factor: 1 / 255 }] as const) {
      const { first, weights, wide } = resizeTaps(from, to, options);
      for (let i = 0; i < to; i++) {
        const sum = weights.subarray(i * wide, (i + 1) * wide).reduce((a, b) => a + b, 0);
        expect(sum).toBeCloseTo('factor' in options ? (options.factor ?? 1) : 1, 5);
        expect(first[i]).toBeGreaterThanOrEqual(0);
        expect(first[i]! + wide).toBeLessThanOrEqual(from);
      }
    }
  });
});

describe('resize()', () => {
  it('rejects sizes and methods that are none', () => {
    const image = tf.zeros([4, 4, 1]) as tf.Tensor3D;
    expect(() => resize(image, { size: 0 })).toThrow(
      /size must be a positive integer or \[height, width\]: current value is 0/,
    );
    expect(() => resize(image, { size: [2, 1.5] })).toThrow(/\[2,1.5\]/);
    expect(() => resize(image, { size: 2, method: 'cubic' as never })).toThrow(
      /method must be one of bilinear, area: current value is "cubic"/,
    );
  });
});
