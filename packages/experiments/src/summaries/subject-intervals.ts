import { bootstrapConfidenceInterval } from '@mer/metrics';
import { byScore, type ScoreName } from './score-names.js';
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

/**
 * Confidence intervals of scores, drawing whole subjects.
 *
 * @param subjects - each subject once
 * @param scoresFor - gets the subjects drawn, as indices into `subjects`, some of them several times
 * @returns undefined where there are fewer than two subjects
 */
export function subjectIntervals(
  subjects: SubjectCounts['subjects'],
  scoresFor: (drawn: readonly number[]) => Record<ScoreName, number>,
): Record<ScoreName, Interval> | undefined {
  if (subjects.length < 2) return undefined;
  const { level, resamples, seed } = BOOTSTRAP;
  const intervals = bootstrapConfidenceInterval(subjects, scoresFor, { level, resamples, seed });
  return byScore((score) => ({ lower: intervals[score].lower, upper: intervals[score].upper }));
}
