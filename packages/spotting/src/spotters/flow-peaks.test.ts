import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { checkOptions } from '@mer/options';
import { frameReader } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { around, type Motion, points, pulse, recordingOf } from '../../test/moving-face.js';
import { spot } from '../define-spotter.js';
import { tuneSpotter } from '../tune-spotter.js';
import { flowPeaks, peakIntervals } from './flow-peaks.js';
import { softnetRegions } from './softnet-regions.js';

beforeAll(() => tf.setBackend('wasm'));
afterAll(() => tf.setBackend('cpu'));

const landmarks = [{ frame: 0, points }];
const brow: Motion = (t, x, y) => [0, -4 * pulse(t, 30, 42) * around(x, y, [51, 46], 26)];
const quick = { flow: 'farneback', macro: 0.4 } as const;

describe('flowPeaks', () => {
  it('finds a brow that is raised, around its apex', async () => {
    const seen: number[] = [];
    const found = await spot(recordingOf(70, brow), flowPeaks, quick, { onProgress: (done) => seen.push(done) });
    const micro = found.filter(({ kind }) => kind === 'micro');
    expect(micro.length).toBeGreaterThan(0);
    const best = micro.reduce((a, b) => (b.score > a.score ? b : a));
    expect(Math.abs(best.apex - 36)).toBeLessThanOrEqual(4);
    expect(best.offset - best.onset).toBe(12);
    expect(seen).toEqual(Array.from({ length: 70 }, (_, i) => i + 1));
  });

  it('looks at every fourth frame of a recording at 120 a second, and answers in its frames', async () => {
    const slow: Motion = (t, x, y) => brow(t / 4, x, y);
    const found = await spot(recordingOf(200, slow, 120), flowPeaks, quick);
    const best = found.filter(({ kind }) => kind === 'micro').reduce((a, b) => (b.score > a.score ? b : a));
    expect(Math.abs(best.apex - 144)).toBeLessThanOrEqual(20);
    expect(best.apex % 4).toBe(0);
  });

  it('leaves nothing behind, and ends when it is told to', async () => {
    const recording = recordingOf(30, brow);
    const before = tf.memory().numTensors;
    const stop = new AbortController();
    const stopped = spot(recording, flowPeaks, quick, {
      signal: stop.signal,
      onProgress: (done) => done === 20 && stop.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
    await spot(recording, flowPeaks, quick);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('needs landmarks, frames that can be read, and a frame rate', async () => {
    const frames = frameReader(tf.zeros([4, 32, 32, 1]));
    await expect(spot({ frames, fps: 30 }, flowPeaks)).rejects.toThrow(/must have landmarks of the face/);
    await expect(spot({ frames, fps: 0, landmarks }, flowPeaks)).rejects.toThrow(/fps must be a number above 0/);
    await expect(spot({ frames: tf.zeros([4, 32, 32, 1]) as never, fps: 30 }, flowPeaks)).rejects.toThrow(
      /frameReader\(\)/,
    );
    await expect(spot({ frames, fps: 30, landmarks }, flowPeaks, { threshold: 2 })).rejects.toThrow(
      /threshold must be/,
    );
  });
});

describe('peakIntervals()', () => {
  it('has the intervals of SOFTNet: averaged, thresholded, k frames on both sides', () => {
    // s'(i) = mean of s(i-2) .. s(i+1) is greatest for i = 6 and 7, of which the left one counts; the threshold lies between
    const scores = [0, 0, 0, 0, 4, 8, 8, 4, 0, 0, 0, 0, 0, 0, 0];
    const [found, ...more] = peakIntervals(scores, { reach: 2, threshold: 0.55, frames: 17 });
    expect(found).toEqual({ onset: 4, apex: 6, offset: 8, score: 6 });
    expect(more).toEqual([]);
    expect(peakIntervals([1, 2], { reach: 2, threshold: 0.5, frames: 4 })).toEqual([]);
  });
});

describe('softnetRegions()', () => {
  const regions = softnetRegions(points.map(([x, y]) => [x * 0.8, y * 0.8]));

  it('lie around brows and mouth, and leave out the eyes', () => {
    expect(regions.upper.bottom).toBeLessThan(regions.lower.top);
    expect(regions.nose.right - regions.nose.left).toBe(11);
    const marked = regions.eyes.reduce((sum, eye) => sum + eye, 0);
    expect(marked).toBeGreaterThan(300);
    expect(regions.eyes[Math.round(0.8 * 62) * 128 + Math.round(0.8 * 52)]).toBe(1);
  });

  it('do not see the motion of the whole head, nor of the eyes', () => {
    const flow = new Float32Array(128 * 128 * 2).fill(2.5);
    expect(regions.motion(flow)).toBe(0);
    const { left, right, top, bottom } = regions.nose;
    const onNose = (i: number) => i % 128 >= left && i % 128 < right && i >= top * 128 && i < bottom * 128;
    for (const [i, eye] of regions.eyes.entries()) if (eye && !onNose(i)) flow[2 * i] = 40;
    expect(regions.motion(flow)).toBe(0);
    flow[2 * (regions.lower.top * 128 + regions.lower.left)] = 5;
    expect(regions.motion(flow)).toBeGreaterThan(0);
  });
});

describe('tuneSpotter()', () => {
  const course = (values: number[]) => ({ reach: 2, values: Float32Array.from(values) });
  const measured = {
    rate: 30,
    stride: 1,
    frames: 17,
    courses: { micro: course([0, 0, 0, 0, 9, 9, 0, 0, 0, 6, 6, 0, 0, 0, 0]), macro: course(new Array(15).fill(0)) },
  };
  const truth = [{ onset: 3, offset: 7, kind: 'micro' as const }];

  it('takes the best, the first of equal ones, by the kind that is asked for', () => {
    const candidates = [0, 0.6, 0.7].map((threshold) => ({ threshold }));
    const { options, scores } = tuneSpotter(flowPeaks, [{ measured, truth }], candidates, 'micro');
    expect(options).toEqual(checkOptions('test', flowPeaks.options, { threshold: 0.6 }));
    expect(scores.micro?.f1).toBe(1);
  });

  it('refuses no candidates, and such as need a new measurement', () => {
    expect(() => tuneSpotter(flowPeaks, [], [])).toThrow(/there must be candidates/);
    expect(() => tuneSpotter(flowPeaks, [], [{ rate: 15 }])).toThrow(/'rate' needs a new measurement/);
  });
});
