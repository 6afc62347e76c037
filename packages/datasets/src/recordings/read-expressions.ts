import { wholeRow } from '../adapters/workbook-fit.js';
import { checkRows } from '../annotations/check-rows.js';
import type { ClipRecord } from '../annotations/clip-record.js';
import type { Correction } from '../annotations/corrections.js';
import type { DatasetNote } from '../dataset.js';
import type { LocatedRecording, RecordingOnDisk } from './locate-recordings.js';
import type { RecordedExpression } from './recording.js';
import type { ExpressionRow, RecordingContext } from './recording-declaration.js';

interface Declared {
  readonly dataset: string;
  readonly fps: number;
  readonly corrections?: readonly Correction[];
}

/** Spellings of an offset that nobody saw. */
const noOffset = /^(?:|0+(?:\.0+)?|\/|-|--|\?|n\/?a|nan|none|null|missing)$/i;

/**
 * The expressions of every recording, checked: numbers of files become frames that count from 0, and no expression reaches beyond its recording.
 *
 * What is changed or left out becomes a note.
 */
export function readExpressions(
  { dataset, fps, corrections = [] }: Declared,
  { folder, options, note }: Pick<RecordingContext, 'folder' | 'options' | 'note'>,
  rows: readonly ExpressionRow[],
  located: readonly RecordingOnDisk[],
): LocatedRecording[] {
  const { expressions, faults } = options;
  const known = new Map(located.map((one) => [keyOf(one.found), one]));
  const used = rows.flatMap((row) => {
    if (expressions !== 'both' && row.kind !== expressions) return [];
    const rate = known.get(keyOf(row))?.found.fps ?? row.fps ?? fps;
    const ended = withOffset(row, options.noOffset, rate, note);
    return ended ? [{ ...ended, extra: { ...row.extra, recording: row.recording, kind: row.kind } }] : [];
  });
  const checked = checkRows(used.map(wholeRow), {
    dataset,
    fps,
    corrections: options.corrections ? corrections : [],
    faults,
    limits: folder.limits,
  });
  for (const one of checked.notes) note(one);
  const found = new Map<string, RecordedExpression[]>();
  for (const record of checked.records) {
    const key = `${record.subject}/${record.extra['recording']}`;
    const one = known.get(key);
    if (!one) continue;
    const expression = inside(record, one, faults, note);
    if (expression) found.set(key, [...(found.get(key) ?? []), expression]);
  }
  return located.map(({ found: { subject, recording, fps: own, dataset: set = dataset, annotated }, frames }) => {
    const [first, last] = [frames.numbers[0]!, frames.numbers.at(-1)!];
    const list = found.get(`${subject}/${recording}`) ?? [];
    list.sort((a, b) => a.onset - b.onset || a.offset - b.offset);
    return {
      frames,
      recording: {
        id: `${set}/${subject}/${recording}`,
        dataset: set,
        subject,
        clip: recording,
        fps: own ?? fps,
        count: last - first + 1,
        first,
        expressions: annotated === false ? null : Object.freeze(list),
      },
    };
  });
}

const keyOf = ({ subject, recording }: { subject: string; recording: string }) => `${subject}/${recording}`;

/** A row with an end; undefined where it is left out for want of one. */
function withOffset(
  row: ExpressionRow,
  policy: 'apex' | 'apex-plus' | 'drop',
  fps: number,
  note: (note: DatasetNote) => void,
): ExpressionRow | undefined {
  const apex = Number(row.apex);
  if (!noOffset.test(row.offset) || !(apex > 0)) return row;
  const say = (severity: DatasetNote['severity'], message: string) =>
    note({ severity, key: `${row.subject}/${row.clip}`, message, ...row.source });
  if (policy === 'drop') {
    say('dropped', 'nobody saw its offset, and the option noOffset leaves it out');
    return undefined;
  }
  const offset = policy === 'apex' ? apex : apex + Math.floor((2 / 3) * fps);
  say('corrected', `the missing offset is read as ${offset}, as the option noOffset says (${policy})`);
  return { ...row, offset: String(offset) };
}

/** An expression in the frames of its recording; undefined where it lies outside. */
function inside(
  record: ClipRecord,
  { frames }: RecordingOnDisk,
  faults: 'error' | 'repair' | 'drop',
  note: (note: DatasetNote) => void,
): RecordedExpression | undefined {
  const { clip, emotion, actionUnits, source } = record;
  const { recording: _, kind, ...extra } = record.extra;
  const [first, last] = [frames.numbers[0]!, frames.numbers.at(-1)!];
  const say = (severity: DatasetNote['severity'], message: string) =>
    note({ severity, key: `${record.subject}/${clip}`, message, ...source });
  const beyond = `its frames ${record.onset} to ${record.offset} are not all in ${frames.folder}, which has ${first} to ${last}`;
  const outside = record.offset < first || record.onset > last;
  const part = record.onset < first || record.offset > last;
  if (outside || (part && faults !== 'repair')) {
    say(faults === 'error' ? 'error' : 'dropped', beyond);
    return undefined;
  }
  const [onset, offset] = [Math.max(record.onset, first), Math.min(record.offset, last)];
  if (part) say('corrected', `${beyond}: it is read as ${onset} to ${offset}`);
  const apex = record.apex !== null && record.apex >= onset && record.apex <= offset ? record.apex - first : null;
  return Object.freeze({
    name: clip,
    kind: kind === 'macro' ? 'macro' : 'micro',
    onset: onset - first,
    apex,
    offset: offset - first,
    emotion,
    actionUnits,
    source,
    extra,
  });
}
