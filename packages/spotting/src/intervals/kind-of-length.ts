import type { ExpressionKind, Interval } from '@mer/metrics';

/**
 * What an interval is by its length: a macro-expression where it lasts more than half a second, else a micro-expression.
 *
 * For intervals that were spotted: annotations say themselves what they are, and do not always keep to it.
 *
 * @param fps frames a second
 *
 * @example
 * ```ts
 * import { kindOfLength } from '@mer/spotting';
 *
 * console.log(kindOfLength({ onset: 0, offset: 15 }, 30), kindOfLength({ onset: 0, offset: 16 }, 30)); // micro macro
 * ```
 *
 * Reference: the limit of the MEGC challenges, `(offset - onset) / fps > 0.5`.
 */
export function kindOfLength({ onset, offset }: Interval, fps: number): ExpressionKind {
  return (offset - onset) / fps > 0.5 ? 'macro' : 'micro';
}
