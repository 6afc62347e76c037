import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bootstrapConfidenceInterval } from './bootstrap-confidence-interval.js';
import { normalCdf, normalQuantile, studentCdf, studentQuantile } from './distributions.js';
import { holmCorrection } from './holm-correction.js';
import { uf1 } from './uf1.js';

interface Golden {
  normal: [z: number, p: number][];
  normalQuantiles: [p: number, z: number][];
  student: [t: number, freedom: number, p: number][];
  studentQuantiles: [p: number, freedom: number, t: number][];
  holm: [pValues: number[], corrected: number[]][];
  cases: {
    classes: number;
    level: number;
    resamples: number;
    seed: number;
    tables: number[][];
    percentile: [number, number];
    bca: [number, number];
    'bca-expanded': [number, number];
  }[];
}

const golden: Golden = JSON.parse(readFileSync(new URL('../test/golden/bootstrap.json', import.meta.url), 'utf8'));

const near = (found: number, expected: number, relative = 1e-11, absolute = 1e-15) =>
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(relative * Math.abs(expected) + absolute);

describe('the distributions behind intervals', () => {
  it('are those of SciPy', () => {
    for (const [z, p] of golden.normal) near(normalCdf(z), p, 1e-8, 0);
    for (const [p, z] of golden.normalQuantiles) near(normalQuantile(p), z, 1e-10);
    for (const [t, freedom, p] of golden.student) near(studentCdf(t, freedom), p, 1e-9);
    for (const [p, freedom, t] of golden.studentQuantiles) near(studentQuantile(p, freedom), t, 1e-9);
  });
});

describe('bootstrapConfidenceInterval()', () => {
  it.each(['percentile', 'bca', 'bca-expanded'] as const)('gives the ends of scipy.stats.bootstrap: %s', (method) => {
    for (const { classes, tables, [method]: ends, ...options } of golden.cases) {
      const scoreOf = (drawn: readonly number[]) => {
        const sum = tables[0]!.map((_, cell) => drawn.reduce((all, unit) => all + tables[unit]![cell]!, 0));
        return uf1({ confusion: Array.from({ length: classes }, (_, c) => sum.slice(c * classes, (c + 1) * classes)) });
      };
      const { lower, upper, ...found } = bootstrapConfidenceInterval(tables, scoreOf, { ...options, method });
      expect(found.method).toBe(method);
      near(lower, ends[0]);
      near(upper, ends[1]);
    }
  });

  it('has an answer where all resamples are alike, and where all are on one side', () => {
    const same = bootstrapConfidenceInterval(4, () => 0.5, { resamples: 50 });
    expect([same.lower, same.upper]).toEqual([0.5, 0.5]);
    // a score that only the whole reaches
    const whole = bootstrapConfidenceInterval(6, (drawn) => new Set(drawn).size, { resamples: 50 });
    expect(whole.lower).toBeGreaterThanOrEqual(2);
    expect(whole.upper).toBeLessThanOrEqual(6);
    expect(whole.lower).toBeLessThanOrEqual(whole.upper);
  });

  it('refuses a method that it does not know', () => {
    expect(() => bootstrapConfidenceInterval(3, () => 1, { method: 'basic' as never })).toThrow(
      'Cannot bootstrap a score as method must be one of bca-expanded, bca, percentile: current value is basic',
    );
  });
});

describe('holmCorrection()', () => {
  it('gives what statsmodels gives, and no less where more comparisons are meant', () => {
    for (const [pValues, corrected] of golden.holm) {
      const found = holmCorrection(pValues);
      for (const [i, p] of corrected.entries()) near(found[i]!, p, 1e-12);
      const more = holmCorrection(pValues, { comparisons: pValues.length + 3 });
      for (const [i, p] of more.entries()) expect(p).toBeGreaterThanOrEqual(found[i]!);
    }
  });

  it('refuses what is no p-value, and too few comparisons', () => {
    expect(() => holmCorrection([0.1, 1.2])).toThrow('each must be from 0 to 1: current value is 1.2');
    expect(() => holmCorrection([0.1, 0.2], { comparisons: 1 })).toThrow('a whole number from 2: current value is 1');
  });
});
