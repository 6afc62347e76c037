import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mcNemarTest, twoSidedSignTest } from './mc-nemar-test.js';
import { scores } from './scores.js';
import { subjectPermutationTest } from './subject-permutation-test.js';
import { uf1 } from './uf1.js';

function golden<Case>(name: string): Case[] {
  return JSON.parse(readFileSync(new URL(`../test/golden/${name}.json`, import.meta.url), 'utf8')).cases;
}
const digits = (text: string) => Array.from(text, Number);
/** Equal to 1e-12; null stands for NaN. */
function close(actual: number, expected: number | null, what: string) {
  if (expected === null) expect(actual, what).toBeNaN();
  else expect(actual, what).toBeCloseTo(expected, 12);
}

type Macros = [uf1: number, uar: number, macroPrecision: number];
interface ScoreCase {
  kind: string;
  classes: number;
  truth: string;
  predicted: string;
  confusion: number[][];
  accuracy: number;
  weightedF1: number;
  balancedAccuracy: number;
  cohensKappa: number | null;
  matthewsCorrelation: number;
  precision: number[];
  recall: number[];
  f1: number[];
  absent0: Macros;
  absent1: Macros;
  absentSkip: Macros;
}

describe('scores() agrees with scikit-learn', () => {
  const cases = golden<ScoreCase>('scores');

  it('has at least 200 cases of 2 to 8 classes', () => {
    expect(cases.length).toBeGreaterThanOrEqual(200);
    expect(new Set(cases.map(({ classes }) => classes))).toEqual(new Set([2, 3, 4, 5, 6, 7, 8]));
  });

  it.each([...new Set(cases.map(({ kind }) => kind))])('%s', (kind) => {
    for (const expected of cases.filter((each) => each.kind === kind)) {
      const { classes } = expected;
      const outcome = { truth: digits(expected.truth), predicted: digits(expected.predicted), classes };
      const actual = scores(outcome);
      expect(actual.n).toBe(expected.truth.length);
      expect(actual.confusion).toEqual(expected.confusion);
      for (const name of [
        'accuracy',
        'weightedF1',
        'balancedAccuracy',
        'cohensKappa',
        'matthewsCorrelation',
      ] as const) {
        close(actual[name], expected[name], name);
      }
      actual.perClass.forEach((each, index) => {
        for (const name of ['precision', 'recall', 'f1'] as const) close(each[name], expected[name][index]!, name);
      });
      for (const [absent, macros] of [
        [0, expected.absent0],
        [1, expected.absent1],
        ['skip', expected.absentSkip],
      ] as const) {
        const found = scores(outcome, { absent });
        close(found.uf1, macros[0], `uf1, absent ${absent}`);
        close(found.uar, macros[1], `uar, absent ${absent}`);
        close(found.macroPrecision, macros[2], `macroPrecision, absent ${absent}`);
      }
    }
  });
});

describe('mcNemarTest()', () => {
  it('agrees with scipy.stats.binomtest', () => {
    for (const [b, c, pValue] of golden<[number, number, number]>('mcnemar')) {
      const found = twoSidedSignTest(b, c);
      if (pValue > 1e-300) expect(Math.abs(found / pValue - 1), `${b}, ${c}`).toBeLessThan(1e-9);
      else expect(found).toBeLessThan(1e-290);
      expect(twoSidedSignTest(c, b)).toBe(found);
    }
  });

  it('counts only samples that one model alone has right', () => {
    const found = mcNemarTest({ truth: [0, 0, 1, 1, 2], first: [0, 0, 1, 0, 0], second: [0, 1, 2, 1, 1], classes: 3 });
    expect(found).toEqual({ onlyFirst: 2, onlySecond: 1, pValue: 1 });
    expect(mcNemarTest({ truth: [0], first: [0], second: [0], classes: 2 }).pValue).toBe(1);
  });

  it('rejects lists of different length and none', () => {
    expect(() => mcNemarTest({ truth: [0], first: [0], second: [], classes: 2 })).toThrow(
      /as long as truth \(1\).*1 and 0/,
    );
    expect(() => mcNemarTest({ truth: [], first: [], second: [], classes: 2 })).toThrow(/at least one sample/);
  });
});

interface PermutationCase {
  classes: number;
  subject: string;
  truth: string;
  first: string;
  second: string;
  difference: number;
  pValue: number;
}

describe('subjectPermutationTest()', () => {
  const cases = golden<PermutationCase>('permutation').map(
    ({ classes, subject, truth, first, second, ...expected }) => ({
      predictions: {
        truth: digits(truth),
        first: digits(first),
        second: digits(second),
        classes,
        samples: Array.from(subject, (name) => ({ subject: name })),
      },
      expected,
    }),
  );

  it('gives the p-value of brute force over all swaps (made with scikit-learn)', () => {
    for (const { predictions, expected } of cases) {
      const found = subjectPermutationTest(predictions, uf1);
      expect(found.exact).toBe(true);
      expect(found.permutations).toBe(2 ** found.differing);
      close(found.difference, expected.difference, 'difference');
      close(found.pValue, expected.pValue, 'pValue');
    }
  });

  it('comes close to it when it draws swaps instead, the same for the same seed', () => {
    for (const { predictions, expected } of cases) {
      const options = { permutations: 2 ** 7 - 1, seed: 7 };
      const found = subjectPermutationTest(predictions, uf1, options);
      if (found.exact) continue;
      expect(found.permutations).toBe(127);
      expect(Math.abs(found.pValue - expected.pValue)).toBeLessThan(5 * Math.sqrt(0.25 / 127));
      expect(subjectPermutationTest(predictions, uf1, options)).toEqual(found);
    }
  });
});
