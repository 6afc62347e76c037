/**
 * `, did you mean "<name>"?` for the name nearest to a value, or nothing where none is near.
 *
 * Near is: the same but for case and punctuation, one the beginning of the other, or few edits apart (a third of the letters at most).
 */
export function suggestion(value: unknown, names: readonly string[]): string {
  if (typeof value !== 'string' || value === '') return '';
  const given = plain(value);
  const rated = names
    .map((name) => ({ name, edits: rate(given, plain(name)) }))
    .filter(({ edits }) => edits <= Math.max(1, Math.floor(given.length / 3)));
  if (rated.length === 0) return '';
  const best = rated.reduce((least, next) => (next.edits < least.edits ? next : least));
  return `, did you mean "${best.name}"?`;
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function rate(given: string, name: string): number {
  if (given === name) return 0;
  if (given.length > 1 && (name.startsWith(given) || given.startsWith(name))) return 0.5;
  return editDistance(given, name);
}

/** Insertions, deletions, substitutions and swaps of neighbors between two texts. */
function editDistance(left: string, right: string): number {
  let before: number[] = [];
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1] ? 0 : 1;
      let least = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + same);
      const swapped = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      if (swapped) least = Math.min(least, before[j - 2]! + 1);
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row[right.length]!;
}
