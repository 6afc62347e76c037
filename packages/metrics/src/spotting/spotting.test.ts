import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootstrapConfidenceInterval } from '../bootstrap-confidence-interval.js';
import { apexScores } from './apex-scores.js';
import { type Interval, intervalOverlap } from './interval.js';
import { matchIntervals } from './match-intervals.js';
import { spotThenRecognizeScores } from './spot-then-recognize-scores.js';
import { pooledSpotting } from './spotting-counts.js';
import { type MatchingRule, spottingScores } from './spotting-scores.js';

type Ends = [onset: number, offset: number];
interface Case {
  name: string;
  truth: Ends[];
  predicted: Ends[];
  sum: number;
  counts: Record<MatchingRule, [tp: number, fp: number, fn: number]>;
}

// made by tools/spotting-golden.py, which tries every choice of pairs
const cases: Case[] = JSON.parse(readFileSync(new URL('../../test/golden/spotting.json', import.meta.url), 'utf8'));
const intervals = (ends: readonly Ends[]): Interval[] => ends.map(([onset, offset]) => ({ onset, offset }));

describe('spottingScores()', () => {
  it.each(cases)('counts $name by every rule', ({ truth, predicted, counts }) => {
    const video = { truth: intervals(truth), predicted: intervals(predicted) };
    for (const [match, [tp, fp, fn]] of Object.entries(counts)) {
      expect({ match, ...spottingScores([video], { match: match as MatchingRule }).all }).toMatchObject({ tp, fp, fn });
    }
  });

  it('keeps kinds apart, and adds up their counts', () => {
    const of = (...rows: [number, number, 'micro' | 'macro'][]) =>
      rows.map(([onset, offset, kind]) => ({ onset, offset, kind }));
    const videos = [
      {
        truth: of([10, 20, 'micro'], [50, 110, 'macro'], [200, 212, 'micro']),
        predicted: of([10, 20, 'macro'], [52, 108, 'macro'], [199, 212, 'micro']),
      },
      { truth: [], predicted: [] },
    ];
    const { all, micro, macro, ...facts } = spottingScores(videos);
    expect(micro).toEqual({ tp: 1, fp: 0, fn: 1, precision: 1, recall: 0.5, f1: 2 / 3 });
    expect(macro).toMatchObject({ tp: 1, fp: 1, fn: 0 });
    expect(all).toEqual({ tp: 2, fp: 1, fn: 1, precision: 2 / 3, recall: 2 / 3, f1: 2 / 3 });
    expect(facts).toEqual({ videos: 2, quietVideos: 1 });
    const blind = spottingScores(videos, { ignoreKind: true });
    expect(blind.all).toMatchObject({ tp: 3, fp: 0, fn: 0 });
    expect(blind.micro).toBeUndefined();
  });

  it('gives 0 where nothing is there to count', () => {
    const nothing = { tp: 0, fp: 0, fn: 0, precision: 0, recall: 0, f1: 0 };
    expect(spottingScores([]).all).toEqual(nothing);
    expect(spottingScores([{ truth: [], predicted: [] }]).all).toEqual(nothing);
  });

  it.each([
    ['an offset before the onset', [{ onset: 5, offset: 4 }], /interval 0 in truth of video 0 .* 5\.\.4/],
    ['half frames', [{ onset: 5, offset: 6.5 }], /whole frames/],
    ['a kind of its own', [{ onset: 5, offset: 6, kind: 'me' }], /micro or macro: current value is me/],
    [
      'kinds in some',
      [
        { onset: 5, offset: 6, kind: 'micro' },
        { onset: 8, offset: 9 },
      ],
      /interval 1 in truth .* none/,
    ],
    ['no list', undefined, /lists of intervals: video 0 has truth undefined/],
  ])('refuses %s', (_, truth, message) => {
    expect(() => spottingScores([{ truth: truth as never, predicted: [] }])).toThrow(message);
  });

  it('refuses a rule that it does not know', () => {
    expect(() => spottingScores([], { match: 'toString' as never })).toThrow(
      /match must be one of one-to-one, .*toString/,
    );
  });

  it('has intervals over subjects by the bootstrap for any units', () => {
    const subjects = [3, 1, 2, 0].map((tp) => [{ tp, fp: 1, fn: 1 }]);
    const f1 = (drawn: readonly number[]) => pooledSpotting(drawn.flatMap((one) => subjects[one]!)).f1;
    const { estimate, lower, upper } = bootstrapConfidenceInterval(subjects, f1, { resamples: 300 });
    expect(estimate).toBeCloseTo(12 / 20, 12);
    expect(lower).toBeLessThan(estimate);
    expect(upper).toBeGreaterThan(estimate);
  });

  // the counts of published tables, found by solving for them
  it.each([
    [
      'MTSN, MEGC2022',
      [
        [5, 6, 26],
        [10, 28, 26],
      ],
      0.2586,
    ],
    [
      '3D-CNN, MEGC2022',
      [
        [6, 65, 25],
        [4, 6, 32],
      ],
      0.1351,
    ],
    [
      'MDMD, CAS(ME)^2',
      [
        [109, 1414, 191],
        [21, 5014, 36],
      ],
      0.0376,
    ],
  ])('pools %s as published', (_, rows, f1) => {
    const counts = rows.map(([tp, fp, fn]) => ({ tp: tp!, fp: fp!, fn: fn! }));
    expect(pooledSpotting(counts).f1).toBeCloseTo(f1, 4);
  });
});

const interval = fc
  .record({ onset: fc.integer({ min: 0, max: 40 }), length: fc.integer({ min: 0, max: 20 }) })
  .map(({ onset, length }) => ({ onset, offset: onset + length }));
const some = fc.array(interval, { maxLength: 12 });

describe('matchIntervals()', () => {
  it.each(cases)('finds the best pairs of $name', ({ truth, predicted, sum, counts }) => {
    const pairs = matchIntervals(intervals(truth), intervals(predicted));
    expect(pairs).toHaveLength(counts['one-to-one'][0]);
    expect(pairs.reduce((total, { overlap }) => total + overlap, 0)).toBeCloseTo(sum, 9);
  });

  it('takes the earlier truth, and the earlier prediction, of two as good', () => {
    const one = { onset: 5, offset: 24 };
    const two = [
      { onset: 9, offset: 28 },
      { onset: 1, offset: 20 },
    ];
    expect(matchIntervals(two, [one])).toEqual([{ truth: 1, predicted: 0, overlap: 16 / 24 }]);
    expect(matchIntervals([one], two)).toEqual([{ truth: 0, predicted: 1, overlap: 16 / 24 }]);
  });

  it('does not depend on the order of rows, a shift, or which list is the truth', () => {
    fc.assert(
      fc.property(
        some,
        some,
        fc.integer({ min: -50, max: 50 }),
        fc.infiniteStream(fc.nat()),
        (truth, predicted, by, keys) => {
          const keyed = <T>(list: readonly T[]) =>
            list
              .map((value) => ({ value, key: keys.next().value as number }))
              .sort((a, b) => a.key - b.key)
              .map(({ value }) => value);
          const [t, p] = [keyed(truth), keyed(predicted)];
          const shifted = (list: readonly Interval[]) =>
            list.map(({ onset, offset }) => ({ onset: onset + by, offset: offset + by }));
          const text = (a: readonly Interval[], b: readonly Interval[], from = 0) =>
            matchIntervals(a, b)
              .map((pair) =>
                [a[pair.truth]!, b[pair.predicted]!].map((one) => `${one.onset - from}-${one.offset - from}`).join(' '),
              )
              .sort();
          const expected = text(truth, predicted);
          expect(text(t, p)).toEqual(expected);
          expect(text(shifted(truth), shifted(predicted), by)).toEqual(expected);
          expect(matchIntervals(predicted, truth)).toHaveLength(expected.length);
          expect(expected.length).toBeLessThanOrEqual(Math.min(truth.length, predicted.length));
        },
      ),
    );
  });

  it('takes each interval once, and only pairs that overlap by a half', () => {
    fc.assert(
      fc.property(some, some, (truth, predicted) => {
        const pairs = matchIntervals(truth, predicted);
        expect(new Set(pairs.map((pair) => pair.truth)).size).toBe(pairs.length);
        expect(new Set(pairs.map((pair) => pair.predicted)).size).toBe(pairs.length);
        for (const pair of pairs) {
          expect(pair.overlap).toBe(intervalOverlap(truth[pair.truth]!, predicted[pair.predicted]!));
          expect(pair.overlap).toBeGreaterThanOrEqual(0.5);
        }
      }),
    );
  });

  it('matches a thousand intervals', () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({ onset: 7 * i, offset: 7 * i + 9 }));
    expect(matchIntervals(many, many.toReversed())).toHaveLength(1000);
  });
});

describe('spotThenRecognizeScores()', () => {
  const video = (truth: [number, number, string][], predicted: [number, number, string][]) => {
    const of = (rows: [number, number, string][]) => rows.map(([onset, offset, label]) => ({ onset, offset, label }));
    return { truth: of(truth), predicted: of(predicted) };
  };
  const three = [
    video(
      [
        [10, 25, 'negative'],
        [60, 75, 'positive'],
      ],
      [
        [11, 26, 'negative'],
        [61, 74, 'negative'],
      ],
    ),
    video(
      [
        [30, 44, 'surprise'],
        [90, 102, 'negative'],
      ],
      [
        [30, 44, 'surprise'],
        [200, 214, 'positive'],
      ],
    ),
    video([], [[5, 15, 'negative']]),
  ];

  it('multiplies F1 of spotting and of recognition, counted by hand', () => {
    const { strs, spotting, recognition } = spotThenRecognizeScores(three, {
      classes: ['negative', 'positive', 'surprise'],
    });
    expect(spotting).toMatchObject({ tp: 3, fp: 2, fn: 1 });
    // precision 1/2, 0, 1; recall 1, 0, 1
    expect(recognition.precision).toBeCloseTo(1 / 2, 12);
    expect(recognition.recall).toBeCloseTo(2 / 3, 12);
    expect(recognition.f1).toBeCloseTo(4 / 7, 12);
    expect(recognition.uf1).toBeCloseTo(5 / 9, 12);
    expect(strs).toBeCloseTo(8 / 21, 12);
  });

  it('gives what the readme of STRS-Metric gives', () => {
    const videos = [
      video([[45, 85, 'happiness']], [[10, 70, 'happiness']]),
      video([[130, 160, 'others']], [[100, 170, 'others']]),
      video([[20, 75, 'others']], [[0, 70, 'others']]),
      video([[45, 95, 'repression']], [[20, 90, 'happiness']]),
      video([[30, 140, 'repression']], [[70, 140, 'happiness']]),
    ];
    expect(spotThenRecognizeScores(videos, { classes: ['happiness', 'others', 'repression'] }).strs).toBeCloseTo(
      0.2,
      12,
    );
  });

  it('leaves truths of other classes out of recognition alone, and macro-expressions out of both', () => {
    const kinds = three.map(({ truth, predicted }) => ({
      truth: truth.map((one) => ({ ...one, kind: one.onset === 60 ? ('macro' as const) : ('micro' as const) })),
      predicted: predicted.map((one) => ({ ...one, kind: 'micro' as const })),
    }));
    const { spotting, recognition } = spotThenRecognizeScores(kinds, { classes: ['negative', 'positive'] });
    expect(spotting).toMatchObject({ tp: 2, fp: 3, fn: 1 });
    expect(recognition).toMatchObject({ samples: 1, precision: 0.5, recall: 0.5 });
  });

  it('gives 0 where nothing was spotted or recognized, and refuses no classes and no label', () => {
    expect(spotThenRecognizeScores([video([[1, 9, 'a']], [])], { classes: ['a'] }).strs).toBe(0);
    expect(() => spotThenRecognizeScores([], { classes: [] })).toThrow(/classes must be a list of names/);
    expect(() =>
      spotThenRecognizeScores([{ truth: [{ onset: 1, offset: 2 } as never], predicted: [] }], { classes: ['a'] }),
    ).toThrow(/must have a label: that of 1\.\.2/);
  });
});

describe('apexScores()', () => {
  it('measures errors of what was spotted, and the rate of all', () => {
    const clips = [
      { truth: 20, predicted: 24, onset: 10, offset: 40, fps: 200 },
      { truth: 30, predicted: 60, onset: 12, offset: 50, fps: 100 },
      { truth: 30, predicted: 30, onset: 12, offset: 50, fps: 100 },
      { truth: 30, predicted: null, onset: 12, offset: 50, fps: 100 },
    ];
    const scores = apexScores(clips);
    expect(scores.meanAbsoluteError).toBeCloseTo(34 / 3, 12);
    expect(scores.milliseconds).toBeCloseTo((20 + 300 + 0) / 3, 12);
    expect(scores).toMatchObject({ medianAbsoluteError: 4, spottingRate: 0.5, clips: 4, missed: 1 });
    expect(apexScores(clips.slice(0, 2)).medianAbsoluteError).toBe(17);
  });

  it('has no errors where nothing was spotted, and refuses what is no frame', () => {
    expect(apexScores([{ truth: 1, predicted: null, onset: 0, offset: 2 }])).toMatchObject({
      meanAbsoluteError: Number.NaN,
      medianAbsoluteError: Number.NaN,
      spottingRate: 0,
    });
    expect(apexScores([{ truth: 1, predicted: 2, onset: 0, offset: 2 }]).milliseconds).toBeNaN();
    expect(() => apexScores([])).toThrow(/at least one clip/);
    expect(() => apexScores([{ truth: 1.5, predicted: 1, onset: 0, offset: 2 }])).toThrow(/truth of clip 0 .* 1\.5/);
  });
});
