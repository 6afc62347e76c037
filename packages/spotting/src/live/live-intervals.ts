import { kindOfLength } from '../intervals/kind-of-length.js';

/** An interval in seconds. */
export interface LiveInterval {
  readonly onset: number;
  readonly apex: number;
  readonly offset: number;
  /** Score at the apex. */
  readonly score: number;
  readonly kind: 'micro' | 'macro';
}

/** Intervals from a course of scores that comes value by value. */
export interface LiveIntervals {
  /** Takes the score of a moment; gives the interval that ends with it, where one does. */
  push(time: number, score: number): LiveInterval | undefined;
  /** Whether an interval has begun and not ended. */
  readonly open: boolean;
}

/**
 * Finds where a score that comes value by value lies high: from `height` on, until it has been below half of that for `calm` seconds. Movements shorter than `shortest` or longer
 * than `longest` seconds are passed over.
 */
export function liveIntervals({
  height,
  calm,
  shortest,
  longest,
}: {
  height: number;
  calm: number;
  shortest: number;
  longest: number;
}): LiveIntervals {
  let begun: { onset: number; apex: number; score: number; last: number } | undefined;
  return {
    get open() {
      return begun !== undefined;
    },
    push(time, score) {
      if (!begun) {
        if (score >= height) begun = { onset: time, apex: time, score, last: time };
        return undefined;
      }
      if (score > begun.score) Object.assign(begun, { apex: time, score });
      if (score >= height / 2) begun.last = time;
      if (time - begun.last < calm) return undefined;
      const { onset, apex, last: offset, score: best } = begun;
      begun = undefined;
      const length = offset - onset;
      if (length < shortest || length > longest) return undefined;
      // milliseconds as frames: the rule is one of time
      const kind = kindOfLength({ onset: Math.round(onset * 1000), offset: Math.round(offset * 1000) }, 1000);
      return { onset, apex, offset, score: best, kind };
    },
  };
}
