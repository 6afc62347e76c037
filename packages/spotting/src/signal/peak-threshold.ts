/**
 * A height between the mean of a signal and its greatest value: `mean + p (max - mean)`.
 *
 * @param p how far up: 0 the mean, 1 the greatest value
 * @returns the height; NaN for no values
 *
 * @example
 * ```ts
 * import { peakThreshold } from '@mer/spotting';
 *
 * console.log(peakThreshold([0, 0, 4, 0], 0.5)); // 2.5
 * ```
 *
 * Reference: Moilanen, Zhao, Pietikainen, "Spotting rapid facial movements from videos using appearance-based feature difference analysis", ICPR 2014.
 */
export function peakThreshold(values: ArrayLike<number>, p: number): number {
  let [sum, most] = [0, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!;
    most = Math.max(most, values[i]!);
  }
  const mean = sum / values.length;
  return mean + p * (most - mean);
}
