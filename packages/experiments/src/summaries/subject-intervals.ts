import { bootstrapConfidenceInterval, subjectKey } from '@mer/metrics';

/** One of the scores that every table shows. */
export type ScoreName = 'uf1' | 'uar' | 'accuracy';

/** All of them, in the order of the columns. */
export const SCORE_NAMES: readonly ScoreName[] = ['uf1', 'uar', 'accuracy'];

/** How scores are written for people. */
export const SCORE_TITLES = { uf1: 'UF1', uar: 'UAR', accuracy: 'accuracy' } as const satisfies Record<
  ScoreName,
  string
>;

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

/** A tested sample, as far as scores need it. */
export interface Outcome {
  /** Data set of the sample. */
  dataset: string;
  /** Subject of the sample. */
  subject: string;
  /** Class index annotated. */
  truth: number;
  /** Class index predicted. */
  predicted: number;
}

/** The confusion matrix of each subject; a score of any choice of subjects is the score of the sum of theirs. */
export interface SubjectCounts {
  /** Each subject once, in order of first appearance. */
  subjects: { dataset: string; subject: string }[];
  /** For each of them truth (rows) and prediction (columns), flat. */
  counts: number[][];
  /** Number of classes. */
  classes: number;
}

/** Counts truth and prediction for each subject. */
export function subjectCounts(outcomes: readonly Outcome[], classes: number): SubjectCounts {
  const places = new Map<string, number>();
  const subjects: SubjectCounts['subjects'] = [];
  const counts: number[][] = [];
  for (const { dataset, subject, truth, predicted } of outcomes) {
    const key = subjectKey({ dataset, subject });
    const place = places.get(key) ?? places.size;
    if (place === places.size) {
      places.set(key, place);
      subjects.push({ dataset, subject });
      counts.push(new Array<number>(classes * classes).fill(0));
    }
    counts[place]![truth * classes + predicted]! += 1;
  }
  return { subjects, counts, classes };
}

/** The confusion matrix of a choice of subjects, by default of all; one that is chosen twice counts twice. */
export function confusionOf({ counts, classes }: SubjectCounts, chosen?: readonly number[]): number[][] {
  const sum = new Array<number>(classes * classes).fill(0);
  const add = (matrix: readonly number[]) => {
    for (let i = 0; i < sum.length; i++) sum[i]! += matrix[i]!;
  };
  if (chosen) for (const subject of chosen) add(counts[subject]!);
  else counts.forEach(add);
  return Array.from({ length: classes }, (_, row) => sum.slice(row * classes, (row + 1) * classes));
}

/**
 * All scores of a confusion matrix: the same as `uf1`, `uar` and `accuracy` of @mer/metrics, without their checks, as resampling asks for tens of thousands.
 */
export function scoresOf(confusion: readonly (readonly number[])[]): Record<ScoreName, number> {
  const size = confusion.length;
  let [f1, recall, hits, all] = [0, 0, 0, 0];
  for (let c = 0; c < size; c++) {
    const hit = confusion[c]![c]!;
    let [truth, predicted] = [0, 0];
    for (let other = 0; other < size; other++) {
      truth += confusion[c]![other]!;
      predicted += confusion[other]![c]!;
    }
    if (hit > 0) {
      f1 += (2 * hit) / (truth + predicted);
      recall += hit / truth;
    }
    hits += hit;
    all += truth;
  }
  return { uf1: f1 / size, uar: recall / size, accuracy: hits / all };
}

/** A value for each score. */
export function byScore<T>(make: (score: ScoreName) => T): Record<ScoreName, T> {
  return Object.fromEntries(SCORE_NAMES.map((score) => [score, make(score)])) as Record<ScoreName, T>;
}

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
