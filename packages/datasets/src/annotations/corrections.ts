import type { RawField, RawRow } from './clip-record.js';

/** One known error of a released annotation, with what is right, why, and who found it. */
export interface Correction {
  /** `subject/clip` (the clip as its folder is named), or `*` for every clip. */
  key: string;
  /** What is wrong: a column, or `clip` where the clip itself cannot be used. */
  field: RawField | 'clip';
  /** The value that is wrong: a row with another value is left alone. For `clip`, what is wrong with it. */
  wrong: string;
  /** The value that is right; '' makes it unknown. Null where the clip is left out. */
  right: string | null;
  /** Why. */
  reason: string;
  /** Who found it. */
  source: string;
  /** What other sources say is right, where they disagree. */
  others?: readonly { readonly right: string; readonly source: string }[];
  /** Applies only to a row that also has these values, or lies this close in frames to the right value. */
  when?: { readonly onset?: string; readonly within?: number };
}

/** The value of a field of a row. */
export function rawValue(row: RawRow, field: RawField): string {
  return field === 'reported' ? (row.extra['reported'] ?? '') : row[field];
}

/** The corrections that change a value of this row, in the order of the list. */
export function correctionsOf(row: RawRow, corrections: readonly Correction[]): Correction[] {
  const keys = ['*', `${row.subject}/${row.clip}`, `${row.subject}/${row.folder ?? row.clip}`];
  return corrections.filter((correction) => {
    if (correction.field === 'clip' || !keys.includes(correction.key)) return false;
    const { field, wrong, right, when } = correction;
    if (rawValue(row, field) !== wrong) return false;
    if (when?.onset !== undefined && row.onset !== when.onset) return false;
    const distance = Number(right) - Number(row.onset);
    return when?.within === undefined || (distance >= 0 && distance <= when.within);
  });
}

/** What the sources of corrections say, of values of this row on which they disagree, whichever of them it has. */
export function disagreements(row: RawRow, corrections: readonly Correction[]): string[] {
  const keys = [`${row.subject}/${row.clip}`, `${row.subject}/${row.folder ?? row.clip}`];
  return corrections.flatMap(({ key, field, right, source, others = [] }) => {
    if (field === 'clip' || others.length === 0 || !keys.includes(key)) return [];
    const said = [{ right: right ?? '', source }, ...others];
    const value = rawValue(row, field);
    if (!said.some((one) => one.right === value)) return [];
    const list = said.map((one) => `${one.right || 'unknown'} (${one.source})`).join(', ');
    return [`the sources disagree on its ${field}, read as ${value || 'unknown'}: ${list}`];
  });
}

/** Why a clip without frames is known to have none; undefined where nobody knows. */
export function knownAbsence(
  corrections: readonly Correction[],
  subject: string,
  clip: string,
): Correction | undefined {
  return corrections.find(
    ({ key, field, wrong }) => key === `${subject}/${clip}` && field === 'clip' && wrong === 'no frames',
  );
}
