import { frameCount, type Interval, matches, overlap } from './interval.js';

/** A truth and a prediction that belong together, as indices into their lists, with their overlap. */
export interface IntervalPair {
  readonly truth: number;
  readonly predicted: number;
  /** Intersection over union, 0.5 to 1. */
  readonly overlap: number;
}

/**
 * Pairs truths with predictions of one video: as many pairs as possible whose overlap is a half at least, each interval in one pair at most; among those,
 * the pairs with the greatest sum of overlaps. Kinds are not looked at.
 *
 * It does not depend on the order of rows. Where two choices are equally good, the earlier truth is taken, then the earlier prediction.
 *
 * @returns the pairs in the order of truths
 *
 * @example
 * ```ts
 * import { matchIntervals } from '@mer/metrics';
 *
 * const truth = [{ onset: 1, offset: 20 }, { onset: 9, offset: 28 }];
 * const predicted = [{ onset: 4, offset: 23 }, { onset: 1, offset: 19 }];
 * console.log(matchIntervals(truth, predicted).map((pair) => [pair.truth, pair.predicted])); // [ [ 0, 1 ], [ 1, 0 ] ]
 * ```
 *
 * Reference: one-to-one counting of the MEGC challenges; that the matching is a maximum one, and which it is, are this project's choice. Found by the
 * Hungarian method (Kuhn 1955).
 */
export function matchIntervals(truth: readonly Interval[], predicted: readonly Interval[]): IntervalPair[] {
  const rows = inOrder(truth).filter((t) => predicted.some((p) => matches(truth[t]!, p)));
  const columns = inOrder(predicted).filter((p) => truth.some((t) => matches(t, predicted[p]!)));
  const size = Math.min(rows.length, columns.length);
  // a pair more is worth more than any sum of overlaps
  const value = (t: number, p: number) =>
    matches(truth[t]!, predicted[p]!) ? size + 1 + overlap(truth[t]!, predicted[p]!) : 0;
  const few = rows.length <= columns.length;
  const assigned = few
    ? assign(rows.length, columns.length, (i, j) => value(rows[i]!, columns[j]!))
    : assign(columns.length, rows.length, (j, i) => value(rows[i]!, columns[j]!));
  return assigned
    .map((other, one) => (few ? [rows[one]!, columns[other]!] : [rows[other]!, columns[one]!]) as [number, number])
    .filter(([t, p]) => matches(truth[t]!, predicted[p]!))
    .map(([t, p]) => ({ truth: t, predicted: p, overlap: overlap(truth[t]!, predicted[p]!) }))
    .sort((a, b) => a.truth - b.truth);
}

/** Indices of intervals by time; rows that are the same interval keep their order. */
function inOrder(intervals: readonly Interval[]): number[] {
  const key = (index: number) => intervals[index]!;
  return intervals
    .map((_, index) => index)
    .sort((a, b) => key(a).onset - key(b).onset || frameCount(key(a)) - frameCount(key(b)) || a - b);
}

/** For each of `m` rows its column of `n >= m`, so that the sum of values is greatest. */
function assign(m: number, n: number, value: (row: number, column: number) => number): number[] {
  // potentials and predecessors; row and column 0 stand for none
  const u = new Float64Array(m + 1);
  const v = new Float64Array(n + 1);
  const rowOf = new Int32Array(n + 1);
  for (let row = 1; row <= m; row++) {
    const least = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY);
    const before = new Int32Array(n + 1);
    const used = new Uint8Array(n + 1);
    rowOf[0] = row;
    let column = 0;
    do {
      used[column] = 1;
      const i = rowOf[column]!;
      let delta = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let j = 1; j <= n; j++) {
        if (used[j]) continue;
        const cost = -value(i - 1, j - 1) - u[i]! - v[j]!;
        if (cost < least[j]!) {
          least[j] = cost;
          before[j] = column;
        }
        if (least[j]! < delta) {
          delta = least[j]!;
          next = j;
        }
      }
      for (let j = 0; j <= n; j++) {
        if (used[j]) {
          u[rowOf[j]!] = u[rowOf[j]!]! + delta;
          v[j] = v[j]! - delta;
        } else {
          least[j] = least[j]! - delta;
        }
      }
      column = next;
    } while (rowOf[column] !== 0);
    while (column !== 0) {
      rowOf[column] = rowOf[before[column]!]!;
      column = before[column]!;
    }
  }
  const columns: number[] = new Array(m).fill(-1);
  for (let j = 1; j <= n; j++) if (rowOf[j]! > 0) columns[rowOf[j]! - 1] = j - 1;
  return columns;
}
