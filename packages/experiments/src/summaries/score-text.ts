import type { ScoreCell } from './score-table.js';
import type { Interval } from './subject-intervals.js';
import type { RunSummary } from './summary.js';

/** A score as it is printed everywhere. */
export function four(value: number): string {
  return value.toFixed(4);
}

/** The ends of an interval as they are printed everywhere. */
export function ends({ lower, upper }: Interval): [lower: string, upper: string] {
  return [lower.toFixed(3), upper.toFixed(3)];
}

/** A score with its spread and interval, in plain text; nothing where there is none. */
export function cellText(cell: ScoreCell | undefined): string {
  if (!cell) return '';
  const { value, std, interval } = cell;
  return `${four(value)}${std === undefined ? '' : ` ± ${four(std)}`}${interval ? ` [${ends(interval).join(', ')}]` : ''}`;
}

/** How the intervals of a summary were made, in words. */
export function bootstrapText(bootstrap: RunSummary['bootstrap']): string {
  return `${bootstrap.level * 100} % confidence interval: ${resamplesText(bootstrap)}`;
}

/** The method of an interval and what it resamples, in words. */
export function resamplesText({ method = 'percentile', resamples, seed }: RunSummary['bootstrap']): string {
  return `${METHODS[method]} of ${resamples} bootstrap resamples of subjects (seed ${seed})`;
}

const METHODS = { percentile: 'percentiles', bca: 'BCa', 'bca-expanded': 'BCa, expanded for few subjects,' } as const;
