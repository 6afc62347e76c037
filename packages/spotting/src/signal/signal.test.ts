import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findPeaks } from './find-peaks.js';
import { lowPass } from './low-pass.js';
import { movingMean } from './moving-mean.js';
import { movingMedian } from './moving-median.js';
import { peakThreshold } from './peak-threshold.js';

interface Row {
  values: number[];
  height: number | null;
  distance: number;
  peaks: number[];
  k: number;
  valid: number[];
  same: number[];
  lowPass: number[];
}

// made by tools/spotting-signals-golden.py
const rows: Row[] = JSON.parse(readFileSync(new URL('../../test/golden/signals.json', import.meta.url), 'utf8'));

const close = (given: ArrayLike<number>, expected: readonly number[]) => {
  expect(given.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(given[i]).toBeCloseTo(value, 9);
};

describe('findPeaks()', () => {
  it("finds SciPy's peaks", () => {
    for (const { values, height, distance, peaks } of rows) {
      expect(findPeaks(values, height === null ? { distance } : { height, distance })).toEqual(peaks);
    }
  });

  it('has no peak at the ends, and needs a distance of 1 at least', () => {
    expect(findPeaks([3, 1, 1, 3])).toEqual([]);
    expect(findPeaks([])).toEqual([]);
    expect(findPeaks([0, 1, 1])).toEqual([]);
    expect(() => findPeaks([0, 1, 0], { distance: 0 })).toThrow(/distance must be at least 1/);
  });
});

describe('movingMean()', () => {
  it("averages as NumPy's convolution", () => {
    for (const { values, k, valid, same } of rows) {
      if (values.length < 2 * k) continue;
      close(movingMean(values, { before: k, after: k - 1, edges: 'valid' }), valid);
      close(movingMean(values, { before: k, after: k - 1, edges: 'zeros' }), same);
    }
  });

  it('averages what is there with cut edges, and gives nothing where no window fits', () => {
    close(movingMean([1, 2, 6], { before: 1, after: 1, edges: 'cut' }), [1.5, 3, 4]);
    close(movingMean([1, 2, 6], { before: 2, after: 1, edges: 'valid' }), []);
    expect(() => movingMean([1], { before: -1, after: 0, edges: 'cut' })).toThrow(/before must be a whole number/);
  });
});

describe('lowPass()', () => {
  it('takes out the bins of a Fourier transform above the cutoff', () => {
    for (const { values, lowPass: expected } of rows) close(lowPass(values, { rate: 30, cutoff: 5 }), expected);
  });

  it('refuses no rate', () => {
    expect(() => lowPass([1, 2], { rate: 0, cutoff: 5 })).toThrow(/rate must be above 0/);
  });
});

describe('movingMedian()', () => {
  it('is the middle of each window, of two the mean', () => {
    for (const { values, k } of rows) {
      const expected = values.map((_, i) => {
        const window = values.slice(Math.max(0, i - k), i + k + 1).sort((a, b) => a - b);
        const middle = window.length / 2;
        return (window[Math.ceil(middle) - 1]! + window[Math.floor(middle)]!) / 2;
      });
      close(movingMedian(values, k), expected);
    }
    expect(() => movingMedian([1], 0.5)).toThrow(/reach must be a whole number/);
  });
});

describe('peakThreshold()', () => {
  it('lies between mean and maximum', () => {
    expect(peakThreshold([1, 2, 3, 10], 0)).toBe(4);
    expect(peakThreshold([1, 2, 3, 10], 1)).toBe(10);
    expect(peakThreshold([1, 2, 3, 10], 0.55)).toBeCloseTo(7.3, 12);
    expect(peakThreshold([], 0.5)).toBeNaN();
  });
});
