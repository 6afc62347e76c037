/** A number that stays, or grows with the number of samples: `times * batch`. */
export type Dimension = number | { readonly times: number };

/** Whether a dimension grows with the number of samples. */
export const grows = (dimension: Dimension): dimension is { readonly times: number } => typeof dimension !== 'number';

/** Lengths of axes. */
export type Shape = readonly Dimension[];

/**
 * What two numbers say that were seen with two numbers of samples.
 *
 * @returns undefined where they neither agree nor grow with the samples
 */
export function dimensionOf(first: number, second: number, batches: readonly [number, number]): Dimension | undefined {
  if (first === second) return first;
  const times = first / batches[0];
  return Number.isInteger(times) && times > 0 && second === times * batches[1] ? { times } : undefined;
}

/** Whether two dimensions are the same. */
export const sameDimension = (a: Dimension, b: Dimension): boolean =>
  grows(a) ? grows(b) && a.times === b.times : a === b;
