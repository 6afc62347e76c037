/**
 * The dicts of a file below its outermost: what lies below each dotted prefix of the names, with the prefix taken off, in the order of the file. Those with fewer
 * than `least` arrays are left out.
 */
export function entriesOf<T>(arrays: Readonly<Record<string, T>>, least: number): Map<string, Record<string, T>> {
  const sizes = new Map<string, number>();
  for (const name of Object.keys(arrays)) {
    for (const prefix of prefixesOf(name)) sizes.set(prefix, (sizes.get(prefix) ?? 0) + 1);
  }
  const entries = new Map<string, Record<string, T>>();
  for (const [name, array] of Object.entries(arrays)) {
    for (const prefix of prefixesOf(name)) {
      if (sizes.get(prefix)! < least) continue;
      const entry = entries.get(prefix) ?? (Object.create(null) as Record<string, T>);
      entry[name.slice(prefix.length + 1)] = array;
      entries.set(prefix, entry);
    }
  }
  return entries;
}

/** Levels of a name that are looked at; the reader of checkpoints goes no deeper. */
const deepest = 64;

function prefixesOf(name: string): string[] {
  const prefixes: string[] = [];
  for (let at = name.indexOf('.'); at > 0 && prefixes.length < deepest; at = name.indexOf('.', at + 1)) {
    prefixes.push(name.slice(0, at));
  }
  return prefixes;
}

/** Entries without those that lie in another of them, or hold the same values as one before. */
export function withoutTwins<T extends { entry: string }>(
  entries: readonly T[],
  valuesOf: (entry: T) => readonly unknown[],
): T[] {
  const kept: T[] = [];
  for (const one of [...entries].sort((a, b) => a.entry.length - b.entry.length)) {
    const values = valuesOf(one);
    const twin = kept.some((other) => {
      const others = valuesOf(other);
      return one.entry.startsWith(`${other.entry}.`) || values.every((value, i) => value === others[i]);
    });
    if (!twin) kept.push(one);
  }
  return kept;
}
