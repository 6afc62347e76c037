import { ratio, sum } from '../absent.js';

/** Hits, false alarms and misses. */
export interface SpottingCounts {
  /** Truths that were spotted. */
  readonly tp: number;
  /** Predictions that are none of the truths. */
  readonly fp: number;
  /** Truths that were missed. */
  readonly fn: number;
}

/** Counts with their ratios; a ratio without denominator is 0. */
export interface SpottingScore extends SpottingCounts {
  /** tp / (tp + fp). */
  readonly precision: number;
  /** tp / (tp + fn). */
  readonly recall: number;
  /** 2 tp / (2 tp + fp + fn). */
  readonly f1: number;
}

/**
 * Counts of several videos, kinds or data sets added up, with their ratios.
 *
 * @example
 * ```ts
 * import { pooledSpotting } from '@mer/metrics';
 *
 * // MTSN on the two parts of the test set of MEGC2022
 * const { f1 } = pooledSpotting([{ tp: 5, fp: 6, fn: 26 }, { tp: 10, fp: 28, fn: 26 }]);
 * console.log(f1.toFixed(4)); // 0.2586
 * ```
 */
export function pooledSpotting(counts: readonly SpottingCounts[]): SpottingScore {
  const total = (key: keyof SpottingCounts) => sum(counts.map((one) => one[key]));
  const [tp, fp, fn] = [total('tp'), total('fp'), total('fn')];
  const [precision, recall] = [ratio(tp, tp + fp), ratio(tp, tp + fn)];
  return { tp, fp, fn, precision, recall, f1: ratio(2 * tp, 2 * tp + fp + fn) };
}
