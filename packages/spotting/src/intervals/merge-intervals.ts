import type { Interval } from '@mer/metrics';

/** What {@link mergeIntervals} needs of an interval. */
type Merged = Interval & { readonly apex: number; readonly score: number };

/**
 * Joins intervals that overlap: as long as two of them share more than `overlap` of the shorter one, they become one from the first onset to the last offset,
 * with the apex and all else of the one with the greater score.
 *
 * @param overlap share of the shorter interval, from 0 (any common frame) to 1 (never); 0 by default
 * @returns intervals in time order; those given stay as they are
 *
 * @example
 * ```ts
 * import { mergeIntervals } from '@mer/spotting';
 *
 * const found = [
 *   { onset: 10, apex: 15, offset: 20, score: 1 },
 *   { onset: 18, apex: 22, offset: 30, score: 2 },
 *   { onset: 40, apex: 41, offset: 45, score: 1 },
 * ];
 * console.log(mergeIntervals(found).map(({ onset, apex, offset }) => [onset, apex, offset])); // [ [ 10, 22, 30 ], [ 40, 41, 45 ] ]
 * ```
 *
 * Reference: the joining of regions in the flow spotters of MEGC2022 and MEGC2023; frames are counted inclusively here, and joining goes on until nothing is
 * left to join, where they pass twice.
 */
export function mergeIntervals<T extends Merged>(
  intervals: readonly T[],
  { overlap = 0 }: { overlap?: number } = {},
): T[] {
  if (!(overlap >= 0 && overlap <= 1)) {
    throw new RangeError(`Cannot merge intervals as overlap must be from 0 to 1: current value is ${overlap}`);
  }
  const sorted = [...intervals].sort((a, b) => a.onset - b.onset || a.offset - b.offset);
  for (let i = 0; i < sorted.length; i++) {
    for (let j = i + 1; j < sorted.length && sorted[j]!.onset <= sorted[i]!.offset; j++) {
      const [a, b] = [sorted[i]!, sorted[j]!];
      const shared = Math.min(a.offset, b.offset) - Math.max(a.onset, b.onset) + 1;
      const shorter = Math.min(a.offset - a.onset, b.offset - b.onset) + 1;
      if (shared / shorter <= overlap) continue;
      sorted[i] = { ...(b.score > a.score ? b : a), onset: a.onset, offset: Math.max(a.offset, b.offset) };
      sorted.splice(j, 1);
      // it has grown: those before it may reach it now
      i = -1;
      break;
    }
  }
  return sorted;
}
