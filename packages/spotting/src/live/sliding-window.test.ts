import type { Landmarks } from '@mer/representations';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSlidingWindow, type LiveAnswer } from '../index.js';
import { liveIntervals } from './live-intervals.js';
import { smoothLandmarks } from './smooth-landmarks.js';

beforeAll(() => tf.setBackend('cpu'));

/** Points in the places of a face about 64 pixels wide, with the inner eye corners at (40, 40) and (56, 40). */
const points: Landmarks = Array.from({ length: 68 }, (_, i) => {
  if (i < 17) return [16 + 4 * i, 60 + 20 * Math.sin((Math.PI * i) / 16)];
  if (i < 27) return [22 + 5.5 * (i - 17), 30];
  if (i < 31) return [48, 40 + 6 * (i - 27)];
  if (i < 36) return [40 + 4 * (i - 31), 62];
  if (i < 42) return [28 + 4 * (i - 36 < 4 ? i - 36 : 42 - i), 40];
  if (i < 48) return [56 + 4 * (i - 42 < 4 ? i - 42 : 48 - i), 40];
  return [36 + 2 * ((i - 48) % 12), 74];
});

/** A texture, moved down by `dy` pixels in the place of the mouth. */
function picture(dy: number): tf.Tensor3D {
  const values = new Float32Array(96 * 96);
  for (let y = 0; y < 96; y++) {
    for (let x = 0; x < 96; x++) {
      const near = Math.exp(-((x - 48) ** 2 / 300 + (y - 74) ** 2 / 100));
      const from = y - dy * near;
      values[96 * y + x] = 0.5 + 0.2 * Math.sin(x / 2.1 + 1) * Math.cos(from / 1.9) + 0.2 * Math.sin((x + from) / 3.3);
    }
  }
  return tf.tensor3d(values, [96, 96, 1]);
}

const done = (answer: LiveAnswer | undefined) => tf.dispose([answer?.crop, answer?.dynamicImage, answer?.flow]);

describe('createSlidingWindow()', () => {
  it('sees a mouth that moves, when it does, and gives an interval when it has come to rest', async () => {
    const before = tf.memory().numTensors;
    const flow = { name: 'farneback', levels: 2, iterations: 2, window: 9 } as const;
    const window = createSlidingWindow(async () => points, { size: 64, height: 2, flow });
    const scores: number[] = [];
    const found: unknown[] = [];
    for (let i = 0; i < 24; i++) {
      const frame = picture(i >= 8 && i < 14 ? 2 : 0);
      const answer = (await window.push(frame, i / 20))!;
      frame.dispose();
      expect(answer.crop!.shape).toEqual([64, 64, 1]);
      expect(answer.dynamicImage?.shape).toEqual(i === 0 ? undefined : [64, 64, 1]);
      expect(answer.flow === undefined).toBe(i < 4);
      scores.push(answer.score);
      if (answer.interval) found.push(answer.interval);
      done(answer);
    }
    expect(Math.max(...scores.slice(0, 8))).toBeLessThan(0.1);
    expect(scores[9]!).toBeGreaterThan(2);
    expect(found).toHaveLength(1);
    const { onset, offset } = found[0] as { onset: number; offset: number };
    expect(onset).toBeCloseTo(0.4, 5);
    expect(offset).toBeCloseTo(17 / 20, 5);
    window.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('drops the frame that waits where a newer one comes, and holds no more than its window', async () => {
    const before = tf.memory().numTensors;
    const window = createSlidingWindow(async () => points, { size: 64, most: 2, reach: 1, seconds: 1 });
    const frame = picture(0);
    const answers = await Promise.all([0, 0.1, 0.2, 0.3].map((time) => window.push(frame, time)));
    expect(answers.map((answer) => answer?.time)).toEqual([0, undefined, undefined, 0.3]);
    expect(window.dropped).toBe(2);
    answers.forEach(done);
    // two crops and their gray parts
    expect(tf.memory().numTensors).toBe(before + 1 + 4);
    await expect(window.push(frame, 0.3)).rejects.toThrow('later than that of the one before, 0.3');
    window.dispose();
    await expect(window.push(frame, 1)).rejects.toThrow('disposed');
    frame.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('holds landmarks over a gap, and begins anew after a long one', async () => {
    let there = true;
    const window = createSlidingWindow(async () => (there ? points : null), { size: 64, hold: 0.3 });
    const frame = picture(0);
    const at = async (time: number) => {
      const answer = (await window.push(frame, time))!;
      done(answer);
      return [answer.landmarks !== undefined, answer.held, answer.dynamicImage !== undefined];
    };
    expect(await at(0)).toEqual([true, false, false]);
    there = false;
    expect(await at(0.2)).toEqual([true, true, true]);
    expect(await at(0.4)).toEqual([false, false, false]);
    there = true;
    expect(await at(0.5)).toEqual([true, false, false]);
    window.dispose();
    frame.dispose();
  });
});

describe('liveIntervals()', () => {
  it('passes over what is too short or too long', () => {
    const run = (length: number) => {
      const intervals = liveIntervals({ height: 1, calm: 0.1, shortest: 0.1, longest: 1 });
      const found = Array.from({ length: 200 }, (_, i) => intervals.push(i / 50, i >= 10 && i < 10 + length ? 2 : 0));
      return found.flatMap((one) => (one ? [one.kind] : []));
    };
    expect([run(2), run(15), run(40), run(80)]).toEqual([[], ['micro'], ['macro'], []]);
  });
});

describe('smoothLandmarks()', () => {
  it('halves a tremor, and follows a face that moves', () => {
    const moved = (by: number): Landmarks => points.map(([x, y]) => [x + by, y]);
    expect(smoothLandmarks(moved(0.2), points)[0]![0] - points[0]![0]).toBeCloseTo(0.06, 5);
    expect(smoothLandmarks(moved(8), points)).toEqual(moved(8));
    expect(smoothLandmarks(points, undefined)).toBe(points);
  });
});
