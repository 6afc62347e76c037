import { frameAt } from './frames.js';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { syntheticClip, worstDifference } from '../test/synthetic-clip.js';
import { frame } from './frame.js';
import { frameDifference } from './frame-difference.js';

const clip = syntheticClip({ size: 12, frames: 7, onset: 1, apex: 3, offset: 6 });

describe('frame()', () => {
  it('is the marked frame', () => {
    expect(frame(clip).dataSync()).toEqual(frameAt(clip.frames, 3).dataSync());
    expect(frame(clip, { at: 'offset' }).dataSync()).toEqual(frameAt(clip.frames, 6).dataSync());
    expect(frame(clip, { gray: true }).shape).toEqual([12, 12, 1]);
    expect(frame({ ...clip, apex: null }, { at: 'onset' }).shape).toEqual([12, 12, 3]);
    expect(() => frame({ ...clip, apex: null })).toThrow(/must have an apex/);
  });
});

describe('frameDifference()', () => {
  it('is apex minus onset', () => {
    const expected = tf.sub(frameAt(clip.frames, 3), frameAt(clip.frames, 1)).dataSync();
    expect(frameDifference(clip).dataSync()).toEqual(expected);
    expect(
      worstDifference(
        frameDifference(clip, { from: 'apex', to: 'onset' }).dataSync(),
        expected.map((v) => -v),
      ),
    ).toBe(0);
  });

  it('can be scaled, is 0 or 0.5 between a frame and itself, and leaks nothing', () => {
    const same = { from: 'apex', to: 'apex' } as const;
    const before = tf.memory().numTensors;
    const images = [frameDifference(clip, same), frameDifference(clip, { ...same, scaling: 'symmetric', gray: true })];
    expect(images.map((image) => new Set(image.dataSync()))).toEqual([new Set([0]), new Set([0.5])]);
    tf.dispose(images);
    expect(tf.memory().numTensors).toBe(before);
  });
});
