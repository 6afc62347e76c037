/** Options of {@link movingMean}. */
export interface MovingMeanOptions {
  /** How many values before each belong to its window. */
  before: number;
  /** How many values after each belong to its window. */
  after: number;
  /**
   * What happens where the window leaves the values: `'valid'` leaves such places out, so that the result is shorter by `before + after`; `'zeros'` counts
   * what lies outside as 0; `'cut'` averages what is there.
   */
  edges: 'valid' | 'zeros' | 'cut';
}

/**
 * The mean of a window around each value.
 *
 * @returns as many numbers as there were, or `before + after` fewer with `edges: 'valid'`
 * @throws RangeError if the window is no window
 *
 * @example
 * ```ts
 * import { movingMean } from '@mer/spotting';
 *
 * console.log(movingMean([1, 2, 6, 3], { before: 1, after: 0, edges: 'valid' })); // Float64Array(3) [ 1.5, 4, 4.5 ]
 * console.log(movingMean([1, 2, 6, 3], { before: 1, after: 0, edges: 'cut' })); // Float64Array(4) [ 1, 1.5, 4, 4.5 ]
 * ```
 */
export function movingMean(values: ArrayLike<number>, { before, after, edges }: MovingMeanOptions): Float64Array {
  const task = 'smooth a signal';
  for (const [name, count] of Object.entries({ before, after })) {
    if (!Number.isInteger(count) || count < 0) {
      throw new RangeError(`Cannot ${task} as ${name} must be a whole number from 0: current value is ${count}`);
    }
  }
  const length = values.length;
  const sums = new Float64Array(length + 1);
  for (let i = 0; i < length; i++) sums[i + 1] = sums[i]! + values[i]!;
  const mean = (i: number) => {
    const [from, to] = [Math.max(0, i - before), Math.min(length - 1, i + after)];
    const count = edges === 'cut' ? to - from + 1 : before + after + 1;
    return (sums[to + 1]! - sums[from]!) / count;
  };
  if (edges !== 'valid') return Float64Array.from({ length }, (_, i) => mean(i));
  return Float64Array.from({ length: Math.max(0, length - before - after) }, (_, i) => mean(i + before));
}
