import { accuracy, subjectConfidenceInterval, uar, uf1 } from '@mer/metrics';
import { expect, it } from 'vitest';
import { predictionsFor } from '../../test/made-run.js';
import { scoringOf } from './scoring.js';
import { scoresOf, subjectCounts } from './subject-counts.js';
import { subjectIntervals } from './subject-intervals.js';

const predictions = ['s0', 's1', 's2', 's3'].flatMap((subject) => predictionsFor('x', subject));

it('subjectIntervals() gives the interval of the samples themselves', () => {
  const table = subjectCounts(predictions, scoringOf(2));
  const truth = predictions.map((one) => one.truth as number);
  const predicted = predictions.map((one) => one.predicted as number);
  const { estimate, lower, upper } = subjectConfidenceInterval(
    { truth, predicted, classes: 2, samples: predictions },
    uf1,
    { resamples: 2000, seed: 0, level: 0.95 },
  );
  expect(scoresOf(table).uf1).toBeCloseTo(estimate, 14);
  const { uf1: interval } = subjectIntervals(table.subjects, (drawn) => scoresOf(table, drawn))!;
  expect(interval.lower).toBeCloseTo(lower, 12);
  expect(interval.upper).toBeCloseTo(upper, 12);
});

it('subjectIntervals() gives none for one subject', () => {
  const table = subjectCounts(predictionsFor('x', 's1'), scoringOf(2));
  expect(subjectIntervals(table.subjects, () => ({ uf1: 1, uar: 1, accuracy: 1 }))).toBeUndefined();
});

it('scoringOf() gives what @mer/metrics gives, also for classes that are absent', () => {
  const matrices = [
    [
      [3, 1, 0],
      [2, 5, 1],
      [0, 0, 4],
    ],
    [
      [3, 1, 0],
      [0, 0, 0],
      [2, 0, 0],
    ],
    [
      [0, 2],
      [2, 0],
    ],
    [
      [4, 0],
      [0, 0],
    ],
  ];
  for (const confusion of matrices) {
    const scores = scoringOf(confusion.length).scoresOf(confusion.flat());
    expect(scores.uf1).toBeCloseTo(uf1({ confusion }), 14);
    expect(scores.uar).toBeCloseTo(uar({ confusion }), 14);
    expect(scores.accuracy).toBeCloseTo(accuracy({ confusion }), 14);
  }
});
