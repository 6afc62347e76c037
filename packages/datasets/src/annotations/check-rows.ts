import { checkLimit, type FileLimits } from '@mer/io';
import type { DatasetNote } from '../dataset.js';
import { parseActionUnits } from './action-units.js';
import type { ClipRecord, RawRow } from './clip-record.js';
import { type Correction, correctionsOf, disagreements, rawValue } from './corrections.js';
import { type Emotion, emotions, parseEmotion, parseObjectiveClass } from './emotions.js';

/**
 * What is done with a row whose frame numbers cannot be: `error` refuses to open and lists all of them; `repair` mends
 * them by rule (an apex outside the clip becomes unknown, a missing onset or offset lies as far from the apex as the other)
 * and leaves out what the rules do not mend; `drop` leaves the clip out. Nothing is left out without a note.
 */
export type FaultPolicy = 'error' | 'repair' | 'drop';

/** Options of {@link checkRows}. */
export interface CheckRowsOptions {
  /** Short name of the data set. */
  dataset: string;
  /** Frames per second where a row says nothing. */
  fps: number;
  /** The known errors that are put right. */
  corrections: readonly Correction[];
  faults: FaultPolicy;
  /** The most frames of a clip, where that is not what `fileLimits` of `@mer/io` says. */
  limits?: Partial<FileLimits> | undefined;
  /** Most frames from onset to offset that a clip of the data set can have; any number if not given. */
  longest?: number | undefined;
}

/** Spellings of "nobody annotated it". */
const unknownNumber = /^(?:|\/|-|--|\?|n\/?a|nan|none|null|missing)$/i;

/**
 * Turns rows of text into records: applies the known corrections, reads numbers, labels and action units, and checks them.
 *
 * A fault is reported with file and row, all of them at once. With `faults: 'repair'`:
 * - an apex that is missing, or outside onset..offset, becomes unknown;
 * - a missing offset (empty, 0 or before the onset) becomes as far behind the apex as the onset is before it;
 * - a missing onset, or one behind the apex, becomes as far before the apex as the offset is behind it, but not below 1.
 * A row whose frame numbers these rules do not mend is left out, and listed.
 */
export function checkRows(
  rows: readonly RawRow[],
  { dataset, fps, corrections, faults, limits, longest }: CheckRowsOptions,
): { records: ClipRecord[]; notes: DatasetNote[] } {
  const notes: DatasetNote[] = [];
  const records: ClipRecord[] = [];
  const keys = new Map<string, RawRow>();
  for (const original of rows) {
    const row = { ...original, extra: { ...original.extra } };
    const key = `${row.subject}/${row.clip}`;
    const note = (severity: DatasetNote['severity'], message: string) =>
      void notes.push({ severity, key, message, ...row.source });
    if (row.remark !== undefined) note('marked', row.remark);
    applyCorrections(row, corrections, note);
    for (const doubt of disagreements(row, corrections)) note('marked', doubt);
    const found: string[] = [];
    for (const [what, text] of Object.entries({ subject: row.subject, clip: row.clip, folder: row.folder ?? 'none' })) {
      if (!isName(text)) found.push(`${what} '${text}' must be a name that stays inside the data set's folder`);
    }
    const twin = keys.get(key);
    if (twin) {
      const { file, row: number } = twin.source;
      found.push(`the clip is there twice: also in ${number === undefined ? file : `row ${number}`}`);
    } else keys.set(key, row);
    const emotion = row.emotion === '' ? null : parseEmotion(row.emotion);
    if (emotion === undefined) {
      found.push(`emotion '${row.emotion}' is unknown: the emotions are ${emotions.join(', ')}`);
    }
    const outOfTime: string[] = [];
    const marks = readMarks(
      row,
      { repair: faults === 'repair', limits, longest: row.longest ?? longest, found: outOfTime },
      (message) => note('corrected', message),
    );
    if (found.length || !marks) {
      for (const fault of found) note(faults === 'drop' ? 'dropped' : 'error', fault);
      for (const fault of outOfTime) note(faults === 'error' ? 'error' : 'dropped', fault);
      continue;
    }
    const { onset, apex, offset } = marks;
    if (apex === null && row.apex !== 'never') note('marked', 'it has no apex');
    const remark = apexRemark(onset, apex, offset);
    if (remark !== undefined) note('marked', remark);
    records.push({
      dataset,
      subject: row.subject,
      clip: row.clip,
      emotion: emotion as Emotion | null,
      objectiveClass: parseObjectiveClass(row.objectiveClass),
      actionUnits: parseActionUnits(row.actionUnits),
      onset,
      apex,
      offset,
      fps: row.fps ?? fps,
      source: row.source,
      extra: row.folder === undefined ? row.extra : { ...row.extra, folder: row.folder },
    });
  }
  return { records, notes };
}

/** What a method may care about in the frame numbers of a clip; undefined where there is nothing. */
export function apexRemark(onset: number, apex: number | null, offset: number): string | undefined {
  if (onset === offset) return `onset and offset are one frame (${onset})`;
  if (apex === onset) return `the apex is the onset (${onset}): there is no rise`;
  return apex === offset ? `the apex is the offset (${offset}): there is no fall` : undefined;
}

/** Whether a text can be a file name; anything that could lead elsewhere is none. */
export function isName(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !/[\\/\0]/.test(text);
}

function applyCorrections(
  row: RawRow,
  corrections: readonly Correction[],
  note: (severity: DatasetNote['severity'], message: string) => void,
): void {
  for (const correction of correctionsOf(row, corrections)) {
    const { field, wrong, right, reason } = correction;
    if (field === 'clip' || rawValue(row, field) !== wrong) continue;
    if (field === 'reported') row.extra['reported'] = right ?? '';
    else row[field] = right ?? '';
    note('corrected', `${field} ${wrong} is read as ${right === '' ? 'unknown' : right}: ${reason}`);
  }
}

interface Numbers {
  onset: number;
  apex: number | null;
  offset: number;
}

function readMarks(
  row: RawRow,
  {
    repair,
    limits,
    longest,
    found,
  }: {
    repair: boolean;
    limits: Partial<FileLimits> | undefined;
    longest: number | undefined;
    found: string[];
  },
  repaired: (message: string) => void,
): Numbers | undefined {
  const before = found.length;
  const read = (name: 'onset' | 'apex' | 'offset'): number | null => {
    const text = row[name];
    if (text === 'never' || unknownNumber.test(text)) return null;
    if (/^\d+(?:\.0+)?$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
    if (/^-\d+(?:\.0+)?$/.test(text) && (name === 'apex' || repair)) return null;
    found.push(`${name} must be a frame number: current value is '${text}'`);
    return null;
  };
  let [onset, apex, offset] = [read('onset'), read('apex'), read('offset')];
  if (found.length > before) return undefined;
  if (repair) {
    if (apex === 0 && onset !== 0) apex = null;
    if (offset === 0 || (offset !== null && onset !== null && offset < onset && apex !== null && apex >= onset)) {
      if (onset !== null && apex !== null && apex >= onset) {
        repaired(`offset ${offset} is read as ${2 * apex - onset}, as far behind the apex as the onset is before it`);
        offset = 2 * apex - onset;
      }
    } else if (offset === null && onset !== null && apex !== null && apex >= onset) {
      repaired(`the missing offset is read as ${2 * apex - onset}, as far behind the apex as the onset is before it`);
      offset = 2 * apex - onset;
    }
    if (apex !== null && offset !== null && apex <= offset && (onset === null || onset > offset)) {
      const right = Math.max(1, 2 * apex - offset);
      repaired(`onset ${onset ?? 'missing'} is read as ${right}, as far before the apex as the offset is behind it`);
      onset = right;
    }
  }
  if (onset === null) found.push('onset must be a frame number: it is missing');
  if (offset === null) found.push('offset must be a frame number: it is missing');
  if (onset === null || offset === null) return undefined;
  if (offset < onset) {
    found.push(`offset must not lie before onset: onset is ${onset}, offset ${offset}`);
    return undefined;
  }
  const count = offset - onset + 1;
  if (longest !== undefined && count > longest) {
    found.push(
      `a clip of this data set has at most ${longest} frames: onset ${onset} to offset ${offset} are ${count}`,
    );
    return undefined;
  }
  if (apex !== null && (apex < onset || apex > offset)) {
    if (!repair) {
      found.push(`apex must lie in the clip, from onset ${onset} to offset ${offset}: current value is ${apex}`);
      return undefined;
    }
    repaired(`apex ${apex} is read as unknown: it lies outside the clip, which is ${onset} to ${offset}`);
    apex = null;
  }
  try {
    checkLimit(
      'it cannot be read',
      `its frames from onset ${onset} to offset ${offset}`,
      'frames',
      offset - onset + 1,
      limits,
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    found.push(error.message);
    return undefined;
  }
  return { onset, apex, offset };
}
