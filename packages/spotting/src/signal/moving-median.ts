/**
 * The median of a window of `reach` values on both sides of each value; at the ends the window is cut off.
 *
 * @returns as many numbers
 * @throws RangeError if `reach` is no whole number from 0
 *
 * @example
 * ```ts
 * import { movingMedian } from '@mer/spotting';
 *
 * console.log(movingMedian([1, 1, 9, 1, 1], 1)); // Float64Array(5) [ 1, 1, 1, 1, 1 ]
 * ```
 */
export function movingMedian(values: ArrayLike<number>, reach: number): Float64Array<ArrayBuffer> {
  if (!Number.isInteger(reach) || reach < 0) {
    throw new RangeError(`Cannot smooth a signal as reach must be a whole number from 0: current value is ${reach}`);
  }
  const sorted: number[] = [];
  const placeOf = (value: number) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const length = values.length;
  for (let i = 0; i < Math.min(reach, length); i++) sorted.splice(placeOf(values[i]!), 0, values[i]!);
  return Float64Array.from({ length }, (_, i) => {
    const [entering, leaving] = [i + reach, i - reach - 1];
    if (entering < length) sorted.splice(placeOf(values[entering]!), 0, values[entering]!);
    if (leaving >= 0) sorted.splice(placeOf(values[leaving]!), 1);
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  });
}
