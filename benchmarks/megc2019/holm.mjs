/**
 * Holm's correction of p-values by name: the largest of those so far, each times the number that are left of `count`. Where fewer than `count` are there,
 * the others count as larger.
 */
export function holm(values, count = values.size) {
  let highest = 0;
  return new Map(
    [...values]
      .sort(([, a], [, b]) => a - b)
      .map(([name, p], index) => {
        highest = Math.max(highest, Math.min(1, p * (count - index)));
        return [name, highest];
      }),
  );
}
