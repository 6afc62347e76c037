/** The least multiple of `step` that is not below `value`. */
export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** Addresses of one array after another, of so many floats each, in a single piece of scratch memory. */
export function layOut(start: number, ...counts: number[]): number[] {
  let at = start;
  return counts.map((count) => {
    const here = at;
    at += roundUp(count * 4, 16);
    return here;
  });
}

/** Floats of the piece. */
export function total(...counts: number[]): number {
  return counts.reduce((sum, count) => sum + roundUp(count, 4), 0);
}
