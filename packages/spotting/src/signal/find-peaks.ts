/** Options of {@link findPeaks}. */
export interface FindPeaksOptions {
  /** Lowest value of a peak; any by default. */
  height?: number;
  /** Fewest places from one peak to the next, 1 by default: of two that are closer the lower one goes, the lowest of all first. */
  distance?: number;
}

/**
 * The places where a signal is higher than on both sides; of a plateau the middle one (the left one of two). Ends are no peaks.
 *
 * @returns indices, rising
 * @throws RangeError if `distance` is below 1
 *
 * @example
 * ```ts
 * import { findPeaks } from '@mer/spotting';
 *
 * console.log(findPeaks([0, 2, 0, 3, 3, 3, 0, 1, 0], { height: 1.5 })); // [ 1, 4 ]
 * console.log(findPeaks([0, 2, 0, 3, 0], { distance: 3 })); // [ 3 ]
 * ```
 *
 * Reference: the rules of SciPy's `find_peaks` with `height` and `distance`, which published spotters call.
 */
export function findPeaks(values: ArrayLike<number>, { height, distance = 1 }: FindPeaksOptions = {}): number[] {
  if (!(distance >= 1)) {
    throw new RangeError(`Cannot find peaks as distance must be at least 1: current value is ${distance}`);
  }
  const peaks: number[] = [];
  for (let i = 1; i < values.length - 1; i++) {
    if (!(values[i - 1]! < values[i]!)) continue;
    let end = i;
    while (end + 1 < values.length && values[end + 1] === values[i]) end++;
    if (end < values.length - 1 && values[end + 1]! < values[i]!) {
      peaks.push((i + end) >> 1);
    }
    i = end;
  }
  const high = height === undefined ? peaks : peaks.filter((peak) => values[peak]! >= height);
  return apart(values, high, Math.ceil(distance));
}

/** Peaks at least so far from each other: the highest stay. */
function apart(values: ArrayLike<number>, peaks: readonly number[], distance: number): number[] {
  const kept = peaks.map(() => true);
  // of equal peaks the later one is looked at first
  const byHeight = peaks.map((_, i) => i).sort((a, b) => values[peaks[b]!]! - values[peaks[a]!]! || b - a);
  for (const i of byHeight) {
    if (!kept[i]) continue;
    for (let j = i - 1; j >= 0 && peaks[i]! - peaks[j]! < distance; j--) kept[j] = false;
    for (let j = i + 1; j < peaks.length && peaks[j]! - peaks[i]! < distance; j++) kept[j] = false;
  }
  return peaks.filter((_, i) => kept[i]);
}
