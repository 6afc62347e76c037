import type { AnnotationRow } from '../annotations/clip-record.js';

/**
 * Puts the onset behind the names of clips, so that two movements in one recording have two names; the folder keeps the
 * recording's name. `every` clip, or only those that are `repeated`.
 */
export function withOnset<T extends AnnotationRow>(rows: readonly T[], which: 'every' | 'repeated'): T[] {
  const key = ({ subject, clip }: AnnotationRow) => `${subject}/${clip}`;
  const times = new Map<string, number>();
  for (const row of rows) times.set(key(row), (times.get(key(row)) ?? 0) + 1);
  return rows.map((row) =>
    which === 'every' || times.get(key(row))! > 1
      ? { ...row, clip: `${row.clip}_${row.onset || row.apex}`, folder: row.clip }
      : row,
  );
}
