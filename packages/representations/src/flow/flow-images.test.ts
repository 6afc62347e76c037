import { frameAt } from '../frames.js';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { syntheticClip, worstDifference } from '../../test/synthetic-clip.js';
import { farnebackFlow } from './farneback.js';
import { flow } from './flow.js';
import { flowColor } from './flow-color.js';
import { opticalStrain } from './strain.js';
import { subtractHeadMotion } from './subtract-head-motion.js';
import { uvStrain } from './uv-strain.js';

const clip = syntheticClip({ size: 56, frames: 11, channels: 1, onset: 1, apex: 4, offset: 9 });
const field = farnebackFlow(frameAt(clip.frames, 1), frameAt(clip.frames, 4));

describe('flow()', () => {
  it('is the flow in units of pixels, with magnitude or strain beside it', () => {
    const image = flow(clip, { flow: 'farneback', unit: 2 });
    expect(worstDifference(image.dataSync(), tf.div(field, 2).dataSync())).toBeLessThan(1e-6);
    const third = tf.slice(flow(clip, { flow: 'farneback', channels: 'u-v-strain' }), [0, 0, 2], [56, 56, 1]);
    expect(worstDifference(third.dataSync(), opticalStrain(field).dataSync())).toBeLessThan(1e-6);
  });

  it('is zero between a frame and itself, and needs an apex only where it is used', () => {
    const unknown = { ...clip, apex: null };
    expect(new Set(flow(unknown, { from: 'onset', to: 'onset' }).dataSync())).toEqual(new Set([0]));
    expect(() => flow(unknown)).toThrow(/must have an apex/);
    expect(() => flow(clip, { from: 'start' as never })).toThrow(/from must be one of onset, apex, offset/);
  });
});

describe('subtractHeadMotion()', () => {
  it('takes off the median of the region, also of an even number of pixels', () => {
    const flow = tf.tensor3d([1, 5, 2, 6, 4, 8, 9, 9], [1, 4, 2]);
    expect([...subtractHeadMotion(flow, [0, 0, 1, 1]).dataSync()]).toEqual([-2, -2, -1, -1, 1, 1, 6, 2]);
    expect([...subtractHeadMotion(flow, [0, 0, 1, 0.25]).dataSync()].slice(0, 2)).toEqual([0, 0]);
    expect(() => subtractHeadMotion(flow, [0, 0, 0, 1])).toThrow(RangeError);
  });
});

describe('uvStrain()', () => {
  /** The definition: channels stretched by themselves, then resized. */
  const expected = () =>
    tf.tidy(() => {
      const channels = tf.split(tf.concat([field, opticalStrain(field)], 2), 3, 2).map((channel) => {
        const low = tf.min(channel);
        return tf.div(tf.sub(channel, low), tf.sub(tf.max(channel), low));
      });
      return tf.image.resizeBilinear(tf.concat(channels, 2) as tf.Tensor3D, [28, 28], false, true);
    });

  it('has u, v and strain, each stretched to 0..1 and resized', () => {
    const image = uvStrain(clip, { flow: 'farneback' });
    expect(image.shape).toEqual([28, 28, 3]);
    expect(worstDifference(image.dataSync(), expected().dataSync())).toBeLessThan(1e-5);
  });

  it('can be laid out as the authors of STSTNet feed it', () => {
    const image = uvStrain(clip, { flow: 'farneback', order: 'strain-v-u', range: 'byte' });
    const plain = tf.mul(tf.reverse(expected(), 2), 255);
    expect(worstDifference(image.dataSync(), plain.dataSync())).toBeLessThan(1e-2);
  });

  it('keeps the size with 0, stretches last if told to, and leaks nothing', () => {
    const before = tf.memory().numTensors;
    const full = uvStrain(clip, { flow: 'farneback', size: 0 });
    expect(full.shape).toEqual([56, 56, 3]);
    const last = uvStrain(clip, { flow: 'farneback', scaleLast: true, third: 'magnitude' });
    expect(tf.tidy(() => Array.from(tf.max(last, [0, 1]).dataSync()))).toEqual([1, 1, 1]);
    tf.dispose([full, last]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is 0 without motion and needs an apex', () => {
    const still = { ...clip, frames: tf.zeros([11, 56, 56, 1]) as tf.Tensor4D };
    expect(new Set(uvStrain(still).dataSync())).toEqual(new Set([0]));
    expect(() => uvStrain({ ...clip, apex: null })).toThrow(/must have an apex/);
  });
});

it('flowColor() is black without motion', () => {
  expect(new Set(flowColor({ ...clip, apex: clip.onset }).dataSync())).toEqual(new Set([0]));
  expect(Math.max(...flowColor(clip, { flow: 'farneback' }).dataSync())).toBeCloseTo(1, 5);
});
