/** Options of {@link holmCorrection}. */
export interface HolmOptions {
  /** How many comparisons there are in all, where only some of their p-values are given; as many as are given by default. */
  comparisons?: number;
}

/**
 * p-values corrected for their number by Holm's method: each is the smallest level at which its hypothesis falls.
 *
 * The p-values in ascending order are multiplied by m, m - 1, … and none may be smaller than the one before; 1 is the most. Where more comparisons are
 * meant than p-values are given, m is that number, which is never too small a correction.
 *
 * @param pValues - of the comparisons, in any order
 * @param options - how many comparisons are meant
 * @returns the corrected values, in the order given
 * @throws RangeError for a p-value outside 0 to 1, or fewer comparisons than p-values.
 *
 * @example
 * ```ts
 * import { holmCorrection } from '@mer/metrics';
 *
 * console.log(holmCorrection([0.01, 0.04, 0.03])); // [ 0.03, 0.06, 0.06 ]
 * ```
 *
 * Reference: Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 1979.
 */
export function holmCorrection(
  pValues: readonly number[],
  { comparisons = pValues.length }: HolmOptions = {},
): number[] {
  const task = 'correct p-values';
  const wrong = pValues.find((p) => !(p >= 0 && p <= 1));
  if (wrong !== undefined) {
    throw new RangeError(`Cannot ${task} as each must be from 0 to 1: current value is ${wrong}`);
  }
  if (!Number.isInteger(comparisons) || comparisons < pValues.length) {
    throw new RangeError(
      `Cannot ${task} as comparisons must be a whole number from ${pValues.length}: current value is ${comparisons}`,
    );
  }
  const corrected = new Array<number>(pValues.length);
  let highest = 0;
  for (const [rank, index] of [...pValues.keys()].sort((a, b) => pValues[a]! - pValues[b]!).entries()) {
    highest = Math.max(highest, Math.min(1, pValues[index]! * (comparisons - rank)));
    corrected[index] = highest;
  }
  return corrected;
}
