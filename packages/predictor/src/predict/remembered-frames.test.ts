import '@tensorflow/tfjs-backend-cpu';
import { frameReader } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { rememberedFrames } from './remembered-frames.js';

/** Frames of their own number, and which were read. */
function numbered(count: number) {
  const read: number[] = [];
  const all = frameReader(tf.tidy(() => tf.tile(tf.reshape(tf.range(0, count), [count, 1, 1, 1]), [1, 2, 3, 1])));
  return {
    read,
    frames: {
      shape: all.shape,
      read: (first: number, length: number) => {
        for (let i = 0; i < length; i++) read.push(first + i);
        return all.read(first, length);
      },
    },
  };
}

const firsts = async (frames: tf.Tensor4D) => {
  const values = await frames.data();
  frames.dispose();
  return Array.from(values).filter((_, i) => i % 6 === 0);
};

describe('rememberedFrames()', () => {
  beforeAll(() => tf.setBackend('cpu').then(() => {}));

  it('reads each frame once, in whatever order frames are asked for', async () => {
    const { frames, read } = numbered(40);
    const kept = rememberedFrames(frames);
    expect(kept.shape).toEqual([40, 2, 3, 1]);
    expect(await firsts(await kept.read(7, 1))).toEqual([7]);
    expect(await firsts(await kept.read(5, 4))).toEqual([5, 6, 7, 8]);
    expect(await firsts(await kept.read(0, 40))).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(await firsts(await kept.read(39, 1))).toEqual([39]);
    expect([...read].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(read.slice(0, 4)).toEqual([7, 5, 6, 8]);
  });

  it('keeps one of each frame where two read at once', async () => {
    const { frames } = numbered(8);
    const kept = rememberedFrames(frames);
    const before = tf.memory().numTensors;
    const both = await Promise.all([kept.read(1, 4), kept.read(2, 4)]);
    expect(tf.memory().numTensors).toBe(before + 2 + 5);
    expect(await Promise.all(both.map(firsts))).toEqual([
      [1, 2, 3, 4],
      [2, 3, 4, 5],
    ]);
    kept.forget();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps nothing once it forgets, and what was given before stays the caller’s', async () => {
    const { frames } = numbered(8);
    const kept = rememberedFrames(frames);
    const before = tf.memory().numTensors;
    const given = await kept.read(2, 3);
    expect(tf.memory().numTensors).toBe(before + 4);
    kept.forget();
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(await firsts(given)).toEqual([2, 3, 4]);
    expect(await firsts(await kept.read(2, 1))).toEqual([2]);
  });
});
