import { accuracy, bootstrapConfidenceInterval, subjectKey, uar, uf1 } from '@mer/metrics';

/** The scores that every table shows. */
export const SCORE_NAMES = ['uf1', 'uar', 'accuracy'] as const;

/** One of the scores that every table shows. */
export type ScoreName = (typeof SCORE_NAMES)[number];

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
  /** Class index annotated. */
  truth: number;
  /** Class index predicted. */
  predicted: number;
}

const functions = { uf1, uar, accuracy };

/** Counts of truth (rows) and prediction (columns). */
export function confusionOf(outcomes: readonly Outcome[], classes: number): number[][] {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const { truth, predicted } of outcomes) confusion[truth]![predicted]! += 1;
  return confusion;
}

/** One score of predictions that are known to be within the classes. */
export function scoreOf(name: ScoreName, outcomes: readonly Outcome[], classes: number): number {
  return functions[name]({ confusion: confusionOf(outcomes, classes) });
}

/**
 * The confidence interval of any number that can be computed from a list of samples, drawing whole subjects.
 *
 * @param samples - subject and data set of each sample
 * @param statistic - gets indices into `samples`, some of them several times
 * @returns undefined where there are fewer than two subjects
 */
export function subjectInterval(
  samples: readonly { subject: string; dataset: string }[],
  statistic: (indices: readonly number[]) => number,
): Interval | undefined {
  if (new Set(samples.map(subjectKey)).size < 2) return undefined;
  const indices = samples.map((_, index) => index);
  const { level, resamples, seed } = BOOTSTRAP;
  const { lower, upper } = bootstrapConfidenceInterval(
    // each sample is its own "class", so that the statistic is told which were drawn
    { truth: indices, predicted: indices, classes: samples.length, samples },
    ({ truth }) => statistic(truth as readonly number[]),
    { level, resamples, seed },
  );
  return { lower, upper };
}
