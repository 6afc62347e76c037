import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import type { Clip } from '../clip.js';
import { flowColor } from './flow-color.js';
import { longTermFlow } from './long-term-flow.js';

const clip: Clip = { frames: tf.randomUniform([16, 16, 16, 1], 0, 1, 'float32', 1), onset: 1, apex: 7, offset: 15 };
const flow = 'farneback' as const;
const pictureOf = (sequence: Clip, j: number) => tf.slice(sequence.frames, [j, 0, 0, 0], [1, -1, -1, -1]).dataSync();
/** The picture of the flow from the onset to a frame. */
const pictureAt = (frame: number) => flowColor({ ...clip, apex: frame }, { flow }).dataSync();

it('longTermFlow() takes the frames around the apex, from the one after the onset to the offset', () => {
  const whole = longTermFlow(clip);
  expect([whole.frames.shape, whole.onset, whole.apex, whole.offset]).toEqual([[11, 16, 16, 3], 0, 5, 10]);
  for (const j of [0, 5, 10]) expect(pictureOf(whole, j)).toEqual(pictureAt(2 + j));
  const early = longTermFlow({ ...clip, apex: 3 }, { frames: 11 });
  expect(early.apex).toBe(1);
  expect(pictureOf(early, 0)).toEqual(pictureAt(2));
});

it('longTermFlow() lengthens a short clip in its middle, or all of it by TIM', () => {
  // seven frames after the onset, 5 to 11: four are put between, in the gaps 1 to 4
  const short = { ...clip, onset: 4, apex: 8, offset: 11 };
  const before = tf.memory().numTensors;
  const longer = longTermFlow(short);
  expect(longer.apex).toBe(5);
  const there = [5, 6, -1, 7, -1, 8, -1, 9, -1, 10, 11];
  for (const [j, frame] of there.entries()) {
    if (frame < 0) continue;
    expect(pictureOf(longer, j), `frame ${frame}`).toEqual(flowColor({ ...short, apex: frame }, { flow }).dataSync());
  }
  const anew = longTermFlow(short, { missing: 'tim' });
  expect(anew.frames.shape).toEqual([11, 16, 16, 3]);
  expect(anew.frames.dataSync().every(Number.isFinite)).toBe(true);
  tf.dispose([longer.frames, anew.frames]);
  expect(longTermFlow({ ...clip, onset: 6, apex: 7, offset: 7 }).frames.shape[0]).toBe(11);
  expect(tf.memory().numTensors).toBeGreaterThanOrEqual(before);
  expect(() => longTermFlow({ ...clip, apex: 1 })).toThrow('its apex must come after its onset');
});
