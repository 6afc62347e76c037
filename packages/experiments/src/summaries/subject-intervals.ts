import { bootstrapConfidenceInterval } from '@mer/metrics';
import type { LabelKind } from '@mer/training';
import { type ByScore, byScore, type ScoreName } from './score-names.js';
import type { SubjectCounts } from './subject-counts.js';

/** The ends of a confidence interval. */
export interface Interval {
  /** Lower end. */
  lower: number;
  /** Upper end. */
  upper: number;
}

/** How the intervals of a table were made. */
export interface BootstrapSettings {
  /** Share of resamples inside an interval. */
  level: number;
  /** Resamples drawn. */
  resamples: number;
  /** Seed of the draws. */
  seed: number;
  /** What is drawn, with replacement. */
  unit: 'subject';
}

/** The bootstrap of every report: percentiles over whole subjects, the same draws each time. */
export const BOOTSTRAP: BootstrapSettings = Object.freeze({ level: 0.95, resamples: 2000, seed: 0, unit: 'subject' });

/** Of the scores that there are; of the others nobody asks. */
type Scored = Record<ScoreName, number>;

/**
 * Confidence intervals of scores, drawing whole subjects.
 *
 * @param subjects - each subject once
 * @param scoresFor - gets the subjects drawn, as indices into `subjects`, some of them several times
 * @param labelKind - of the samples, which says which scores there are
 * @returns undefined where there are fewer than two subjects
 */
export function subjectIntervals(
  subjects: SubjectCounts['subjects'],
  scoresFor: (drawn: readonly number[]) => ByScore<number>,
  labelKind?: LabelKind,
): ByScore<Interval> | undefined {
  if (subjects.length < 2) return undefined;
  const { level, resamples, seed } = BOOTSTRAP;
  const intervals = bootstrapConfidenceInterval(subjects, scoresFor as (drawn: readonly number[]) => Scored, {
    level,
    resamples,
    seed,
  });
  return byScore(labelKind, (score) => ({ lower: intervals[score].lower, upper: intervals[score].upper }));
}
