import { type BootstrapMethod, bootstrapConfidenceInterval } from '@mer/metrics';
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
  /** How often such an interval should hold the score of the population. */
  level: number;
  /** How the ends are read off the resamples; absent from summaries of earlier versions, which took percentiles. */
  method?: BootstrapMethod;
  /** Resamples drawn. */
  resamples: number;
  /** Seed of the draws. */
  seed: number;
  /** What is drawn, with replacement. */
  unit: 'subject';
}

/** The bootstrap of every report: BCa over whole subjects, widened as few subjects ask for, the same draws each time. */
export const BOOTSTRAP = Object.freeze({
  level: 0.95,
  method: 'bca-expanded',
  resamples: 2000,
  seed: 0,
  unit: 'subject',
}) satisfies BootstrapSettings;

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
  const { level, method, resamples, seed } = BOOTSTRAP;
  const intervals = bootstrapConfidenceInterval(subjects, scoresFor as (drawn: readonly number[]) => Scored, {
    level,
    method,
    resamples,
    seed,
  });
  return byScore(labelKind, (score) => ({ lower: intervals[score].lower, upper: intervals[score].upper }));
}
