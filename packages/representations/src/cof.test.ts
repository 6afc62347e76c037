import { frameAt } from './frames.js';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { syntheticClip, worstDifference } from '../test/synthetic-clip.js';
import { cof } from './cof.js';
import { farnebackFlow } from './flow/farneback.js';
import { flowToColor } from './flow/flow-to-color.js';
import { mmCof, otsuThreshold } from './mm-cof.js';

const clip = syntheticClip({ size: 48, frames: 11, onset: 0, apex: 4, offset: 9, channels: 1 });
const flow = 'farneback';
const rise = farnebackFlow(frameAt(clip.frames, 0), frameAt(clip.frames, 4)).dataSync();
const fall = farnebackFlow(frameAt(clip.frames, 4), frameAt(clip.frames, 9)).dataSync();
const pixels = 48 * 48;

/** The definition in float64. */
function formula({ theta = 0.5, a = 0, b = 0, tau = 'mean' as 'mean' | number } = {}) {
  const stretched = (field: ArrayLike<number>) => {
    const m = Array.from({ length: pixels }, (_, p) => Math.hypot(field[2 * p]!, field[2 * p + 1]!));
    const sorted = [...m].sort((x, y) => x - y);
    const at = (pixels - 1) * 0.995;
    const i = Math.floor(at);
    const high = sorted[i]! + (at - i) * (sorted[i + 1]! - sorted[i]!);
    return m.map((value) => (Math.min(value, high) - sorted[0]!) / (high - sorted[0]!));
  };
  const [m1, m2] = [stretched(rise), stretched(fall)];
  const m = m1.map((value, p) => theta * value + (1 - theta) * m2[p]!);
  const mean = m.reduce((x, y) => x + y) / pixels;
  const deviation = Math.sqrt(m.reduce((x, y) => x + (y - mean) ** 2, 0) / pixels);
  const limit = tau === 'mean' ? mean + 0.5 * deviation : tau;
  return m.map((value, p) => {
    const modulated = Math.min(1, value >= limit ? value * (1 + a) : value * (1 - b));
    const phi = Math.atan2(rise[2 * p + 1]! - fall[2 * p + 1]!, rise[2 * p]! - fall[2 * p]!);
    return [modulated * Math.cos(phi), modulated * Math.sin(phi), modulated];
  });
}

describe('cof()', () => {
  it('equals the float64 formula', () => {
    const image = cof(clip, { flow, output: 'vector', range: 'signed', theta: 0.3 });
    expect(worstDifference(image.dataSync(), formula({ theta: 0.3 }).flat())).toBeLessThan(1e-5);
    const unit = cof(clip, { flow, output: 'vector' }).dataSync();
    const expected = formula().flatMap(([x, y, m]) => [0.5 + 0.5 * x!, 0.5 + 0.5 * y!, m!]);
    expect(worstDifference(unit, expected)).toBeLessThan(1e-5);
  });

  it('draws hue and value as colors by default', () => {
    const vector = tf.tensor3d(
      formula().flatMap(([x, y]) => [x!, y!]),
      [48, 48, 2],
    );
    const drawn = flowToColor(vector, { max: 1 }).dataSync();
    expect(worstDifference(cof(clip, { flow }).dataSync(), drawn)).toBeLessThan(1e-3);
  });

  it('points where the face moves in the rise, in rise and fall alike', () => {
    const image = cof(clip, { flow, output: 'vector', range: 'signed' }).arraySync();
    const [x, y, m] = image[Math.round(0.6 * 48)]![Math.round(0.35 * 48)]!;
    expect(m).toBeGreaterThan(0.9);
    expect(Math.atan2(y!, x!)).toBeCloseTo(Math.atan2(0.6, 1.2), 0);
    expect(image[3]![44]![2]).toBeLessThan(0.05);
  });

  it('takes a phase of one frame as no motion', () => {
    const image = cof({ ...clip, apex: 0 }, { flow, output: 'vector', range: 'signed', theta: 0.25 });
    expect(tf.max(image).dataSync()[0]).toBeLessThanOrEqual(0.75 + 1e-6);
    expect(() => cof({ ...clip, apex: null })).toThrow(/must have an apex/);
  });

  it('is black without motion and leaks nothing', () => {
    const still = { ...clip, frames: tf.zeros([11, 48, 48, 1]) as tf.Tensor4D };
    const before = tf.memory().numTensors;
    const image = cof(still, { stableRegion: [0.4, 0.4, 0.6, 0.6] });
    expect(new Set(image.dataSync())).toEqual(new Set([0]));
    image.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('mmCof()', () => {
  it.each([
    [{}, { a: 0.5, b: 0.5 }],
    [
      { gain: 0.2, loss: 0.9, theta: 0.6, threshold: 0.3 },
      { a: 0.2, b: 0.9, theta: 0.6, tau: 0.3 },
    ],
  ])('equals the float64 formula %o', (options, parameters) => {
    const image = mmCof(clip, { flow, range: 'signed', ...options });
    const expected = formula(parameters).flat();
    // a pixel right at the threshold may fall to either side
    const different = Array.from(image.dataSync()).filter((value, i) => Math.abs(value - expected[i]!) > 1e-5);
    expect(different.length).toBeLessThanOrEqual(3);
  });

  it('raises strong and lowers weak motion', () => {
    const plain = cof(clip, { flow, output: 'vector' }).arraySync();
    for (const threshold of ['mean-std', 'otsu'] as const) {
      const image = mmCof(clip, { flow, threshold }).arraySync();
      expect(image[29]![17]![2]).toBe(1);
      expect(image[3]![44]![2]).toBeCloseTo(0.5 * plain[3]![44]![2]!, 5);
    }
  });

  it('leaks nothing and rejects wrong thresholds', () => {
    const before = tf.memory().numTensors;
    mmCof(clip, { flow, threshold: 'otsu' }).dispose();
    mmCof(clip, { flow, output: 'hsv' }).dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(() => mmCof(clip, { threshold: 2 })).toThrow(/threshold must be a number from 0 to 1: current value is 2/);
    expect(() => cof(clip, { gain: 1 } as never)).toThrow(/"gain" is not an option/);
  });
});

it('otsuThreshold() parts two groups', () => {
  const values = tf.tensor1d([...new Array(50).fill(0.1), ...new Array(20).fill(0.8)]);
  const threshold = otsuThreshold(values).dataSync()[0]!;
  expect(threshold).toBeGreaterThan(0.1);
  expect(threshold).toBeLessThanOrEqual(0.8);
});
