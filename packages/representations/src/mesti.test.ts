import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { correlation, syntheticClip, worstDifference } from '../test/synthetic-clip.js';
import { mesti } from './mesti.js';

const clip = syntheticClip({ size: 24, frames: 13, onset: 1, apex: 5, offset: 11 });
const pixels = 24 * 24;

/** The definition in float64, without blur. */
function formula(spread: number) {
  const values = clip.frames.dataSync();
  const gray = (t: number, p: number) => {
    const i = 3 * (t * pixels + p);
    return 0.299 * values[i]! + 0.587 * values[i + 1]! + 0.114 * values[i + 2]!;
  };
  const sums = [0, 1, 2].map(() => new Float64Array(pixels));
  for (let t = 2; t <= 11; t++) {
    const weight = Math.exp(-((t - 5) ** 2) / (2 * (spread * 11) ** 2));
    for (let p = 0; p < pixels; p++) {
      const change = gray(t, p) - gray(t - 1, p);
      if (t <= 5) sums[0]![p]! += weight * change;
      else sums[1]![p]! -= weight * change;
      sums[2]![p]! += Math.abs(change);
    }
  }
  const full = (values: Float64Array) => Math.max(...values.map(Math.abs));
  return [
    sums[0]!.map((value) => 0.5 + (0.5 * value) / full(sums[0]!)),
    sums[1]!.map((value) => 0.5 + (0.5 * value) / full(sums[1]!)),
    sums[2]!.map((value) => value / full(sums[2]!)),
  ];
}

const channel = (image: tf.Tensor3D, c: number) => tf.slice(image, [0, 0, c], [24, 24, 1]).dataSync();

describe('mesti()', () => {
  it('equals the float64 formula', () => {
    const image = mesti(clip, { blur: 0, percentile: 100, spread: 0.3 });
    expect(image.shape).toEqual([24, 24, 3]);
    formula(0.3).forEach((expected, c) => {
      expect(worstDifference(channel(image, c), expected)).toBeLessThan(1e-5);
    });
  });

  it('shows rise and fall with the same sign', () => {
    const image = mesti(clip);
    expect(correlation(channel(image, 0), channel(image, 1))).toBeGreaterThan(0.95);
  });

  it('gives (0.5, 0.5, 0) without motion and leaks nothing', () => {
    const still = {
      ...clip,
      frames: tf.tile(tf.slice(clip.frames, [0, 0, 0, 0], [1, 24, 24, 3]), [13, 1, 1, 1]) as tf.Tensor4D,
    };
    const before = tf.memory().numTensors;
    const image = mesti(still);
    expect(
      [0, 1, 2].map((c) => {
        const part = tf.slice(image, [0, 0, c], [24, 24, 1]);
        const values = new Set(part.dataSync());
        part.dispose();
        return values;
      }),
    ).toEqual([new Set([0.5]), new Set([0.5]), new Set([0])]);
    image.dispose();
    mesti(clip).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes an apex at either end: that phase has no motion', () => {
    expect(new Set(channel(mesti({ ...clip, apex: 1 }), 0))).toEqual(new Set([0.5]));
    expect(new Set(channel(mesti({ ...clip, apex: 11 }), 1))).toEqual(new Set([0.5]));
    expect(() => mesti({ ...clip, apex: null })).toThrow(/must have an apex/);
    expect(() => mesti({ ...clip, onset: 3, apex: 3, offset: 3 })).toThrow(/at least 2 frames/);
  });
});
