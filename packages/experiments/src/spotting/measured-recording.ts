import type { Recording as Recorded } from '@mer/datasets';
import type { LearnedInterval, MomentSource } from '@mer/spotting';

/** A recording that was measured. */
export interface Measured {
  readonly recorded: Recorded;
  readonly measured: unknown;
  readonly truth: readonly LearnedInterval[];
}

/** A recording that was looked at, whose measurement networks have to give. */
export interface LookedAt {
  readonly recorded: Recorded;
  readonly source: MomentSource;
  /** Identity of what was seen. */
  readonly key: string;
  readonly truth: readonly LearnedInterval[];
}

/** What the fold of a subject measured: its own recordings, and where options are chosen those of the training subjects, by the same networks. */
export interface FoldMeasurements {
  readonly test: readonly Measured[];
  readonly training: readonly Measured[];
}

/** Typed arrays as lists, for JSON. */
export function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}
