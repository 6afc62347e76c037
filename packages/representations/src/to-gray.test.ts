import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { toGray } from './to-gray.js';

it('toGray() weighs R, G, B by BT.601 and keeps gray as it is', () => {
  expect(toGray(tf.tensor3d([1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 3, 3])).dataSync()).toEqual(
    Float32Array.of(0.299, 0.587, 0.114),
  );
  expect(toGray(tf.ones([2, 3, 3, 1])).shape).toEqual([2, 3, 3, 1]);
  expect(() => toGray(tf.ones([2, 2, 2]))).toThrow(/1 or 3 channels.*\[2, 2, 2\]/);
});
