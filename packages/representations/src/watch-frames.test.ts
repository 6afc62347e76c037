import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, it } from 'vitest';
import { dynamicImage } from './dynamic-image.js';
import { frameReader } from './frame-reader.js';
import { watchFrames } from './watch-frames.js';

const clip = {
  frames: tf.randomUniform<tf.Rank.R4>([1500, 64, 64, 3], 0, 1, 'float32', 1),
  onset: 0,
  apex: 9,
  offset: 1499,
};

it('tells how far a representation is, and changes nothing of it', async () => {
  const told: number[][] = [];
  const frames = watchFrames(frameReader(clip.frames), { onProgress: (...now) => told.push(now) });
  const watched = await dynamicImage().applyAsync({ ...clip, frames });
  const alone = await dynamicImage().applyAsync({ ...clip, frames: frameReader(clip.frames) });
  expect(watched.dataSync()).toEqual(alone.dataSync());
  expect(told.length).toBeGreaterThan(1);
  expect(told.at(-1)).toEqual([1500, 1500]);
  expect(told.map(([reached]) => reached)).toEqual(told.map(([reached]) => reached).toSorted((a, b) => a! - b!));
});

it('stops with the reason of the signal, and leaves no tensor behind', async () => {
  const stop = new AbortController();
  let readings = 0;
  const frames = watchFrames(frameReader(clip.frames), {
    signal: stop.signal,
    onProgress() {
      readings += 1;
      stop.abort(new Error('enough'));
    },
  });
  const before = tf.memory().numTensors;
  await expect(dynamicImage().applyAsync({ ...clip, frames })).rejects.toThrow('enough');
  expect(readings).toBe(1);
  expect(tf.memory().numTensors).toBe(before);
});
