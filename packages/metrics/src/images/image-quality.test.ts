import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { psnr } from './psnr.js';
import { type ShapedImagePair, ssim } from './ssim.js';

type Case = Required<ShapedImagePair> & { kind: string; psnr: number; ssim: number };
const path = new URL('../../test/golden/image-quality.json', import.meta.url);
const { cases }: { cases: Case[] } = JSON.parse(readFileSync(path, 'utf8'));

describe('psnr() and ssim() agree with scikit-image', () => {
  it.each(cases)(
    '$kind, $width x $height x $channels, range $range',
    ({ psnr: decibels, ssim: similarity, ...pair }) => {
      expect(psnr(pair)).toBeCloseTo(decibels, 9);
      expect(ssim(pair)).toBeCloseTo(similarity, 9);
    },
  );

  it('of equal images, and with no range of their own', () => {
    const { width, height, channels, expected } = cases[0]!;
    const equal = { actual: expected, expected, width, height, channels };
    expect(psnr(equal)).toBe(Number.POSITIVE_INFINITY);
    expect(ssim(equal)).toBe(1);
  });

  it('refuse what is no pair of images', () => {
    const pair = { actual: [0, 1], expected: [0, 1], width: 2, height: 1 };
    expect(() => psnr({ ...pair, expected: [0] })).toThrow(/PSNR as both images must have .* 2 and 1/);
    expect(() => psnr({ actual: [], expected: [] })).toThrow(RangeError);
    expect(() => psnr({ ...pair, range: 0 })).toThrow(/range must be a positive number: current value is 0/);
    expect(() => ssim(pair)).toThrow(/both sides must be 11 pixels at least: 2 x 1/);
    expect(() => ssim({ ...pair, height: 3 })).toThrow(/2 x 3 x 1 is not 2/);
  });
});
