import { type PerScore, perScore, type ScoreValues } from './per-score.js';
import { createRandom } from './random.js';
import { type Units, unitCount } from './units.js';

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
  /** The score of the units as they are. */
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
  /** Number of units that were resampled. */
  units: number;
}

/**
 * Percentile confidence interval of any score, resampling units such as subjects.
 *
 * Each resample draws as many units as there are, with replacement; lower and upper are the (1 - level) / 2 and
 * (1 + level) / 2 quantiles (linear interpolation) of the score over the resamples. The same seed gives the same interval
 * on every platform. For predictions with subjects there is {@link subjectConfidenceInterval}.
 *
 * @param units - how many units there are, or the list of them
 * @param score - the score of the units drawn, given as indices from 0, some of them several times; several scores by
 * name are computed on the same draws
 * @param options - level, number of resamples, seed
 * @returns an interval, or one for each name
 * @throws RangeError for fewer than two units, a level outside (0, 1), or a score that is NaN for the units as they are.
 *
 * @example
 * ```ts
 * import { bootstrapConfidenceInterval } from '@mer/metrics';
 *
 * const hours = [2, 3, 5, 8, 13, 21];
 * const mean = (drawn: readonly number[]) => drawn.reduce((sum, i) => sum + hours[i]!, 0) / drawn.length;
 * const { estimate, lower, upper, units } = bootstrapConfidenceInterval(hours, mean, { resamples: 500 });
 * console.log(estimate.toFixed(2), lower > 2, upper < 21, units); // 8.67 true true 6
 * ```
 *
 * Reference: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
 */
export function bootstrapConfidenceInterval<Values extends ScoreValues>(
  units: Units,
  score: (drawn: readonly number[]) => Values,
  { level = 0.95, resamples = 2000, seed = 0 }: BootstrapOptions = {},
): PerScore<Values, ConfidenceInterval> {
  const task = 'bootstrap a score';
  const count = unitCount(units, task, 2);
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`Cannot ${task} as level must be between 0 and 1: current value is ${level}`);
  }
  if (!Number.isInteger(resamples) || resamples < 1) {
    throw new RangeError(`Cannot ${task} as resamples must be a whole number from 1: current value is ${resamples}`);
  }
  const random = createRandom(seed, task);
  const whole = score(Array.from({ length: count }, (_, unit) => unit));
  perScore(whole, task, (of, name) => {
    if (Number.isNaN(of(whole))) {
      throw new RangeError(`Cannot ${task} as ${name} must be defined for the units as they are: current value is NaN`);
    }
  });
  const drawn = Array.from({ length: resamples }, () =>
    score(Array.from({ length: count }, () => Math.floor(random() * count))),
  );
  return perScore(whole, task, (of, name) => {
    const defined = drawn
      .map(of)
      .filter((value) => !Number.isNaN(value))
      .sort((a, b) => a - b);
    if (defined.length === 0) {
      throw new RangeError(
        `Cannot ${task} as ${name} must be defined for some resample: current value is NaN for all ${resamples}`,
      );
    }
    return {
      estimate: of(whole),
      lower: quantile(defined, (1 - level) / 2),
      upper: quantile(defined, (1 + level) / 2),
      level,
      resamples,
      discarded: resamples - defined.length,
      units: count,
    };
  });
}

/** The p-quantile of ascending values, interpolating linearly between order statistics. */
function quantile(sorted: readonly number[], p: number): number {
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - below);
}
