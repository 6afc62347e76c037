import { labelIndices } from './labels.js';
import type { Predictions } from './predictions.js';
import { type SubjectSample, subjectsToSplit } from './protocols/samples.js';
import { createRandom } from './random.js';

/** A score of predictions: any function of this package, or your own. */
export type Metric = (predictions: Predictions) => number;

/** Predictions with the subject of every sample. */
export interface SubjectPredictions extends Predictions {
  /** Subject, and data set in a composite set, of every sample in the order of `truth`. */
  samples: readonly SubjectSample[];
}

/** Options of {@link bootstrapConfidenceInterval}. */
export interface BootstrapOptions {
  /** Share of resamples inside the interval, between 0 and 1. Default 0.95. */
  level?: number;
  /** Number of resamples. Default 2000. */
  resamples?: number;
  /** Seed of the draws. Default 0. */
  seed?: number;
}

/** A score with its interval. */
export interface ConfidenceInterval {
  /** The score of the predictions as they are. */
  estimate: number;
  /** Lower end. */
  lower: number;
  /** Upper end. */
  upper: number;
  /** Share of resamples inside. */
  level: number;
  /** Number of resamples drawn. */
  resamples: number;
  /** Of these, how many had no score (NaN) and were left out of the percentiles. */
  discarded: number;
  /** Number of subjects that were resampled. */
  subjects: number;
}

/**
 * Percentile confidence interval of a score, resampling whole subjects.
 *
 * Each resample draws as many subjects as there are, with replacement, and takes all samples of each; lower and upper are
 * the (1 - level) / 2 and (1 + level) / 2 quantiles (linear interpolation) of the score over the resamples. Clips of one
 * subject are not independent, so resampling clips instead gives intervals that are too narrow. The same seed gives the
 * same interval on every platform. It covers the choice of subjects, not that of training seeds.
 *
 * A resample may lack a rare class, which then counts as `absent` says: pass `(p) => uf1(p, { absent: 'skip' })` to leave
 * it out.
 *
 * @throws RangeError for lists of different length, fewer than two subjects, a level outside (0, 1), or a score that is
 * NaN for the predictions as they are.
 *
 * @example
 * ```ts
 * import { bootstrapConfidenceInterval, uar } from '@mer/metrics';
 *
 * const samples = ['a', 'a', 'b', 'b', 'c', 'c'].map((subject) => ({ subject }));
 * const interval = bootstrapConfidenceInterval(
 *   { truth: [0, 1, 0, 1, 0, 1], predicted: [0, 1, 0, 1, 0, 0], classes: 2, samples },
 *   uar,
 *   { resamples: 500 },
 * );
 * console.log(interval.estimate.toFixed(3), interval.lower, interval.upper, interval.subjects); // 0.833 0.5 1 3
 * ```
 *
 * Reference: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13; the subject as resampling unit is
 * the cluster bootstrap (Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 3.8).
 */
export function bootstrapConfidenceInterval(
  { truth, predicted, classes, samples }: SubjectPredictions,
  metric: Metric,
  { level = 0.95, resamples = 2000, seed = 0 }: BootstrapOptions = {},
): ConfidenceInterval {
  const task = 'bootstrap a score';
  const rows = labelIndices(truth, classes, 'truth');
  const columns = labelIndices(predicted, classes, 'predicted');
  const subjects = [...subjectsToSplit(samples, task).values()];
  if (rows.length !== columns.length || rows.length !== samples.length) {
    throw new RangeError(
      `Cannot ${task} as predicted and samples must be as long as truth (${rows.length}): current value is ${columns.length} and ${samples.length}`,
    );
  }
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`Cannot ${task} as level must be between 0 and 1: current value is ${level}`);
  }
  if (!Number.isInteger(resamples) || resamples < 1) {
    throw new RangeError(`Cannot ${task} as resamples must be a whole number from 1: current value is ${resamples}`);
  }
  const random = createRandom(seed, task);
  const score = (indices: readonly number[]) =>
    metric({
      truth: indices.map((index) => rows[index]!),
      predicted: indices.map((index) => columns[index]!),
      classes,
    });

  const estimate = score(rows.map((_, index) => index));
  if (Number.isNaN(estimate)) {
    throw new RangeError(`Cannot ${task} as metric must be defined for the predictions: current value is NaN`);
  }
  const drawn = Array.from({ length: resamples }, () =>
    score(subjects.flatMap(() => subjects[Math.floor(random() * subjects.length)]!)),
  );
  const defined = drawn.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (defined.length === 0) {
    throw new RangeError(
      `Cannot ${task} as metric must be defined for some resample: current value is NaN for all ${resamples}`,
    );
  }
  return {
    estimate,
    lower: quantile(defined, (1 - level) / 2),
    upper: quantile(defined, (1 + level) / 2),
    level,
    resamples,
    discarded: resamples - defined.length,
    subjects: subjects.length,
  };
}

/** The p-quantile of ascending values, interpolating linearly between order statistics. */
function quantile(sorted: readonly number[], p: number): number {
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - below);
}
