import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { syntheticClip, worstDifference } from '../test/synthetic-clip.js';
import { frameIntensities } from './frame-intensities.js';

/** Gray frames without blur, the mean over the whole image, by the definition. */
function plain(frames: tf.Tensor4D, adjacent: boolean) {
  const [count, height, width] = frames.shape;
  const values = frames.dataSync();
  const size = height * width;
  const gray = (t: number, p: number) => {
    const i = 3 * (t * size + p);
    return 0.299 * values[i]! + 0.587 * values[i + 1]! + 0.114 * values[i + 2]!;
  };
  return Array.from({ length: count }, (_, t) => {
    let sum = 0;
    for (let p = 0; p < size; p++) sum += Math.abs(gray(t, p) - gray(adjacent ? Math.max(0, t - 1) : 0, p));
    return sum / size;
  });
}

describe('frameIntensities()', () => {
  const clip = syntheticClip();

  it('equals the definition', () => {
    for (const measure of ['onset-difference', 'adjacent-difference'] as const) {
      const measured = frameIntensities(clip, { measure, intensityBlur: 0 });
      expect(measured.shape).toEqual([17]);
      const expected = plain(clip.frames, measure === 'adjacent-difference');
      expect(worstDifference(measured.dataSync(), expected)).toBeLessThan(1e-6);
    }
  });

  it('peaks at the apex, whatever the measure from the onset', () => {
    for (const measure of ['onset-difference', 'flow'] as const) {
      const values = Array.from(frameIntensities(clip, { measure }).dataSync());
      expect(values[0]).toBe(0);
      expect(values.indexOf(Math.max(...values))).toBe(8);
    }
  });

  it('looks at the region only', () => {
    const inside = frameIntensities(clip, { region: [0.4, 0.15, 0.8, 0.55] }).dataSync()[8]!;
    const outside = frameIntensities(clip, { region: [0, 0.7, 0.3, 1] }).dataSync()[8]!;
    expect(inside).toBeGreaterThan(100 * outside);
  });

  it('leaks nothing', () => {
    const before = tf.memory().numTensors;
    for (const measure of ['onset-difference', 'adjacent-difference', 'flow'] as const) {
      frameIntensities(clip, { measure }).dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('rejects a region that is none', () => {
    expect(() => frameIntensities(clip, { region: [0.5, 0, 0.5, 1] })).toThrow(
      /region must be \[top, left, bottom, right\]/,
    );
    expect(() => frameIntensities(clip, { region: [0, 0, 1] as never })).toThrow(RangeError);
  });
});
