/** Mean and sample standard deviation. */
export interface MeanAndStd {
  /** The mean. */
  mean: number;
  /** Sample standard deviation (n - 1). */
  std: number;
}

/** The mean of values. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean and sample standard deviation of at least two values. */
export function spread(values: readonly number[]): MeanAndStd {
  const middle = mean(values);
  return {
    mean: middle,
    std: Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1)),
  };
}
