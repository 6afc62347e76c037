import type { RawField, RawRow } from './clip-record.js';

/** One known error of a released annotation, with what is right, why, and who found it. */
export interface Correction {
  /** Data set. */
  dataset: string;
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
  /** Applies only to a row that also has these values, or lies this close in frames to the right value. */
  when?: { readonly onset?: string; readonly within?: number };
}

/**
 * Every correction that the adapters make, as data. Each is applied where its key and its wrong value both match, so that a
 * corrected copy of a workbook is left as it is; `corrections: false` switches them off; every one that was applied is listed
 * by `inspectDataset` and in the data set's notes.
 *
 * @example
 * ```ts
 * import { corrections } from '@mer/datasets';
 *
 * const [typo] = corrections.filter(({ key }) => key === '032/032_3_1');
 * console.log(typo?.wrong, typo?.right); // '1930' '4930'
 * ```
 */
export const corrections: readonly Correction[] = Object.freeze([
  {
    dataset: 'samm',
    key: '028/028_4_1',
    field: 'apex',
    wrong: '1143',
    right: '',
    reason:
      'the apex lies after the offset (1134); onset, offset and Duration agree, so the apex is the wrong one, and unknown',
    source: 'SAMM_Micro_FACS_Codes_v2.xlsx itself; also listed by davidnvq/me_recognition and tvaranka/meb',
  },
  {
    dataset: 'samm',
    key: '032/032_3_1',
    field: 'apex',
    wrong: '1930',
    right: '4930',
    reason: 'the apex lies before the onset (4896): a wrong first digit',
    source: 'SAMM_Micro_FACS_Codes_v2.xlsx itself; also listed by davidnvq/me_recognition and tvaranka/meb',
  },
  {
    dataset: 'smic',
    key: 's18/s18_sur_03',
    field: 'emotion',
    wrong: 'negative',
    right: 'surprise',
    reason: 'the clip is named "sur", lies in the folder "surprise", and counts as surprise in the MEGC2019 list',
    source: 'SMIC-HS-E_annotation.xlsx against the MEGC2019 ground truth',
  },
  ...['s03/s03_ne_03', 's03/s03_ne_20', 's04/s04_ne_05', 's04/s04_ne_06', 's09/s09_sur_02'].map(
    (key): Correction => ({
      dataset: 'smic',
      key,
      field: 'clip',
      wrong: 'no frames',
      right: null,
      reason: 'annotated, but its frames are not in the SMIC-E release',
      source: 'README of davidnvq/me_recognition',
    }),
  ),
  {
    dataset: 'smic',
    key: 's18/s18_sur_03',
    field: 'clip',
    wrong: 'no frames',
    right: null,
    reason: 'its folder is empty in SMIC_all_cropped',
    source: 'SMIC_all_cropped itself',
  },
  {
    dataset: 'casMe2',
    key: '*',
    field: 'reported',
    wrong: 'happyiness',
    right: 'happiness',
    reason: 'misspelt',
    source: 'CAS(ME)^2code_final.xlsx itself',
  },
  ...(['1845', '2403'] as const).map(
    (right): Correction => ({
      dataset: 'casMe3',
      key: 'spNO.40/e',
      field: 'offset',
      wrong: '0',
      right,
      reason: 'the offset is missing (0)',
      source: 'tvaranka/meb',
      when: { within: 120 },
    }),
  ),
  ...(['onset', 'apex'] as const).map(
    (field): Correction => ({
      dataset: 'casMe3',
      key: 'spNO.216/e',
      field,
      wrong: '0',
      right: '1',
      reason: 'the frames start at 1.jpg',
      source: 'exception/casme3_partA_error_list_ZhouJu.xlsx of jingtingEmmaLi/CAS-ME-3; tvaranka/meb',
    }),
  ),
]);

/** The value of a field of a row. */
export function rawValue(row: RawRow, field: RawField): string {
  return field === 'reported' ? (row.extra['reported'] ?? '') : row[field];
}

/** The corrections of one data set that change a value of this row, in the order of the list. */
export function correctionsOf(row: RawRow, dataset: string): Correction[] {
  const keys = ['*', `${row.subject}/${row.clip}`, `${row.subject}/${row.folder ?? row.clip}`];
  return corrections.filter((correction) => {
    if (correction.dataset !== dataset || correction.field === 'clip' || !keys.includes(correction.key)) return false;
    const { field, wrong, right, when } = correction;
    if (rawValue(row, field) !== wrong) return false;
    if (when?.onset !== undefined && row.onset !== when.onset) return false;
    const distance = Number(right) - Number(row.onset);
    return when?.within === undefined || (distance >= 0 && distance <= when.within);
  });
}

/** Why a clip without frames is known to have none; undefined where nobody knows. */
export function knownAbsence(dataset: string, subject: string, clip: string): Correction | undefined {
  return corrections.find(
    ({ dataset: set, key, field, wrong }) =>
      set === dataset && key === `${subject}/${clip}` && field === 'clip' && wrong === 'no frames',
  );
}
