import {
  type BootstrapOptions,
  bootstrapConfidenceInterval,
  type ConfidenceInterval,
} from './bootstrap-confidence-interval.js';
import { labelIndices } from './labels.js';
import type { PerScore, ScoreValues } from './per-score.js';
import type { Predictions } from './predictions.js';
import { type SubjectSample, subjectsToSplit } from './protocols/samples.js';

/** A score of predictions: any function of this package, your own, or several by name. */
export type Metric<Values extends ScoreValues = number> = (predictions: Predictions) => Values;

/** Predictions with the subject of every sample. */
export interface SubjectPredictions extends Predictions {
  /** Subject, and data set in a composite set, of every sample in the order of `truth`. */
  samples: readonly SubjectSample[];
}

/**
 * Bootstrap confidence interval of a score of predictions, resampling whole subjects.
 *
 * {@link bootstrapConfidenceInterval} with the subjects as units: each resample takes all samples of each subject drawn.
 * Clips of one subject are not independent, so resampling clips instead gives intervals that are too narrow. It covers the
 * choice of subjects, not that of training seeds.
 *
 * A resample may lack a rare class, which then counts as `absent` says: pass `(p) => uf1(p, { absent: 'skip' })` to leave
 * it out.
 *
 * @throws RangeError for lists of different length, fewer than two subjects, a level outside (0, 1), or a score that is
 * NaN for the predictions as they are.
 *
 * @example
 * ```ts
 * import { subjectConfidenceInterval, uar } from '@mer/metrics';
 *
 * const samples = ['a', 'a', 'b', 'b', 'c', 'c'].map((subject) => ({ subject }));
 * const interval = subjectConfidenceInterval(
 *   { truth: [0, 1, 0, 1, 0, 1], predicted: [0, 1, 0, 1, 0, 0], classes: 2, samples },
 *   uar,
 *   { resamples: 500 },
 * );
 * console.log(interval.estimate.toFixed(3), interval.lower, interval.upper, interval.units); // 0.833 0.5 1 3
 * ```
 *
 * Reference: the subject as resampling unit is the cluster bootstrap (Davison and Hinkley, Bootstrap Methods and their
 * Application, 1997, section 3.8).
 */
export function subjectConfidenceInterval<Values extends ScoreValues>(
  { truth, predicted, classes, samples }: SubjectPredictions,
  metric: Metric<Values>,
  options: BootstrapOptions = {},
): PerScore<Values, ConfidenceInterval> {
  const task = 'bootstrap a score';
  const rows = labelIndices(truth, classes, 'truth');
  const columns = labelIndices(predicted, classes, 'predicted');
  const subjects = [...subjectsToSplit(samples, task).values()];
  if (rows.length !== columns.length || rows.length !== samples.length) {
    throw new RangeError(
      `Cannot ${task} as predicted and samples must be as long as truth (${rows.length}): current value is ${columns.length} and ${samples.length}`,
    );
  }
  return bootstrapConfidenceInterval(
    subjects,
    (drawn) => {
      const indices = drawn.flatMap((subject) => subjects[subject]!);
      return metric({
        truth: indices.map((index) => rows[index]!),
        predicted: indices.map((index) => columns[index]!),
        classes,
      });
    },
    options,
  );
}
