import { apexRemark } from '../annotations/check-rows.js';
import type { ClipRecord } from '../annotations/clip-record.js';
import { bareSubject } from '../annotations/subject-names.js';
import type { DatasetNote } from '../dataset.js';
import { DatasetError } from '../dataset-error.js';
import { safePath } from '../files/safe-path.js';
import { findTable, plainName, readSheets, type TableRow } from '../tables/read-table.js';
import type { AnnotatedContext } from './annotated-declaration.js';

const columns = {
  dataset: { names: ['dataset', 'data', 'set'], optional: true },
  subject: { names: ['subject', 'sub'], optional: true },
  clip: { names: ['clip', 'filename', 'file', 'name', 'filename_o', 'imagename'] },
  apex: { names: ['apex', 'apex_frame', 'ApexF', 'ApexFrame'] },
} as const;

type Row = TableRow<keyof typeof columns>;

/** Whether a word of a list means the data set. */
type IsDataset = (word: string) => boolean;

/** A clip whose spelling differs in case and in zeros before a number: `s09_sur_01` and `s9_sur_1`. */
const plainClip = (clip: string) => clip.toLowerCase().replace(/\d+/g, (digits) => String(Number(digits)));

/**
 * Lays a list of apexes over clips that have none: the option `apexes`. Public lists of SMIC have columns subject, clip and apex_frame, and others beside them; rows
 * of other data sets (a column data or dataset) are passed over.
 *
 * A row whose clip is not annotated, is in another row too, or has another apex of its own, and an apex outside onset to offset, are errors, all of them at once. Clips
 * that the list does not name stay without an apex, and are counted in a note.
 *
 * @throws DatasetError where the file is not there, or no such list.
 */
export async function layApexes(
  { folder, options, note, alsoRead }: Pick<AnnotatedContext, 'folder' | 'options' | 'note' | 'alsoRead'>,
  name: string,
  isDataset: IsDataset,
  records: readonly ClipRecord[],
): Promise<ClipRecord[]> {
  if (options.apexes === undefined) return [...records];
  const file = safePath(options.apexes);
  const fail = (message: string) =>
    new DatasetError(`Cannot open ${name} in ${folder.name}`, [{ severity: 'error', key: '', file, message }]);
  if ((await folder.size(file)) === undefined) throw fail('the file named by the option apexes does not exist');
  const sheets = await readSheets(folder, file);
  const table = sheets.map((sheet) => findTable(sheet, columns)).find((rows) => rows?.length);
  if (!table)
    throw fail(
      'a list of apexes must have the columns clip (or filename) and apex (or apex_frame) in its header, and rows below it',
    );
  alsoRead(file);
  const rows = table.filter(({ cells }) => cells.dataset === '' || isDataset(cells.dataset));
  if (rows.length === 0) {
    const others = [...new Set(table.map(({ cells }) => cells.dataset))].slice(0, 4).join(', ');
    throw fail(`none of its rows is of ${name}: they are of ${others}`);
  }
  const find = finderOf(records);
  const laid = new Map<ClipRecord, { apex: number; row: number }>();
  for (const row of rows) {
    const { subject, clip, apex: text } = row.cells;
    const report = (message: string, key = subject ? `${subject}/${clip}` : clip) =>
      void note({ severity: 'error', key, file, row: row.row, message });
    const found = find(row);
    if (typeof found === 'string') {
      report(found);
      continue;
    }
    const key = `${found.subject}/${found.clip}`;
    const twin = laid.get(found);
    if (twin) {
      report(`its apex is in row ${twin.row} too`, key);
      continue;
    }
    const problem = apexProblem(text, found);
    if (problem !== undefined) report(problem, key);
    // a faulty row is known as well: another of the same clip is one too many
    laid.set(found, { apex: Number(text), row: row.row });
  }
  const result = records.map((record) => {
    const row = laid.get(record);
    if (row === undefined || apexProblem(String(row.apex), record) !== undefined) return record;
    const remark = record.apex === null ? apexRemark(record.onset, row.apex, record.offset) : undefined;
    if (remark !== undefined) {
      note({ severity: 'marked', key: `${record.subject}/${record.clip}`, message: remark, file, row: row.row });
    }
    return { ...record, apex: row.apex };
  });
  note(summary(file, laid.size, result));
  return result;
}

function summary(file: string, rows: number, records: readonly ClipRecord[]): DatasetNote {
  const without = records.filter(({ apex }) => apex === null).length;
  const rest = without === 0 ? '' : `; ${without} of ${records.length} clips are not in it, and have none`;
  return { severity: 'marked', key: '', file, message: `${rows} apexes are those of this list${rest}` };
}

/** Why a text cannot be the apex of a record; undefined where it can. */
function apexProblem(text: string, { onset, apex, offset }: ClipRecord): string | undefined {
  const number = /^\d+(?:\.0+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) return `its apex must be a frame number: current value is '${text}'`;
  if (number < onset || number > offset) {
    return `its apex must lie in the clip, from onset ${onset} to offset ${offset}: current value is ${number} (frame numbers must be those of the data set's own files)`;
  }
  return apex !== null && apex !== number
    ? `the data set annotates another apex, ${apex}: current value is ${number}`
    : undefined;
}

/** Finds the record of a row: as spelled, else in another spelling; a sentence where there is none, or several. */
function finderOf(records: readonly ClipRecord[]): (row: Row) => ClipRecord | string {
  const keys: ((subject: string, clip: string) => string)[] = [
    (subject, clip) => `${bareSubject(subject)}/${clip.toLowerCase()}`,
    (subject, clip) => `${bareSubject(subject)}/${plainClip(clip)}`,
    // lists without subjects
    (_subject, clip) => `/${clip.toLowerCase()}`,
    (_subject, clip) => `/${plainClip(clip)}`,
  ];
  const maps = keys.map((keyOf) => {
    const map = new Map<string, ClipRecord[]>();
    for (const record of records) {
      const names = new Set([record.clip, record.extra['folder'] ?? record.clip]);
      for (const key of new Set([...names].map((clip) => keyOf(record.subject, clip)))) {
        map.set(key, [...(map.get(key) ?? []), record]);
      }
    }
    return map;
  });
  return ({ cells: { subject, clip } }) => {
    for (const at of subject === '' ? [2, 3] : [0, 1]) {
      const found = maps[at]!.get(keys[at]!(subject, clip.replace(/\.(?:jpe?g|png|bmp|avi|mp4)$/i, '')));
      if (found?.length === 1) return found[0]!;
      if (found) {
        const names = found.map((one) => `${one.subject}/${one.clip}`).join(', ');
        return `several clips could be meant, ${names}: the list must name the subject and the clip as the data set does`;
      }
    }
    return 'the clip is not annotated in the data set';
  };
}

/** Whether a word means a data set: its name, in any spelling that its folder may have. */
export function datasetWord(name: string, folder: RegExp | undefined): IsDataset {
  return (word) => plainName(word) === plainName(name) || (folder?.test(word) ?? false);
}
