import type { ClipRecord } from '../annotations/clip-record.js';
import { type Correction, knownAbsence } from '../annotations/corrections.js';
import type { DatasetNote } from '../dataset.js';
import { absentRuns, type ClipFrames, frameLister } from '../frames/clip-frames.js';
import type { AnnotatedContext, ClipFinder } from './annotated-declaration.js';
import { videosIn } from './any-tree.js';

/** A record with its frames. */
export interface LocatedClip {
  record: ClipRecord;
  frames: ClipFrames;
}

/** A clip that cannot be used for want of frames. */
interface LostClip {
  note: DatasetNote;
  /** Not even its folder is there. */
  nowhere: boolean;
}

/** Finds the frames of every record; what is missing becomes a note. */
export async function locateClips(
  { layout, corrections = [] }: { readonly layout: string; readonly corrections?: readonly Correction[] },
  { folder, options, note }: AnnotatedContext,
  finder: ClipFinder,
  records: readonly ClipRecord[],
): Promise<LocatedClip[]> {
  const located: LocatedClip[] = [];
  const lost: LostClip[] = [];
  const severity = options.missing === 'drop' ? 'dropped' : 'error';
  const told = new Set<string>();
  const list = frameLister(folder);
  for (const record of records) {
    const { subject, clip, onset, apex, offset, source } = record;
    const key = `${subject}/${clip}`;
    const warn = (message: string) => note({ severity: 'warning', key, message, ...source });
    const found = await finder.find(record);
    const range = found?.shared ? { first: onset, last: offset } : undefined;
    const frames = found && (await list(found.folder, range));
    if (frames && frames.passed.length > 0 && !told.has(frames.folder)) {
      told.add(frames.folder);
      const count = frames.passed.length;
      const some = frames.passed.slice(0, 4).join(', ') + (frames.passed.length > 4 ? ', …' : '');
      warn(
        `by their names, ${count === 1 ? 'a picture' : `${count} pictures`} in ${frames.folder} must be copies or no frames, and ${count === 1 ? 'is' : 'are'} passed over: ${some}`,
      );
    }
    const absent = frames ? absentRuns(frames.numbers, onset, offset) : [];
    const reason = whyLost(record, found, frames, absent, options.gaps);
    if (!frames || reason !== undefined) {
      const known = options.corrections ? knownAbsence(corrections, subject, clip) : undefined;
      if (known && !frames?.numbers.length) note({ severity: 'dropped', key, message: known.reason, ...source });
      else lost.push({ note: { severity, key, message: reason!, ...source }, nowhere: !found });
      continue;
    }
    if (frames.twice.length) {
      warn(`${frames.folder} has two files for frame ${frames.twice.join(', ')}: the first by name is read`);
    }
    if (absent.length) {
      const marks = { onset, apex, offset };
      const marked = Object.entries(marks).filter(
        ([, number]) => number !== null && absent.some(([from, to]) => from <= number && number <= to),
      );
      const those = marked.map(([name]) => name).join(' and ');
      const nearest = those ? `; for the ${those} the nearest frame is taken` : '';
      warn(`${missing(record, absent)} in ${frames.folder}: ${listedRuns(absent)}${nearest}`);
    }
    located.push({ record, frames });
  }
  if (lost.length && lost.length === records.length && lost.every(({ nowhere }) => nowhere)) {
    const videos = await videosIn(folder);
    note({
      severity: 'error',
      key: '',
      message: `the frames of none of the ${lost.length} annotated clips are there: expected ${layout} (wrong folder?)${videos ? `. ${videos}: take the frames out of the videos first, or list them in a manifest (clip-folder reads videos), or state the folders by the option layout` : ''}`,
    });
  } else for (const one of lost) note(one.note);
  return located;
}

/** Why a clip cannot be used for want of frames; undefined where it can. */
function whyLost(
  record: ClipRecord,
  found: { readonly folder: string; readonly shared?: boolean } | undefined,
  frames: ClipFrames | undefined,
  absent: readonly Run[],
  gaps: number,
): string | undefined {
  const { onset, offset } = record;
  const total = offset - onset + 1;
  if (!found || !frames) return 'the folder of the clip is not there';
  const { folder, numbers } = frames;
  const [first, last] = [numbers[0], numbers.at(-1)];
  if (first === undefined || last === undefined) {
    return `the folder ${folder} has no frames${found.shared ? ` from ${onset} to ${offset}` : ''}`;
  }
  const whole = last - first + 1 === numbers.length && numbers.length === total;
  if (whole && first < 2 && first !== onset) {
    return `the folder ${folder} has as many frames as the clip, but numbered ${first} to ${last}, not ${onset} to ${offset}: they were renumbered, and must be named by the numbers of the annotation`;
  }
  if (countOf(absent) === total)
    return `the folder ${folder} has frames ${first} to ${last}, none of ${onset} to ${offset}`;
  if (countOf(absent) / total <= gaps) return undefined;
  return `${missing(record, absent)} in ${folder}, more than the share of ${gaps} that the option gaps allows: ${listedRuns(absent)}`;
}

type Run = readonly [from: number, to: number];

const countOf = (runs: readonly Run[]) => runs.reduce((sum, [from, to]) => sum + to - from + 1, 0);

const missing = ({ onset, offset }: ClipRecord, absent: readonly Run[]) =>
  `${countOf(absent)} of ${offset - onset + 1} frames are missing`;

/** Runs of numbers in short: `3, 5 to 9, 12`. */
export function listedRuns(runs: readonly Run[]): string {
  const shown = runs.slice(0, 8).map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`));
  return runs.length > 8 ? `${shown.join(', ')}, …` : shown.join(', ');
}
