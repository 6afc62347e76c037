import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { worstDifference } from '../test/synthetic-clip.js';
import { resizeImages } from './resize.js';

describe('resizeImages()', () => {
  it('is tfjs half-pixel bilinear', () => {
    const image = tf.randomUniform([11, 14, 3], 0, 1, 'float32', 2) as tf.Tensor3D;
    for (const size of [
      [7, 20],
      [22, 5],
      [11, 28],
    ] as const) {
      const expected = tf.image.resizeBilinear(image, [...size], false, true).dataSync();
      expect(worstDifference(resizeImages(image, size).dataSync(), expected)).toBeLessThan(1e-5);
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

  it('rejects sizes and methods that are none', () => {
    const image = tf.zeros([4, 4, 1]) as tf.Tensor3D;
    expect(() => resizeImages(image, 0)).toThrow(/positive integer or \[height, width\]: current value is 0/);
    expect(() => resizeImages(image, [2, 1.5])).toThrow(/\[2,1.5\]/);
    expect(() => resizeImages(image, 2, { method: 'cubic' as never })).toThrow(/'bilinear', 'area'.*'cubic'/);
  });
});
