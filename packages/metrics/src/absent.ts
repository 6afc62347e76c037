/** What a ratio with denominator 0 contributes; it arises only for a class that is absent somewhere. */
export interface AbsentOptions {
  /**
   * The value of an undefined ratio: a number from 0 to 1, or `'skip'` to leave the class out of the mean (and show it as
   * NaN in per-class results). Default 0.
   *
   * | class is absent from | recall | precision | F1        |
   * | -------------------- | ------ | --------- | --------- |
   * | truth only           | absent | 0         | 0         |
   * | predictions only     | 0      | absent    | 0         |
   * | both                 | absent | absent    | absent    |
   *
   * The same as scikit-learn's `zero_division` with `labels=` all classes: 0 is its default, 1 the same, `'skip'` is
   * `zero_division=np.nan`.
   */
  absent?: number | 'skip';
}

/** numerator / denominator, or what `absent` says when the denominator is 0 (NaN for 'skip'). */
export function ratio(numerator: number, denominator: number, absent: number | 'skip' = 0): number {
  if (absent !== 'skip' && !(typeof absent === 'number' && absent >= 0 && absent <= 1)) {
    throw new RangeError(
      `Cannot score predictions as absent must be a number from 0 to 1 or 'skip': current value is ${absent}`,
    );
  }
  if (denominator !== 0) return numerator / denominator;
  return absent === 'skip' ? Number.NaN : absent;
}

/** The mean of the values that are not NaN. */
export function meanDefined(values: readonly number[]): number {
  const defined = values.filter((value) => !Number.isNaN(value));
  return sum(defined) / defined.length;
}

/** The sum of the values. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
