import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { checkOptions } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { around, type Motion, pulse, recordingOf } from '../../test/moving-face.js';
import { spot } from '../define-spotter.js';
import { maximalDifference } from './difference-course.js';
import { directionalDifference } from './directional-difference.js';

beforeAll(() => tf.setBackend('wasm'));
afterAll(() => tf.setBackend('cpu'));

describe('directionalDifference', () => {
  it('finds a brow that is raised and goes back', async () => {
    const brow: Motion = (t, x, y) => [0, -4 * pulse(t, 24, 38) * around(x, y, [51, 46], 26)];
    const seen: number[] = [];
    const found = await spot(
      recordingOf(60, brow),
      directionalDifference,
      { micro: 0.3, macro: 0.4, shortest: 0.1 },
      {
        onProgress: (done) => seen.push(done),
      },
    );
    const micro = found.filter(({ kind }) => kind === 'micro');
    const best = micro.reduce((a, b) => (b.score > a.score ? b : a));
    expect(Math.abs(best.apex - 31)).toBeLessThanOrEqual(4);
    expect(seen.at(-1)).toBe(60);
  });

  it('keeps of each pass what is as long as it should be, in frames of the recording', () => {
    const values = new Float32Array(100);
    for (let i = 50; i < 58; i++) values[i] = 1;
    const still = { reach: 30, values: new Float32Array(52) };
    const course = { rate: 30, stride: 7, frames: 7 * 124, courses: { micro: { reach: 12, values }, macro: still } };
    const options = checkOptions('test', directionalDifference.options, { threshold: 0.5 });
    expect(directionalDifference.decide(course, options)).toEqual([
      { onset: 62 * 7, apex: 62 * 7, offset: 69 * 7, score: 1, kind: 'micro' },
    ]);
    expect(directionalDifference.decide(course, { ...options, shortest: 0.5 })).toEqual([]);
  });
});

describe('maximalDifference()', () => {
  it('compares lengths where most of a block goes, in the third of the blocks where it is most', () => {
    const side = 12;
    const half = new Float32Array(side * side * 2);
    const whole = new Float32Array(side * side * 2);
    expect(maximalDifference(half, whole, side)).toBe(0);
    // all pixels go right and down, but for one in each block, which is not asked
    for (let i = 0; i < side * side; i++)
      half.set(i % 2 === 0 && Math.floor(i / side) % 2 === 0 ? [-9, 0] : [3, 4], 2 * i);
    expect(maximalDifference(half, whole, side)).toBe(5);
    expect(maximalDifference(half, half, side)).toBe(0);
  });
});
