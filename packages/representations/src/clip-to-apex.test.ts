import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, it } from 'vitest';
import { clipToApex } from './clip-to-apex.js';

const marks = { onset: 1, apex: 3, offset: 5 };

it('ends a clip at its apex, whether its frames are held or read', async () => {
  const frames = tf.reshape(tf.range(0, 12), [6, 1, 2, 1]) as tf.Tensor4D;
  const held = clipToApex({ frames, ...marks });
  expect([held.onset, held.apex, held.offset, ...held.frames.shape]).toEqual([1, 3, 3, 4, 1, 2, 1]);
  expect([...held.frames.dataSync()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(frames.isDisposed).toBe(false);

  const read = clipToApex({
    frames: { shape: [6, 1, 2, 1], read: async (first: number, count: number) => tf.slice(frames, first, count) },
    ...marks,
  });
  expect([read.offset, ...read.frames.shape]).toEqual([3, 4, 1, 2, 1]);
  expect([...(await read.frames.read(3, 1)).dataSync()]).toEqual([6, 7]);
});

it('refuses a clip whose apex is not known', () => {
  const frames = tf.zeros<tf.Rank.R4>([6, 1, 2, 1]);
  expect(() => clipToApex({ frames, ...marks, apex: null })).toThrow(
    /as its apex must be known: spotApex\(\) finds it/,
  );
});
