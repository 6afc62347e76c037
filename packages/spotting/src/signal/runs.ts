/** Places that lie next to each other, ends inclusive. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

/** The runs of places where `inside` holds; those with fewer than `gap` places between them are one. */
export function runsOf(length: number, inside: (place: number) => boolean, gap = 1): Run[] {
  const runs: { first: number; last: number }[] = [];
  for (let i = 0; i < length; i++) {
    if (!inside(i)) continue;
    const before = runs.at(-1);
    if (before && i - before.last - 1 < gap) before.last = i;
    else runs.push({ first: i, last: i });
  }
  return runs;
}
