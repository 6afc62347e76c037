import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leaveOneDatasetOut } from './leave-one-dataset-out.js';
import { leaveOneSubjectOut } from './leave-one-subject-out.js';
import { type Fold, type LabeledSample, subjectKey } from './samples.js';
import { stratifiedGroupKFold } from './stratified-group-k-fold.js';
import { subjectHoldOut } from './subject-hold-out.js';

const sample = fc.record({
  dataset: fc.constantFrom('casme2', 'smic', 'samm'),
  subject: fc.constantFrom('1', '2', '3', '4'),
  label: fc.integer({ min: 0, max: 3 }),
});
/** Composite sets in which subject ids repeat between data sets; at least two data sets. */
const composite = fc
  .array(sample, { maxLength: 60 })
  .map((rest): LabeledSample[] => [
    { dataset: 'casme2', subject: '1', label: 0 },
    { dataset: 'smic', subject: '1', label: 1 },
    ...rest,
  ]);

const protocols: Record<string, (samples: readonly LabeledSample[]) => Fold[]> = {
  leaveOneSubjectOut,
  leaveOneDatasetOut,
  stratifiedGroupKFold: (samples) => stratifiedGroupKFold(samples, { folds: 2, seed: 3 }),
  subjectHoldOut: (samples) => subjectHoldOut(samples, { fraction: 0.3, seed: 3 }),
};

describe.each(Object.entries(protocols))('%s()', (_, protocol) => {
  it('never puts a subject on both sides, uses every sample, leaves no side empty', () => {
    fc.assert(
      fc.property(composite, (samples) => {
        for (const { train, test } of protocol(samples)) {
          const trained = new Set(train.map((index) => subjectKey(samples[index]!)));
          expect(test.some((index) => trained.has(subjectKey(samples[index]!)))).toBe(false);
          expect([...train, ...test].sort((a, b) => a - b)).toEqual(samples.map((_, index) => index));
          expect(train.length).toBeGreaterThan(0);
          expect(test.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('gives the same folds again, with unique names', () => {
    fc.assert(
      fc.property(composite, (samples) => {
        const folds = protocol(samples);
        expect(protocol(samples)).toEqual(folds);
        expect(new Set(folds.map((fold) => fold.name)).size).toBe(folds.length);
      }),
    );
  });

  it('rejects an empty list, a single subject, a sample without subject', () => {
    expect(() => protocol([])).toThrow(/at least one sample: current value is \[\]/);
    expect(() => protocol([{ dataset: 'smic', subject: 's1', label: 0 }])).toThrow(
      /at least 2 (subjects|data sets): .*1 \(/,
    );
    expect(() => protocol([{ subject: '', label: 0 }])).toThrow(/samples\[0\]\.subject must be a non-empty string/);
  });

  it('rejects samples of which only some name their data set, and a data set with a slash', () => {
    const some = [
      { dataset: 'smic', subject: 's1', label: 0 },
      { subject: 's2', label: 0 },
    ];
    expect(() => protocol(some)).toThrow(/either every sample or none must name its dataset.*samples\[1\]/);
    expect(() => protocol([{ dataset: 'a/b', subject: 's1', label: 0 }])).toThrow(/without '\/'/);
  });
});

it.each(['leaveOneSubjectOut', 'leaveOneDatasetOut', 'stratifiedGroupKFold'])(
  '%s() tests every sample exactly once',
  (name) => {
    fc.assert(
      fc.property(composite, (samples) => {
        const tested = protocols[name]!(samples).flatMap(({ test }) => test);
        expect(tested.sort((a, b) => a - b)).toEqual(samples.map((_, index) => index));
      }),
    );
  },
);

describe('leaveOneSubjectOut()', () => {
  it('keeps the same subject id of two data sets apart', () => {
    const folds = leaveOneSubjectOut([
      { dataset: 'smic', subject: '1' },
      { dataset: 'samm', subject: '1' },
      { dataset: 'smic', subject: '1' },
    ]);
    expect(folds).toEqual([
      { name: 'smic/1', train: [1], test: [0, 2] },
      { name: 'samm/1', train: [0, 2], test: [1] },
    ]);
  });
});

describe('leaveOneDatasetOut()', () => {
  it('needs the data set of every sample', () => {
    expect(() => leaveOneDatasetOut([{ subject: 'a' }, { subject: 'b' }])).toThrow(/must name its dataset/);
  });
});

describe('stratifiedGroupKFold()', () => {
  /** 30 subjects, each with mostly one class: 60, 30 and 10 per cent. */
  const samples = Array.from({ length: 30 }, (_, s) => s).flatMap((s) =>
    Array.from({ length: 6 }, (_, clip) => ({
      subject: `s${s}`,
      label: clip === 0 ? s % 3 : s < 18 ? 0 : s < 27 ? 1 : 2,
    })),
  );

  it('balances classes better than dealing subjects out at random', () => {
    const shares = (folds: Fold[], label: number) =>
      folds.map(({ test }) => test.filter((index) => samples[index]!.label === label).length);
    const folds = stratifiedGroupKFold(samples, { folds: 3, seed: 0 });
    for (const label of [0, 1, 2]) {
      const counts = shares(folds, label);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(6);
    }
  });

  it('depends on the seed', () => {
    const seeds = [0, 1, 2, 3].map((seed) => JSON.stringify(stratifiedGroupKFold(samples, { folds: 3, seed })));
    expect(new Set(seeds).size).toBeGreaterThan(1);
  });

  it('leaves no fold empty even where one subject has nearly all samples', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 8 }), (sizes) => {
        const unequal = sizes.flatMap((size, s) =>
          Array.from({ length: size }, (_, clip) => ({ subject: `s${s}`, label: clip % 2 })),
        );
        const folds = stratifiedGroupKFold(unequal, { folds: sizes.length });
        expect(folds.every(({ test, train }) => test.length > 0 && train.length > 0)).toBe(true);
      }),
    );
  });

  it('rejects more folds than subjects, a missing label and a bad seed', () => {
    expect(() => stratifiedGroupKFold(samples, { folds: 31 })).toThrow(/from 2 to the number of subjects \(30\): .*31/);
    expect(() => stratifiedGroupKFold(samples, { seed: 0.5 })).toThrow(/seed must be a whole number/);
    const unlabeled = [{ subject: 'a' }, { subject: 'b' }] as LabeledSample[];
    expect(() => stratifiedGroupKFold(unlabeled, { folds: 2 })).toThrow(/samples\[0\]\.label/);
  });
});

describe('subjectHoldOut()', () => {
  const samples = Array.from({ length: 10 }, (_, index) => ({ dataset: 'samm', subject: `${index}` }));

  it('holds out the asked share of the subjects, by seed', () => {
    expect(subjectHoldOut(samples, { fraction: 0.3 })[0]!.test).toHaveLength(3);
    expect(subjectHoldOut(samples, { fraction: 0.01 })[0]!.test).toHaveLength(1);
    expect(subjectHoldOut(samples, { fraction: 0.99 })[0]!.test).toHaveLength(9);
    const draws = [0, 1, 2, 3].map((seed) => subjectHoldOut(samples, { seed })[0]!.test.join());
    expect(new Set(draws).size).toBeGreaterThan(1);
  });

  it('holds out named subjects and rejects unknown ones and all of them', () => {
    expect(subjectHoldOut(samples, { subjects: ['samm/3', 'samm/4'] })[0]!.test).toEqual([3, 4]);
    expect(() => subjectHoldOut(samples, { subjects: ['3'] })).toThrow(/must be among samm\/0.*: current value is 3/);
    expect(() => subjectHoldOut(samples, { subjects: [] })).toThrow(/at least one/);
    expect(() => subjectHoldOut(samples, { subjects: samples.map(subjectKey) })).toThrow(/leave at least one/);
    expect(() => subjectHoldOut(samples, { fraction: 1 })).toThrow(/fraction must be between 0 and 1/);
  });
});
