/** What is drawn or swapped as a whole, a subject for instance: how many there are, or the list of them. */
export type Units = number | ArrayLike<unknown>;

/** How many units there are; at least `least`. */
export function unitCount(units: Units, task: string, least: number): number {
  const count = typeof units === 'number' ? units : units?.length;
  if (!Number.isInteger(count))
    throw new TypeError(`Cannot ${task} as units must be a whole number or a list: current value is ${String(units)}`);
  if (count < least)
    throw new RangeError(`Cannot ${task} as units must be at least ${least}: current value is ${count}`);
  return count;
}
