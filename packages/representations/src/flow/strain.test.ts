import { readFileSync } from 'node:fs';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { syntheticClip, worstDifference } from '../../test/synthetic-clip.js';
import { biWoof } from './bi-woof.js';
import { flowToColor } from './flow-to-color.js';
import { hoof } from './hoof.js';
import { type OrientedHistogramOptions, orientedHistogram } from './oriented-histogram.js';
import { flowMagnitude, flowOrientation, opticalStrain } from './strain.js';

const golden = JSON.parse(readFileSync(new URL('../../test/golden/histograms.json', import.meta.url), 'utf8'));
const flow = tf.tensor3d(golden.flow.values, golden.flow.shape);
const [height, width] = flow.shape;
const u = (y: number, x: number) => golden.flow.values[2 * (y * width + x)];
const v = (y: number, x: number) => golden.flow.values[2 * (y * width + x) + 1];
const each = (value: (y: number, x: number) => number) =>
  Array.from({ length: height * width }, (_, i) => value(Math.floor(i / width), i % width));

describe('opticalStrain()', () => {
  it('equals numpy.gradient in float64', () => {
    expect(worstDifference(opticalStrain(flow).dataSync(), golden.strain)).toBeLessThan(1e-5);
  });

  it('equals the float64 formula with forward differences, the border repeated', () => {
    const expected = each((y, x) => {
      const [b, a] = [Math.min(y, height - 2), Math.min(x, width - 2)];
      const ux = u(b, a + 1) - u(b, a);
      const vy = v(b + 1, a) - v(b, a);
      const shear = u(b + 1, a) - u(b, a) + v(b, a + 1) - v(b, a);
      return Math.sqrt(ux ** 2 + vy ** 2 + 0.5 * shear ** 2);
    });
    expect(worstDifference(opticalStrain(flow, { differences: 'forward' }).dataSync(), expected)).toBeLessThan(1e-5);
  });

  it('does not see a shift, and sees a rotation as none', () => {
    expect(new Set(opticalStrain(tf.fill([6, 7, 2], 1.5)).dataSync())).toEqual(new Set([0]));
    const turn = tf.tensor3d(
      Array.from({ length: 36 }, (_, i) => [-0.1 * Math.floor(i / 6), 0.1 * (i % 6)]).flat(),
      [6, 6, 2],
    );
    expect(Math.max(...opticalStrain(turn).dataSync())).toBeLessThan(1e-6);
  });

  it('rejects what is no flow and leaks nothing', () => {
    const before = tf.memory().numTensors;
    for (const differences of ['central', 'forward'] as const) opticalStrain(flow, { differences }).dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(() => opticalStrain(tf.zeros([4, 4, 3]))).toThrow(/\[H, W, 2\].*\[4, 4, 3\]/);
    expect(() => opticalStrain(flow, { differences: 'sobel' as never })).toThrow(
      /one of central, forward: current value is "sobel"/,
    );
    expect(opticalStrain(tf.zeros([1, 1, 2])).dataSync()[0]).toBe(0);
  });
});

describe('flowMagnitude() and flowOrientation()', () => {
  it('equal hypot and atan2', () => {
    expect(
      worstDifference(
        flowMagnitude(flow).dataSync(),
        each((y, x) => Math.hypot(u(y, x), v(y, x))),
      ),
    ).toBeLessThan(1e-5);
    expect(
      worstDifference(
        flowOrientation(flow).dataSync(),
        each((y, x) => Math.atan2(v(y, x), u(y, x))),
      ),
    ).toBeLessThan(1e-5);
  });
});

describe('flowToColor()', () => {
  const four = tf.tensor3d([2, 0, 0, 2, -2, 0, 0, -2, 0, 0, 1, 0], [1, 6, 2]);
  const rounded = (image: tf.Tensor3D) => Array.from(image.dataSync(), (value) => Math.round(value * 1000) / 1000);

  it('draws directions as hues', () => {
    // right red, down (90 degrees) yellow-green, left cyan, up blue-violet, still black, half speed half value
    expect(rounded(flowToColor(four))).toEqual([1, 0, 0, 0.5, 1, 0, 0, 1, 1, 0.5, 0, 1, 0, 0, 0, 0.5, 0, 0]);
    expect(rounded(flowToColor(four, { max: 4 })).slice(0, 3)).toEqual([0.5, 0, 0]);
  });

  it('draws the Middlebury wheel: white is still', () => {
    const image = rounded(flowToColor(four, { style: 'middlebury' }));
    expect(image.slice(12, 15)).toEqual([1, 1, 1]);
    // to the right is the red end of the wheel, full strength
    expect(image[0]).toBe(1);
    expect(image[1]).toBeLessThan(0.2);
    expect(Math.min(...image)).toBeGreaterThanOrEqual(0);
    expect(flowToColor(four, { style: 'middlebury', max: 1 }).dataSync()[0]).toBeCloseTo(0.75, 5);
  });

  it('draws no motion as black or white, and leaks nothing', () => {
    const still = tf.zeros([3, 3, 2]) as tf.Tensor3D;
    const before = tf.memory().numTensors;
    const images = [flowToColor(still), flowToColor(still, { style: 'middlebury' })];
    expect(images.map((image) => new Set(image.dataSync()))).toEqual([new Set([0]), new Set([1])]);
    tf.dispose(images);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('orientedHistogram()', () => {
  it.each(golden.hoofs as { options: OrientedHistogramOptions; histogram: number[] }[])(
    'equals numpy.histogram, $options',
    ({ options, histogram }) => {
      const result = orientedHistogram(flow, options);
      expect(result.shape).toEqual([...options.blocks!, options.bins]);
      expect(worstDifference(result.dataSync(), histogram)).toBeLessThan(1e-5);
    },
  );
});

describe('hoof() and biWoof()', () => {
  const clip = syntheticClip({ size: 40, frames: 9, motion: [1.5, 0], at: [0.3, 0.5] });

  it('put the motion in its block and direction', () => {
    const histogram = hoof(clip, { blocks: [1, 2], normalize: 'none' });
    const values = histogram.dataSync() as Float32Array;
    expect(values.indexOf(Math.max(...values)) % 8).toBeOneOf([0, 7]); // to the right
    const [left, right] = [0, 8].map((from) => values.slice(from, from + 8).reduce((a, b) => a + b));
    expect(left).toBeGreaterThan(3 * right!);
  });

  it('weight blocks by strain: the moving one more than in HOOF', () => {
    const share = (values: Float32Array) => values.slice(0, 8).reduce((a, b) => a + b) / values.reduce((a, b) => a + b);
    const plain = share(hoof(clip, { blocks: [1, 2], normalize: 'all' }).dataSync() as Float32Array);
    expect(share(biWoof(clip, { blocks: [1, 2] }).dataSync() as Float32Array)).toBeGreaterThan(plain);
  });

  it('are zero without motion, need an apex and leak nothing', () => {
    const still = { ...clip, frames: tf.zeros([9, 40, 40, 3]) as tf.Tensor4D };
    const before = tf.memory().numTensors;
    for (const image of [hoof(still), biWoof(still)]) {
      expect(new Set(image.dataSync())).toEqual(new Set([0]));
      image.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
    expect(() => hoof({ ...clip, apex: null })).toThrow(/must have an apex/);
  });
});
