import { stableJson } from '@mer/options';
import { checkRows } from '../annotations/check-rows.js';
import type { AnnotationRow, RawRow } from '../annotations/clip-record.js';
import type { ClipFinder } from './annotated-declaration.js';

/** A row with every column that an adapter may leave out. */
export function wholeRow(row: AnnotationRow): RawRow {
  return { emotion: '', objectiveClass: '', actionUnits: '', apex: 'never', extra: {}, ...row };
}

/** Whether two lists of annotations say the same, wherever they stand. */
export function sameRows(one: readonly AnnotationRow[], other: readonly AnnotationRow[]): boolean {
  const said = (rows: readonly AnnotationRow[]) => rows.map(({ source: _, ...row }) => stableJson(row)).sort();
  return one === other || stableJson(said(one)) === stableJson(said(other));
}

/**
 * How well annotations fit the clips on disk, 0 to 1: rows whose clips are there, against all rows and against the `most` rows that
 * any list has, so that neither strange rows nor a part of the list counts as a fit.
 */
export async function shareOnDisk(
  dataset: string,
  rows: readonly AnnotationRow[],
  most: number,
  finder: ClipFinder,
): Promise<number> {
  const settings = { dataset, fps: 1, corrections: [], faults: 'repair' as const };
  const { records } = checkRows(rows.map(wholeRow), settings);
  let there = 0;
  for (const record of records) if (await finder.find(record)) there++;
  return (2 * there) / (rows.length + most);
}
