import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accuracy } from './accuracy.js';
import { bootstrapConfidenceInterval } from './bootstrap-confidence-interval.js';
import { cohensKappa } from './cohens-kappa.js';
import { confusionMatrix } from './confusion-matrix.js';
import { macroPrecision } from './macro-precision.js';
import { matthewsCorrelation } from './matthews-correlation.js';
import { pairedPermutationTest } from './paired-permutation-test.js';
import { ScoreAccumulator } from './score-accumulator.js';
import { scores } from './scores.js';
import { scoresBy } from './scores-by.js';
import { subjectConfidenceInterval } from './subject-confidence-interval.js';
import { subjectPermutationTest } from './subject-permutation-test.js';
import { uar } from './uar.js';
import { uf1 } from './uf1.js';
import { weightedF1 } from './weighted-f1.js';

const outcome = fc.integer({ min: 2, max: 6 }).chain((classes) =>
  fc
    .array(fc.record({ t: fc.nat(classes - 1), p: fc.nat(classes - 1), s: fc.nat(4) }), { minLength: 1, maxLength: 40 })
    .map((rows) => ({
      truth: rows.map(({ t }) => t),
      predicted: rows.map(({ p }) => p),
      parts: rows.map(({ s }) => `part ${s}`),
      classes,
    })),
);
const absents = fc.constantFrom<number | 'skip'>(0, 0.5, 1, 'skip');

describe('scores', () => {
  it('of a perfect prediction are 1 when absent classes are skipped', () => {
    fc.assert(
      fc.property(outcome, ({ truth, classes }) => {
        const perfect = { truth, predicted: truth, classes };
        const all = scores(perfect, { absent: 'skip' });
        for (const name of ['uf1', 'uar', 'accuracy', 'macroPrecision', 'weightedF1', 'balancedAccuracy'] as const) {
          expect(all[name]).toBeCloseTo(1, 12);
        }
        expect(matthewsCorrelation(perfect)).toBeCloseTo(new Set(truth).size > 1 ? 1 : 0, 12);
      }),
    );
  });

  it('swap UAR and macro precision, and keep UF1, accuracy, kappa and MCC, when truth and prediction are swapped', () => {
    fc.assert(
      fc.property(outcome, absents, ({ truth, predicted, classes }, absent) => {
        const right = { truth, predicted, classes };
        const swapped = { truth: predicted, predicted: truth, classes };
        expect(uar(swapped, { absent })).toBeCloseTo(macroPrecision(right, { absent }), 12);
        expect(uf1(swapped, { absent })).toBeCloseTo(uf1(right, { absent }), 12);
        expect(accuracy(swapped)).toBe(accuracy(right));
        expect(matthewsCorrelation(swapped)).toBeCloseTo(matthewsCorrelation(right), 12);
        const kappa = cohensKappa(right);
        if (Number.isNaN(kappa)) expect(cohensKappa(swapped)).toBeNaN();
        else expect(cohensKappa(swapped)).toBeCloseTo(kappa, 12);
      }),
    );
  });

  it('do not depend on the order of samples or of classes', () => {
    fc.assert(
      fc.property(outcome, ({ truth, predicted, classes }) => {
        const flip = (label: number) => classes - 1 - label;
        const other = { truth: truth.map(flip).reverse(), predicted: predicted.map(flip).reverse(), classes };
        for (const metric of [uf1, uar, accuracy, weightedF1, matthewsCorrelation]) {
          expect(metric(other)).toBeCloseTo(metric({ truth, predicted, classes }), 12);
        }
      }),
    );
  });

  it('are the same from predictions, from their confusion matrix, from names and from the scores themselves', () => {
    fc.assert(
      fc.property(outcome, absents, ({ truth, predicted, classes }, absent) => {
        const names = Array.from({ length: classes }, (_, index) => `class ${index}`);
        const all = scores({ truth, predicted, classes: names }, { absent });
        const named = {
          truth: truth.map((t) => names[t]!),
          predicted: predicted.map((p) => names[p]!),
          classes: names,
        };
        expect(scores(named, { absent })).toEqual(all);
        expect(scores({ confusion: confusionMatrix(named), classes: names }, { absent })).toEqual(all);
        expect(scores(all, { absent })).toEqual(all);
      }),
    );
  });
});

describe('ScoreAccumulator', () => {
  it('gives what pooling gives, however the samples are divided and merged', () => {
    fc.assert(
      fc.property(outcome, fc.nat(40), ({ truth, predicted, classes }, cut) => {
        const one = new ScoreAccumulator({ classes });
        const two = new ScoreAccumulator({ classes });
        one.update({ truth: truth.slice(0, cut), predicted: predicted.slice(0, cut) });
        two.update({ truth: truth.slice(cut), predicted: predicted.slice(cut) });
        expect(one.merge(two).compute()).toEqual(scores({ truth, predicted, classes }));
        expect(uar(one)).toBe(uar({ truth, predicted, classes }));
      }),
    );
  });

  it('adds nothing when a label is wrong, and refuses other classes and no samples', () => {
    const pooled = new ScoreAccumulator({ classes: ['negative', 'positive'] });
    expect(() => pooled.compute()).toThrow(/at least one sample/);
    pooled.update({ truth: ['negative'], predicted: ['positive'] });
    expect(() => pooled.update({ truth: [0, 5], predicted: [0, 0] })).toThrow(/truth\[1\]/);
    expect(() => pooled.merge(new ScoreAccumulator({ classes: ['positive', 'negative'] }))).toThrow(
      /classes must be negative, positive: current value is positive, negative/,
    );
    expect(() => pooled.merge({ confusion: [[1, 2], [3]] })).toThrow(/must be 2 by 2/);
    pooled.confusion[0]![0] = 99;
    expect(pooled.confusion).toEqual([
      [0, 1],
      [0, 0],
    ]);
    expect(
      pooled
        .merge({
          confusion: [
            [1, 0],
            [0, 1],
          ],
        })
        .compute().n,
    ).toBe(3);
  });
});

describe('scoresBy()', () => {
  it('scores each part as if it were alone; the parts add up to the whole', () => {
    fc.assert(
      fc.property(outcome, absents, ({ truth, predicted, parts: by, classes }, absent) => {
        const found = scoresBy({ truth, predicted, classes, by }, { absent });
        const pooled = new ScoreAccumulator({ classes });
        expect(Object.keys(found)).toEqual([...new Set(by)]);
        for (const [part, part_] of Object.entries(found)) {
          const inPart = (_: number, index: number) => by[index] === part;
          const alone = { truth: truth.filter(inPart), predicted: predicted.filter(inPart), classes };
          expect(part_).toEqual(scores(alone, { absent }));
          pooled.merge(part_);
        }
        expect(pooled.compute({ absent })).toEqual(scores({ truth, predicted, classes }, { absent }));
      }),
    );
  });

  it('rejects lists of different length and none', () => {
    expect(() => scoresBy({ truth: [0], predicted: [0], classes: 2, by: [] })).toThrow(
      /as long as truth \(1\).*1 and 0/,
    );
    expect(() => scoresBy({ truth: [], predicted: [], classes: 2, by: [] })).toThrow(/at least one sample/);
  });
});

describe('subjectConfidenceInterval()', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index);
  const single = {
    truth: hundred.map(() => 0),
    predicted: hundred.map((index) => (index < 70 ? 0 : 1)),
    classes: 2,
    samples: hundred.map((index) => ({ subject: `${index}` })),
  };

  it('with one sample per subject comes to the binomial interval', () => {
    // scipy.stats.binom(100, 0.7).ppf([0.025, 0.975]) = 61, 79
    const found = subjectConfidenceInterval(single, accuracy);
    expect(found.estimate).toBeCloseTo(0.7, 12);
    expect(Math.abs(found.lower - 0.61)).toBeLessThanOrEqual(0.0100001);
    expect(Math.abs(found.upper - 0.79)).toBeLessThanOrEqual(0.0100001);
  });

  it('resamples subjects, not samples: copies of each clip do not narrow it', () => {
    const tenfold = <T>(values: readonly T[]) => values.flatMap((value) => Array.from({ length: 10 }, () => value));
    const copied = {
      truth: tenfold(single.truth),
      predicted: tenfold(single.predicted),
      classes: 2,
      samples: tenfold(single.samples),
    };
    expect(subjectConfidenceInterval(copied, accuracy, { resamples: 300 })).toEqual(
      subjectConfidenceInterval(single, accuracy, { resamples: 300 }),
    );
  });

  it('is deterministic, depends on the seed, narrows with a lower level', () => {
    const at = (options: object) => subjectConfidenceInterval(single, uf1, { resamples: 200, ...options });
    expect(at({ seed: 5 })).toEqual(at({ seed: 5 }));
    expect(at({ seed: 5 }).lower).not.toBe(at({ seed: 6 }).lower);
    expect(at({ level: 0.5 }).upper - at({ level: 0.5 }).lower).toBeLessThan(at({}).upper - at({}).lower);
  });

  it('keeps the same subject id of two data sets apart, counts resamples without a score', () => {
    const two = {
      truth: [0, 1],
      predicted: [0, 1],
      classes: 2,
      samples: [
        { dataset: 'smic', subject: '1' },
        { dataset: 'samm', subject: '1' },
      ],
    };
    const found = subjectConfidenceInterval(two, cohensKappa, { resamples: 1000 });
    expect(found).toMatchObject({ estimate: 1, lower: 1, upper: 1, units: 2 });
    expect(found.discarded).toBeGreaterThan(400);
    expect(found.discarded).toBeLessThan(600);
  });

  it('rejects a single subject, a bad level, lists of different length and an undefined score', () => {
    const samples = single.samples;
    expect(() => subjectConfidenceInterval({ ...single, samples: samples.slice(1) }, uf1)).toThrow(/100 and 99/);
    expect(() => subjectConfidenceInterval(single, uf1, { level: 95 })).toThrow(/level must be between 0 and 1: .*95/);
    expect(() => subjectConfidenceInterval(single, uf1, { resamples: 0 })).toThrow(/resamples/);
    expect(() => subjectConfidenceInterval(single, () => Number.NaN)).toThrow(/score must be defined/);
    expect(() => subjectConfidenceInterval({ ...single, samples: samples.map(() => ({ subject: 'a' })) }, uf1)).toThrow(
      /at least 2 subjects/,
    );
  });
});

describe('subjectPermutationTest()', () => {
  it('gives 1 for equal models, turns only the sign when they are exchanged, never gives 0', () => {
    fc.assert(
      fc.property(outcome, ({ truth, predicted: first, parts, classes }) => {
        const samples = parts.map((subject) => ({ subject }));
        const second = [...first].reverse();
        expect(subjectPermutationTest({ truth, first, second: first, classes, samples }, uf1).pValue).toBe(1);
        const one = subjectPermutationTest({ truth, first, second, classes, samples }, uf1);
        const two = subjectPermutationTest({ truth, first: second, second: first, classes, samples }, uf1);
        expect(two.difference).toBeCloseTo(-one.difference, 12);
        expect(two.pValue).toBe(one.pValue);
        expect(one.pValue).toBeGreaterThanOrEqual(2 ** (1 - Math.max(1, one.differing)));
      }),
    );
  });

  it('rejects lists of different length and a score that is undefined', () => {
    const paired = { truth: [0, 1], first: [0, 1], second: [1, 1], classes: 2, samples: [{ subject: 'a' }] };
    expect(() => subjectPermutationTest(paired, uf1)).toThrow(
      /samples must be as long as truth \(2\): current value is 1/,
    );
    const samples = [{ subject: 'a' }, { subject: 'b' }];
    expect(() => subjectPermutationTest({ ...paired, samples }, () => Number.NaN)).toThrow(/score must be defined/);
    expect(() => subjectPermutationTest({ ...paired, samples }, uf1, { permutations: 0.5 })).toThrow(/permutations/);
  });
});

describe('bootstrapConfidenceInterval() and pairedPermutationTest()', () => {
  const values = [3, 1, 4, 1, 5, 9, 2, 6];
  const mean = (indices: readonly number[]) => indices.reduce((sum, i) => sum + values[i]!, 0) / indices.length;
  const most = (indices: readonly number[]) => Math.max(...indices.map((i) => values[i]!));

  it('give several scores by name from the same draws, each as it would be alone', () => {
    const both = bootstrapConfidenceInterval(values, (drawn) => ({ mean: mean(drawn), most: most(drawn) }), {
      seed: 3,
    });
    expect(both).toEqual({
      mean: bootstrapConfidenceInterval(values.length, mean, { seed: 3 }),
      most: bootstrapConfidenceInterval(values.length, most, { seed: 3 }),
    });
    expect(both.mean).toMatchObject({ estimate: 31 / 8, units: 8, discarded: 0 });
    const taken = (swapped: readonly boolean[]) => values.flatMap((_, i) => (swapped[i] ? [] : [i]));
    const share = (swapped: readonly boolean[]) => taken(swapped).length / 8;
    const sum = (swapped: readonly boolean[]) => taken(swapped).reduce((all, i) => all + values[i]!, 0);
    for (const permutations of [100, 1000]) {
      const named = pairedPermutationTest(values, (swapped) => ({ share: share(swapped), sum: sum(swapped) }), {
        permutations,
      });
      expect(named).toEqual({
        share: pairedPermutationTest(values, share, { permutations }),
        sum: pairedPermutationTest(values, sum, { permutations }),
      });
      expect(named.sum).toMatchObject({ first: 31, second: 0, difference: 31, exact: permutations === 1000 });
    }
  });

  it('are what the forms for predictions are built on', () => {
    const truth = [0, 1, 0, 1, 0, 1, 1, 0];
    const [first, second] = [
      [0, 1, 0, 0, 0, 1, 1, 1],
      [0, 0, 1, 1, 0, 1, 0, 1],
    ] as const;
    const samples = ['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd'].map((subject) => ({ subject }));
    const right = (predicted: readonly number[]) => (unit: number) =>
      [2 * unit, 2 * unit + 1].filter((i) => predicted[i] === truth[i]).length;
    const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0) / 2 / counts.length;
    expect(bootstrapConfidenceInterval(4, (drawn) => total(drawn.map(right(first)))).lower).toBe(
      subjectConfidenceInterval({ truth, predicted: first, classes: 2, samples }, accuracy).lower,
    );
    const differing = [0, 1, 3];
    const pair = pairedPermutationTest(differing, (swapped) =>
      total([0, 1, 2, 3].map((unit) => right(swapped[differing.indexOf(unit)] ? second : first)(unit))),
    );
    expect(pair).toEqual(subjectPermutationTest({ truth, first, second, classes: 2, samples }, accuracy));
  });

  it('reject fewer units than they need, and what is no number', () => {
    expect(() => bootstrapConfidenceInterval(1, mean)).toThrow('units must be at least 2: current value is 1');
    expect(() => bootstrapConfidenceInterval(Number.NaN, mean)).toThrow(/units must be a whole number or a list/);
    expect(() => bootstrapConfidenceInterval(4, () => ({ a: Number.NaN }))).toThrow(/score\.a must be defined/);
    expect(() => bootstrapConfidenceInterval(4, () => undefined as never)).toThrow(
      'score must be a number: current value is undefined',
    );
    expect(pairedPermutationTest(0, () => 2)).toMatchObject({ pValue: 1, exact: true, permutations: 1, differing: 0 });
    expect(() => pairedPermutationTest([], () => ({ a: '1' }) as never)).toThrow('score.a must be a number');
  });
});
