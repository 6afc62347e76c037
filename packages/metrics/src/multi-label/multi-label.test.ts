import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootstrapConfidenceInterval } from '../bootstrap-confidence-interval.js';
import { stratifiedGroupKFold } from '../protocols/stratified-group-k-fold.js';
import { hammingLoss } from './hamming-loss.js';
import { labelTally } from './label-tally.js';
import { macroScores } from './macro-scores.js';
import { microScores } from './micro-scores.js';
import { multiLabelScores } from './multi-label-scores.js';
import { perLabel } from './per-label.js';
import { samplesF1 } from './samples-f1.js';
import { subsetAccuracy } from './subset-accuracy.js';

type Averages = [f1: number | null, recall: number | null, precision: number | null];
type Absent = 'absent0' | 'absent1' | 'absentSkip';
interface Case {
  kind: string;
  labels: number;
  truth: string[];
  predicted: string[];
  precision: number[];
  recall: number[];
  f1: number[];
  support: number[];
  subsetAccuracy: number;
  hammingLoss: number;
  macro: Record<Absent, Averages>;
  micro: Averages;
  samplesF1: Record<Absent, number | null>;
}

const file = new URL('../../test/golden/multi-label.json', import.meta.url);
const cases: Case[] = JSON.parse(readFileSync(file, 'utf8')).cases;
const lists = (texts: readonly string[]) => texts.map((text) => (text === '' ? [] : text.split(',').map(Number)));

/** Equal to 1e-12; null stands for NaN. */
function close(actual: number, expected: number | null, what: string) {
  if (expected === null) expect(actual, what).toBeNaN();
  else expect(actual, what).toBeCloseTo(expected, 12);
}

describe('multiLabelScores() agrees with scikit-learn', () => {
  it('has cases of 2 to 12 labels', () => {
    expect(cases.length).toBeGreaterThanOrEqual(70);
    expect(new Set(cases.map(({ labels }) => labels))).toEqual(new Set([2, 3, 5, 12]));
  });

  it.each([...new Set(cases.map(({ kind }) => kind))])('%s', (kind) => {
    for (const expected of cases.filter((each) => each.kind === kind)) {
      const predictions = {
        truth: lists(expected.truth),
        predicted: lists(expected.predicted),
        classes: expected.labels,
      };
      const actual = multiLabelScores(predictions);
      expect(actual.n).toBe(expected.truth.length);
      expect(actual.perLabel.map(({ support }) => support)).toEqual(expected.support);
      actual.perLabel.forEach((each, index) => {
        for (const name of ['precision', 'recall', 'f1'] as const) close(each[name], expected[name][index]!, name);
      });
      close(actual.subsetAccuracy, expected.subsetAccuracy, 'subsetAccuracy');
      close(actual.hammingLoss, expected.hammingLoss, 'hammingLoss');
      const [f1, recall, precision] = expected.micro;
      for (const [name, value] of Object.entries({ f1, recall, precision })) {
        close(actual.micro[name as 'f1'], value, `micro ${name}`);
      }
      for (const [absent, key] of [
        [0, 'absent0'],
        [1, 'absent1'],
        ['skip', 'absentSkip'],
      ] as const) {
        const found = multiLabelScores(predictions, { absent });
        for (const [i, name] of (['f1', 'recall', 'precision'] as const).entries()) {
          close(found.macro[name], expected.macro[key][i]!, `macro ${name}, absent ${absent}`);
        }
        close(found.samplesF1, expected.samplesF1[key], `samples F1, absent ${absent}`);
      }
    }
  });
});

describe('scores of several labels', () => {
  const sets = fc.uniqueArray(fc.nat(4));
  const predictions = fc
    .array(fc.record({ t: sets, p: sets }), { minLength: 1, maxLength: 30 })
    .map((rows) => ({ truth: rows.map(({ t }) => t), predicted: rows.map(({ p }) => p), classes: 5 }));

  it('do not depend on the order of samples, nor of the labels of a sample', () => {
    fc.assert(
      fc.property(predictions, ({ truth, predicted, classes }) => {
        const turned = (lists: number[][]) => lists.map((list) => [...list].reverse()).reverse();
        const other = multiLabelScores({ truth: turned(truth), predicted: turned(predicted), classes });
        const { samples: _, samplesF1: f1, ...rest } = multiLabelScores({ truth, predicted, classes });
        expect(other).toMatchObject(rest);
        expect(other.samplesF1).toBeCloseTo(f1, 12);
      }),
    );
  });

  it('are the same from predictions, from names, from counts and from the scores themselves', () => {
    fc.assert(
      fc.property(predictions, ({ truth, predicted, classes }) => {
        const names = Array.from({ length: classes }, (_, i) => `label ${i}`);
        const named = (lists: number[][]) => lists.map((list) => list.map((label) => names[label]!));
        const all = multiLabelScores({ truth, predicted, classes: names });
        expect(multiLabelScores({ truth: named(truth), predicted: named(predicted), classes: names })).toEqual(all);
        expect(multiLabelScores(labelTally({ truth, predicted, classes: names }))).toEqual(all);
        expect(multiLabelScores(all)).toEqual(all);
        expect(perLabel(all)).toEqual(all.perLabel);
        expect([macroScores(all), microScores(all)]).toEqual([all.macro, all.micro]);
        expect([samplesF1(all), subsetAccuracy(all), hammingLoss(all)]).toEqual([
          all.samplesF1,
          all.subsetAccuracy,
          all.hammingLoss,
        ]);
      }),
    );
  });

  it('refuse what is no list of labels, a label twice, unknown labels, and no samples', () => {
    const classes = ['AU4', 'AU7'];
    const score = (truth: unknown, predicted: unknown = truth) =>
      multiLabelScores({ truth, predicted, classes } as never);
    expect(() => score([['AU4'], 'AU4'])).toThrow('truth[1] must be an array');
    expect(() => score([['AU4', 0]])).toThrow('truth[0] must hold each label once: current value is [AU4, 0]');
    expect(() => score([['AU9']])).toThrow('truth[0][0] must be a class index from 0 to 1 or one of AU4, AU7');
    expect(() => score([[]], [[], []])).toThrow('predicted must be as long as truth (1): current value is 2');
    expect(() => score([])).toThrow('at least one sample');
  });

  it('have intervals over subjects', () => {
    const truth = [[0], [0, 1], [], [1], [0], [1]];
    const predicted = [[0], [1], [], [1], [0, 1], []];
    const subjects = [
      [0, 1],
      [2, 3],
      [4, 5],
    ];
    const f1 = bootstrapConfidenceInterval(subjects, (drawn) => {
      const chosen = drawn.flatMap((subject) => subjects[subject]!);
      const of = (list: readonly number[][]) => chosen.map((index) => list[index]!);
      return multiLabelScores({ truth: of(truth), predicted: of(predicted), classes: 2 }).macro.f1;
    });
    expect(f1.estimate).toBe(multiLabelScores({ truth, predicted, classes: 2 }).macro.f1);
    expect(f1.lower).toBeLessThan(f1.estimate);
    expect(f1.upper).toBeGreaterThan(f1.estimate);
  });
});

describe('stratifiedGroupKFold()', () => {
  it('balances every label of samples that have several, and those that have none', () => {
    const labels = [[0, 1], [0], [], [0, 1], [0], [], [0, 1], [0], []];
    const samples = labels.map((label, i) => ({ subject: `s${i}`, label }));
    for (const { test } of stratifiedGroupKFold(samples, { folds: 3, seed: 1 })) {
      const tested = test.map((index) => labels[index]!);
      expect(tested.filter((label) => label.includes(1))).toHaveLength(1);
      expect(tested.filter((label) => label.length === 0)).toHaveLength(1);
    }
  });
});
