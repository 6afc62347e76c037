import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { regions } from './regions.js';
import { stretch } from './stretch.js';

it('regions() go row by row, each with all its channels, and are resized between their own pixels alone', () => {
  const image = tf.tensor3d(
    Array.from({ length: 4 * 5 * 2 }, (_, i) => i),
    [4, 5, 2],
  );
  // the fifth column is cut off
  const cells = regions(image, { grid: 2, size: 0 });
  expect(cells.shape).toEqual([2, 2, 8]);
  expect(tf.slice(cells, [0, 0, 0], [1, 1, 8]).dataSync()).toEqual(Float32Array.of(0, 1, 4, 5, 20, 21, 24, 25));
  const large = regions(image, { grid: 2, size: 4 });
  expect(large.shape).toEqual([...regions({ grid: 2, size: 4 }).outputShape([4, 5, 2])]);
  // bilinear with half-pixel centers: 0, 0.25, 0.75, 1 of the way from one pixel to the next
  expect(tf.slice(large, [0, 0, 0], [1, 4, 1]).dataSync()).toEqual(Float32Array.of(0, 0.5, 1.5, 2));
  expect(() => regions(image, { grid: 6 })).toThrow(
    'a pixel for each of the 6 rows and columns: current size is 5 x 4',
  );
});

it('stretch() takes each channel by itself, and a constant one to 0', () => {
  const image = tf.tensor3d([1, 7, 3, 7, 5, 7], [1, 3, 2]);
  expect(stretch(image).dataSync()).toEqual(Float32Array.of(0, 0, 0.5, 0, 1, 0));
});
