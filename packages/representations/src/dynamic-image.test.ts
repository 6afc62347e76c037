import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Clip } from './clip.js';
import { dynamicImage } from './dynamic-image.js';

const T = 12;
const shape: [number, number, number, number] = [T, 6, 5, 3];
const pixels = 6 * 5 * 3;
const frames = () => tf.randomUniform(shape, 0, 1, 'float32', 7) as tf.Tensor4D;

/** The definition in float64, sum form, over the frames first..last. */
function formula(values: ArrayLike<number>, first: number, last: number, variant: 'bilen' | 'nonzero' | 'linear') {
  const count = last - first + 1;
  const image = new Float64Array(pixels);
  for (let t = 1; t <= count; t++) {
    let alpha = 0;
    if (variant === 'linear') alpha = 2 * t - count - 1;
    else for (let i = t; i <= count; i++) alpha += (2 * i - count - (variant === 'bilen' ? 1 : 0)) / i;
    for (let p = 0; p < pixels; p++) image[p]! += alpha * values[(first + t - 1) * pixels + p]!;
  }
  return image;
}

const worst = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, index) => Math.abs(value - b[index]!)));
};

describe('dynamicImage()', () => {
  it.each(['bilen', 'nonzero', 'linear'] as const)('equals the float64 formula (%s)', (variant) => {
    const input = frames();
    const image = dynamicImage(input, { variant, scaling: 'none' });
    expect(image.shape).toEqual([6, 5, 3]);
    expect(worst(image.dataSync(), formula(input.dataSync(), 0, T - 1, variant))).toBeLessThan(1e-5);
  });

  it('uses onset to offset of a clip, inclusive, and the phase that span names', () => {
    const clip: Clip = { frames: frames(), onset: 2, apex: 6, offset: 9 };
    const values = clip.frames.dataSync();
    const of = (span?: 'onset-apex' | 'apex-offset' | 'all') =>
      dynamicImage(clip, { span, scaling: 'none' }).dataSync();
    expect(worst(of(), formula(values, 2, 9, 'bilen'))).toBeLessThan(1e-5);
    expect(worst(of('onset-apex'), formula(values, 2, 6, 'bilen'))).toBeLessThan(1e-5);
    expect(worst(of('apex-offset'), formula(values, 6, 9, 'bilen'))).toBeLessThan(1e-5);
    expect(worst(of('all'), formula(values, 0, 11, 'bilen'))).toBeLessThan(1e-5);
  });

  it('makes one channel with gray, the gray of the colored one', () => {
    const input = frames();
    const color = dynamicImage(input, { scaling: 'none' }).dataSync();
    const gray = dynamicImage(input, { scaling: 'none', gray: true });
    expect(gray.shape).toEqual([6, 5, 1]);
    const expected = Array.from(
      { length: 30 },
      (_, p) => 0.299 * color[3 * p]! + 0.587 * color[3 * p + 1]! + 0.114 * color[3 * p + 2]!,
    );
    expect(worst(gray.dataSync(), expected)).toBeLessThan(1e-5);
  });

  it('gives the constant "no motion" for a static clip, exactly', () => {
    const still = tf.tile(tf.randomUniform([1, 6, 5, 3], 0, 1, 'float32', 3), [67, 1, 1, 1]) as tf.Tensor4D;
    for (const variant of ['bilen', 'linear'] as const) {
      expect(new Set(dynamicImage(still, { variant, scaling: 'none' }).dataSync())).toEqual(new Set([0]));
      expect(new Set(dynamicImage(still, { variant }).dataSync())).toEqual(new Set([0.5]));
      expect(new Set(dynamicImage(still, { variant, scaling: 'min-max' }).dataSync())).toEqual(new Set([0.5]));
    }
    const kept = dynamicImage(still, { variant: 'nonzero', scaling: 'none' }).dataSync();
    expect(
      worst(
        kept,
        Array.from(still.dataSync().slice(0, pixels), (value) => 67 * value),
      ),
    ).toBeLessThan(1e-4);
  });

  it('ignores what all frames have in common', () => {
    const input = frames();
    const lifted = tf.add(input, tf.randomUniform([1, 6, 5, 3], 0, 1, 'float32', 5)) as tf.Tensor4D;
    const above = dynamicImage(lifted, { scaling: 'none', check: false }); // up to 2
    expect(worst(dynamicImage(input, { scaling: 'none' }).dataSync(), above.dataSync())).toBeLessThan(2e-5);
  });

  it('fills 0..1 with min-max and reaches 0 or 1 with symmetric scaling', () => {
    const stretched = dynamicImage(frames(), { scaling: 'min-max' }).dataSync();
    expect([Math.min(...stretched), Math.max(...stretched)]).toEqual([0, 1]);
    const symmetric = dynamicImage(frames(), { percentile: 100 }).dataSync();
    expect(Math.max(...Array.from(symmetric, (value) => Math.abs(value - 0.5)))).toBe(0.5);
  });

  it('passes a NaN pixel on when nothing is checked or scaled', () => {
    const input = tf.tensor4d([0, 0, Number.NaN, 1], [2, 1, 2, 1]);
    expect([...dynamicImage(input, { scaling: 'none', check: false }).dataSync()]).toEqual([Number.NaN, 0.5]);
  });

  it('rejects one frame, unknown options and values outside their range', () => {
    expect(() => dynamicImage(tf.zeros([1, 4, 4, 1]))).toThrow(/at least 2 frames: current value is 0\.\.0 of 1/);
    expect(() => dynamicImage(frames(), { varant: 'linear' } as never)).toThrow(
      /"varant" is not an option, did you mean "variant"\?: the options are variant, span, gray, blur, scaling, percentile/,
    );
    expect(() => dynamicImage(frames(), { percentile: 0 })).toThrow(
      /percentile must be a number above 0 and at most 100: current value is 0/,
    );
    expect(() => dynamicImage(frames(), { scaling: 'max' as never })).toThrow(
      /one of none, min-max, symmetric: current value is "max"/,
    );
  });

  it('leaks no tensor and leaves its input alone', () => {
    const clip: Clip = { frames: frames(), onset: 1, apex: null, offset: 8 };
    const before = tf.memory();
    for (let i = 0; i < 5; i++) dynamicImage(clip).dispose();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numBytes).toBe(before.numBytes);
    expect(clip.frames.isDisposed).toBe(false);
  });
});
