import { describe, expect, it } from 'vitest';
import { rankWeights } from './rank-weights.js';

/** The sum form of the definition. */
const bySums = (count: number, minus: number) =>
  Array.from({ length: count }, (_, index) => {
    let sum = 0;
    for (let i = index + 1; i <= count; i++) sum += (2 * i - count - minus) / i;
    return sum;
  });

describe('rankWeights()', () => {
  it('equals the sum form for 2..200 frames', () => {
    for (let count = 2; count <= 200; count++) {
      for (const [variant, minus] of [
        ['bilen', 1],
        ['nonzero', 0],
      ] as const) {
        const sums = bySums(count, minus);
        rankWeights(count, { variant }).forEach((weight, t) => {
          expect(Math.abs(weight - sums[t]!)).toBeLessThan(1e-10);
        });
      }
    }
  });

  it('sums to zero (bilen, linear) or to T (nonzero)', () => {
    const sum = (weights: Float64Array) => weights.reduce((total, weight) => total + weight, 0);
    for (const count of [2, 3, 10, 67, 141]) {
      expect(sum(rankWeights(count))).toBeCloseTo(0, 9);
      expect(sum(rankWeights(count, { variant: 'linear' }))).toBe(0);
      expect(sum(rankWeights(count, { variant: 'nonzero' }))).toBeCloseTo(count, 9);
    }
  });

  it.each([
    [3, -1.333, 0.667, 2],
    [5, -3.7, 0.8, 3],
    [10, -12.22, 0.9, 6],
    [20, -35.55, 0.95, 11],
    [60, -165.47, 0.98, 31],
  ])('has the known values for T = %i', (count, first, last, peak) => {
    const weights = rankWeights(count);
    expect(weights[0]).toBeCloseTo(first, 2);
    expect(weights[count - 1]).toBeCloseTo(last, 2);
    expect(weights[peak - 1]).toBeCloseTo(Math.max(...weights), 12);
  });

  it('has the coefficients of the ports without "-1" for T = 10', () => {
    const weights = rankWeights(10, { variant: 'nonzero' });
    expect([...weights].map((weight) => Number(weight.toFixed(2))).slice(0, 3)).toEqual([-9.29, -1.29, 1.71]);
    expect(weights[9]).toBeCloseTo(1, 12);
  });

  it('gives one frame the weight 1', () => {
    for (const variant of ['bilen', 'nonzero', 'linear'] as const) {
      expect([...rankWeights(1, { variant })]).toEqual([1]);
    }
  });

  it('rejects a count that is no positive integer and an unknown variant', () => {
    for (const count of [0, -1, 1.5]) expect(() => rankWeights(count)).toThrow(RangeError);
    expect(() => rankWeights(Number.NaN)).toThrow(TypeError);
    expect(() => rankWeights(3, { variant: 'svm' as never })).toThrow(
      /one of bilen, nonzero, linear: current value is "svm"/,
    );
  });
});
