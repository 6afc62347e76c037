import { readFileSync } from 'node:fs';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { correlation, syntheticClip, worstDifference } from '../test/synthetic-clip.js';
import { dynamicImage } from './dynamic-image.js';
import { rankPooling } from './rank-pooling.js';

const golden = JSON.parse(readFileSync(new URL('../test/golden/rank-pooling.json', import.meta.url), 'utf8'));

describe('rankPooling()', () => {
  it.each(golden as { frames: number[][]; c: number; features: 'frames' | 'time-average'; w: number[] }[])(
    'equals the RankSVM of scikit-learn (C = $c, $features)',
    ({ frames, c, features, w }) => {
      const tensor = tf.tensor4d(frames.flat(), [frames.length, 1, w.length, 1]);
      // made of normally distributed numbers
      const options = { c, features, tolerance: 1e-9, maxPasses: 1e6, scaling: 'none', check: false } as const;
      const image = rankPooling(tensor, options);
      const size = Math.max(...w.map(Math.abs));
      expect(worstDifference(image.dataSync(), w) / size).toBeLessThan(1e-4);
    },
  );

  const clip = syntheticClip({ size: 24, frames: 9, onset: 1, apex: 3, offset: 8 });

  it('tends to approximate rank pooling for small C', () => {
    const exact = rankPooling(clip, { c: 1e-6, scaling: 'none' }).dataSync();
    expect(correlation(exact, dynamicImage(clip, { scaling: 'none' }).dataSync())).toBeGreaterThan(0.999999);
  });

  it('scores later running means higher by 1 where C leaves no slack', () => {
    const w = rankPooling(clip, { c: 1e5, scaling: 'none', span: 'onset-apex' }).dataSync();
    const values = clip.frames.dataSync();
    const mean = new Float64Array(w.length);
    const scores: number[] = [];
    for (let t = 1; t <= 3; t++) {
      for (let p = 0; p < w.length; p++) mean[p] = (mean[p]! * (t - 1) + values[t * w.length + p]!) / t;
      scores.push(mean.reduce((sum, value, p) => sum + value * w[p]!, 0));
    }
    expect(scores[1]!).toBeGreaterThan(scores[0]! + 0.99);
    expect(scores[2]!).toBeGreaterThan(scores[1]! + 0.99);
  });

  it('gives "no motion" for a static clip, leaks nothing, rejects one frame', () => {
    const still = tf.tile(tf.slice(clip.frames, [0, 0, 0, 0], [1, 24, 24, 3]), [5, 1, 1, 1]) as tf.Tensor4D;
    const before = tf.memory().numTensors;
    const image = rankPooling(still, { gray: true });
    expect(new Set(image.dataSync())).toEqual(new Set([0.5]));
    image.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(() => rankPooling(clip, { span: [2, 2] })).toThrow(/at least 2 frames/);
    expect(() => rankPooling(clip, { variant: 'linear' } as never)).toThrow(/"variant" is not an option/);
  });
});
