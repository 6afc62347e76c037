/** Largest absolute difference between two lists of numbers of any nesting, NaN where one is not finite. */
export function worstDifference(left: unknown, right: unknown): number {
  const a = flatten(left);
  const b = flatten(right);
  if (a.length !== b.length) throw new RangeError(`lengths ${a.length} and ${b.length} differ`);
  return a.reduce((worst, value, index) => Math.max(worst, Math.abs(value - b[index]!)), 0);
}

/** The same, over the largest absolute value on the right. */
export function worstRelativeDifference(left: unknown, right: unknown): number {
  const largest = flatten(right).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return worstDifference(left, right) / (largest || 1);
}

function flatten(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return Array.from(value as ArrayLike<unknown>).flatMap(flatten);
}
