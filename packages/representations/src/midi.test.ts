import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { reversed, syntheticClip, worstDifference } from '../test/synthetic-clip.js';
import { frameIntensities } from './frame-intensities.js';
import { midi, ranksOf } from './midi.js';
import { trdi } from './trdi.js';

const clip = syntheticClip({ size: 32, frames: 13, apex: 3 });
const size = 32 * 32 * 3;

/** The definition in float64: frames put in the order of their intensity, then weighted. */
function formula(weights: 'linear' | 'arp' | 'intensity', order: 'ascending' | 'descending' = 'ascending') {
  const values = clip.frames.dataSync();
  const sign = order === 'ascending' ? 1 : -1;
  const m = Array.from(frameIntensities(clip).dataSync(), (value) => sign * value);
  const T = m.length;
  const image = new Float64Array(size);
  const add = (t: number, weight: number) => {
    for (let p = 0; p < size; p++) image[p]! += weight * values[t * size + p]!;
  };
  const mean = m.reduce((a, b) => a + b) / T;
  if (weights === 'intensity') for (const [t, value] of m.entries()) add(t, value - mean);
  else {
    const pi = m.map((_, t) => t).sort((a, b) => m[a]! - m[b]! || a - b);
    pi.forEach((t, index) => {
      const k = index + 1;
      let weight = 2 * k - T - 1;
      if (weights === 'arp') {
        weight = 0;
        for (let i = k; i <= T; i++) weight += (2 * i - T - 1) / i;
      }
      add(t, weight);
    });
  }
  return image;
}

describe('midi()', () => {
  it.each(['linear', 'arp', 'intensity'] as const)('equals the float64 formula (%s weights)', (weights) => {
    for (const order of ['ascending', 'descending'] as const) {
      const image = midi(clip, { weights, order, scaling: 'none' });
      expect(image.shape).toEqual([32, 32, 3]);
      expect(worstDifference(image.dataSync(), formula(weights, order))).toBeLessThan(1e-5);
    }
  });

  it('stays nearly the same for a reversed clip, where the temporal-ranked image does not', () => {
    const back = reversed(clip);
    const change = (images: Float32Array[]) => {
      const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
      return norm(images[0]!.map((value, p) => value - images[1]![p]!)) / norm(images[0]!);
    };
    for (const measure of ['onset-difference', 'flow'] as const) {
      const pair = [clip, back].map((c) => midi(c, { measure, scaling: 'none' }).dataSync());
      expect(change(pair as Float32Array[])).toBeLessThan(0.01);
    }
    const pair = [clip, back].map((c) => trdi(c, { scaling: 'none' }).dataSync());
    expect(change(pair as Float32Array[])).toBeGreaterThan(0.3);
  });

  it('shows rise and fall together: stronger at the moving spot than linear weights in the order of time', () => {
    const even = syntheticClip({ size: 32, frames: 13, apex: 6 });
    const strength = (image: tf.Tensor3D) => tf.max(tf.abs(image)).dataSync()[0]!;
    const ordered = strength(midi(even, { scaling: 'none' }));
    expect(ordered).toBeGreaterThan(5 * strength(trdi(even, { variant: 'linear', scaling: 'none' })));
  });

  it('gives "no motion" for a static clip and far from the moving spot', () => {
    const still = {
      ...clip,
      frames: tf.tile(tf.slice(clip.frames, [0, 0, 0, 0], [1, 32, 32, 3]), [13, 1, 1, 1]) as tf.Tensor4D,
    };
    for (const weights of ['linear', 'arp', 'intensity'] as const) {
      expect(new Set(midi(still, { weights }).dataSync())).toEqual(new Set([0.5]));
    }
    const image = midi(clip).arraySync();
    expect(Math.abs(image[1]![30]![0]! - 0.5)).toBeLessThan(1e-3);
  });

  it('leaks nothing', () => {
    const before = tf.memory().numTensors;
    midi(clip, { gray: true, blur: 1 }).dispose();
    midi(clip, { measure: 'flow' }).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('rejects one frame, two channels and unknown options', () => {
    expect(() => midi(clip, { span: [3, 3] })).toThrow(/at least 2 frames/);
    expect(() => midi(tf.zeros([3, 8, 8, 2]))).toThrow(/1 or 3 channels/);
    expect(() => midi(clip, { weight: 'arp' } as never)).toThrow(
      /"weight" is not an option, did you mean "weights"\?: the options are weights, order, measure/,
    );
    expect(() => midi(clip, { flow: { name: 'tvl1', wraps: 3 } as never })).toThrow(
      /"flow.wraps" is not an option, did you mean "warps"\?/,
    );
  });
});

describe('ranksOf()', () => {
  it('keeps equal values in the order of time', () => {
    expect(ranksOf([0, 3, 1, 3, 0])).toEqual([0, 3, 2, 4, 1]);
  });
});
