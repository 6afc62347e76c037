/** A part of a video, in whole frames; both ends belong to it. */
export interface Interval {
  /** First frame. */
  readonly onset: number;
  /** Last frame. */
  readonly offset: number;
  /** What it is: an interval matches only those of its kind. Left out everywhere, or nowhere. */
  readonly kind?: ExpressionKind | undefined;
}

/** A micro-expression lasts half a second at most, a macro-expression longer; annotations say which it is. */
export type ExpressionKind = 'micro' | 'macro';

/** The intervals of one video: those annotated and those spotted. A video without any counts too. */
export interface SpottedVideo<T extends Interval = Interval> {
  readonly truth: readonly T[];
  readonly predicted: readonly T[];
}

/**
 * Overlap of two intervals: frames that they share divided by frames that either has (intersection over union).
 *
 * @returns from 0 to 1; 1 for equal intervals, also those of one frame
 * @throws RangeError if an end is no whole number or the offset lies before the onset
 *
 * @example
 * ```ts
 * import { intervalOverlap } from '@mer/metrics';
 *
 * console.log(intervalOverlap({ onset: 11, offset: 20 }, { onset: 11, offset: 30 })); // 0.5
 * ```
 *
 * Reference: the MEGC challenges of 2019 to 2025; ends are inclusive, as their annotations are.
 */
export function intervalOverlap(a: Interval, b: Interval): number {
  checkInterval(a, 'measure an overlap', 'the first interval');
  checkInterval(b, 'measure an overlap', 'the second interval');
  return overlap(a, b);
}

/** {@link intervalOverlap} of intervals that were checked. */
export function overlap(a: Interval, b: Interval): number {
  const shared = sharedFrames(a, b);
  return shared / (frameCount(a) + frameCount(b) - shared);
}

/** Whether two intervals overlap by half at least; in whole numbers, so that exactly a half counts. */
export function matches(a: Interval, b: Interval): boolean {
  const shared = sharedFrames(a, b);
  return 2 * shared >= frameCount(a) + frameCount(b) - shared;
}

/** How many frames an interval has. */
export const frameCount = ({ onset, offset }: Interval): number => offset - onset + 1;

const sharedFrames = (a: Interval, b: Interval) =>
  Math.max(0, Math.min(a.offset, b.offset) - Math.max(a.onset, b.onset) + 1);

const kinds: readonly unknown[] = ['micro', 'macro', undefined];

/** Throws unless an interval is one; `task` begins the message, `name` says which it is. */
export function checkInterval(interval: Interval, task: string, name: string): void {
  const { onset, offset, kind } = interval ?? {};
  if (!Number.isSafeInteger(onset) || !Number.isSafeInteger(offset) || offset < onset) {
    throw new RangeError(
      `Cannot ${task} as ${name} must have whole frames onset <= offset: current value is ${onset}..${offset}`,
    );
  }
  if (!kinds.includes(kind)) {
    throw new RangeError(`Cannot ${task} as the kind of ${name} must be micro or macro: current value is ${kind}`);
  }
}

/** Throws unless all intervals of a video are some, and all or none of them have a kind; `task` begins the message. */
export function checkVideos(videos: readonly SpottedVideo[], task: string): void {
  const seen = { with: '', without: '' };
  for (const [index, video] of videos.entries()) {
    for (const side of ['truth', 'predicted'] as const) {
      if (!Array.isArray(video?.[side])) {
        throw new TypeError(
          `Cannot ${task} as videos must be { truth, predicted }, lists of intervals: video ${index} has ${side} ${String(video?.[side])}`,
        );
      }
      for (const [row, interval] of video[side].entries()) {
        const name = `interval ${row} in ${side} of video ${index}`;
        checkInterval(interval, task, name);
        seen[interval.kind === undefined ? 'without' : 'with'] ||= name;
      }
    }
  }
  if (seen.with && seen.without) {
    throw new RangeError(
      `Cannot ${task} as all intervals must have a kind, or none: ${seen.with} has one, ${seen.without} has none (ignoreKind leaves kinds out)`,
    );
  }
}
