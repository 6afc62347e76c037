import { checkRows, type FaultPolicy } from '../annotations/check-rows.js';
import { type ClassScheme, classOf, classValue } from '../annotations/class-schemes.js';
import type { ClipRecord } from '../annotations/clip-record.js';
import { knownAbsence } from '../annotations/corrections.js';
import type { AnnotatedDataset, DatasetNote } from '../dataset.js';
import { DatasetError } from '../dataset-error.js';
import { type DataFolder, fileInfo } from '../files/data-folder.js';
import { withListCache } from '../files/find-paths.js';
import { openFolder } from '../files/open-folder.js';
import { absentNumbers, type ClipFrames, listFrames } from '../frames/clip-frames.js';
import { clipReader } from '../frames/read-frames.js';
import { naturalOrder } from '../natural-order.js';
import { type OptionSpecs, resolveOptions } from '../option-spec.js';
import type { Adapter, AdapterContext, ClipFinder } from './adapter.js';

/** Options that every annotated data set has. */
export interface AnnotatedOptions {
  /** Class scheme, by its name in `classSchemes`. */
  classes?: string;
  /** Workbook to read, relative to the root, where the automatic choice is not wanted. */
  annotation?: string;
  /** Whether known annotation errors are put right (default true). */
  corrections?: boolean;
  /** What is done with rows whose frame numbers cannot be. */
  faults?: FaultPolicy;
  /** What is done with annotated clips whose frames are not there: `error` (default) refuses to open, `drop` leaves them out. */
  missing?: 'error' | 'drop';
  /** Clips to leave out, as `subject/clip`. */
  exclude?: readonly string[];
  /** How many pictures are decoded at the same time. Default 4. */
  decoders?: number;
}

/** How a data set is opened beyond its own options. */
export interface OpenMode {
  /** `throw` (default): an error refuses to open. `note`: it opens with what is usable, and the errors are in `notes`. */
  onError?: 'throw' | 'note';
}

/** The options of an adapter as data. */
export function adapterOptions(adapter: Pick<Adapter, 'schemes' | 'options' | 'faults'>): OptionSpecs {
  const schemes = Object.keys(adapter.schemes);
  return Object.freeze({
    ...(schemes.length && {
      classes: { type: 'string', values: schemes, default: schemes[0], description: 'Class scheme.' } as const,
    }),
    annotation: {
      type: 'string',
      description: 'Workbook to read, relative to the root, where the automatic choice is not wanted.',
    },
    corrections: { type: 'boolean', default: true, description: 'Whether known annotation errors are put right.' },
    faults: {
      type: 'string',
      values: ['error', 'repair', 'drop'],
      default: adapter.faults,
      description: 'What is done with rows whose frame numbers cannot be: refuse to open, mend by rule, or leave out.',
    },
    missing: {
      type: 'string',
      values: ['error', 'drop'],
      default: 'error',
      description: 'What is done with annotated clips whose frames are not there: refuse to open, or leave out.',
    },
    exclude: { type: 'strings', default: [], description: 'Clips to leave out, as subject/clip.' },
    decoders: {
      type: 'integer',
      minimum: 1,
      maximum: 64,
      default: 4,
      description: 'How many pictures are decoded at the same time.',
    },
    ...adapter.options,
  });
}

/** Annotations alone, without a look at the frames. */
interface Annotations {
  records: ClipRecord[];
  notes: DatasetNote[];
}

/** Opens the folder of an adapter and checks its options. */
async function contextOf(
  adapter: Adapter,
  root: string | DataFolder,
  options: Readonly<Record<string, unknown>>,
): Promise<AdapterContext & { notes: DatasetNote[] }> {
  const resolved = resolveOptions(adapter.name, adapterOptions(adapter), options);
  const folder = withListCache(typeof root === 'string' ? await openFolder(root) : root);
  const notes: DatasetNote[] = [];
  return { folder, options: resolved, notes, note: (note) => void notes.push(note) };
}

async function annotationsOf(adapter: Adapter, context: AdapterContext): Promise<Annotations> {
  const rows = await adapter.readRows(context);
  const { corrections, faults } = context.options as { corrections: boolean; faults: FaultPolicy };
  const checked = checkRows(rows, { dataset: adapter.name, fps: adapter.fps, corrections, faults });
  checked.records.sort((a, b) => naturalOrder(a.subject, b.subject) || naturalOrder(a.clip, b.clip));
  return checked;
}

/** Opens the data set of an adapter. */
export async function openAdapter(
  adapter: Adapter,
  root: string | DataFolder,
  options: Readonly<Record<string, unknown>> = {},
  { onError = 'throw' }: OpenMode = {},
): Promise<AnnotatedDataset> {
  const context = await contextOf(adapter, root, options);
  const { folder, notes } = context;
  let annotated: ClipRecord[] = [];
  try {
    const read = await annotationsOf(adapter, context);
    annotated = read.records;
    notes.push(...read.notes);
  } catch (error) {
    if (onError === 'throw' || !(error instanceof DatasetError)) throw error;
    notes.push(...error.notes);
  }
  const scheme = adapter.scheme?.(annotated, context) ?? adapter.schemes[context.options['classes'] as string]!;
  const exclude = context.options['exclude'] as readonly string[];
  const wanted = annotated.filter(({ subject, clip, source }) => {
    const key = `${subject}/${clip}`;
    if (!exclude.includes(key)) return true;
    notes.push({ severity: 'dropped', key, message: 'left out by the option exclude', ...source });
    return false;
  });
  const strange = exclude.filter((key) => !annotated.some(({ subject, clip }) => key === `${subject}/${clip}`));
  for (const key of strange) {
    notes.push({ severity: 'error', key, message: 'the option exclude names a clip that is not annotated' });
  }
  const finder = wanted.length ? await adapter.findClips(context) : { kind: 'none', find: async () => undefined };
  const located = await locate(adapter, context, finder, wanted);

  const outside: Record<string, number> = {};
  const chosen = located.flatMap((clip) => {
    const label = classOf(scheme, clip.record);
    if (label !== undefined) return [{ ...clip, label }];
    const { subject, clip: name } = clip.record;
    const value = classValue(scheme, clip.record) ?? 'none';
    const reason = scheme.except?.[`${subject}/${name}`];
    if (reason !== undefined && Object.values(scheme.classes).some((values) => values.includes(value))) {
      notes.push({ severity: 'dropped', key: `${subject}/${name}`, message: reason, ...clip.record.source });
    } else {
      outside[value] = (outside[value] ?? 0) + 1;
    }
    return [];
  });
  const errors = notes.filter(({ severity }) => severity === 'error');
  if (errors.length && onError === 'throw') {
    throw new DatasetError(`Cannot open ${adapter.name} in ${folder.name}`, errors);
  }
  const { classes: classesName, corrections, decoders } = context.options;
  return annotatedDataset({
    name: adapter.name,
    folder,
    scheme,
    notes,
    annotated,
    outside,
    clips: chosen,
    decoders: decoders as number,
    settings: { classes: classesName, corrections, frames: finder.kind, ...extraSettings(adapter, context.options) },
  });
}

/** The adapter's own options change what the samples are. */
function extraSettings(adapter: Adapter, options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const own = Object.keys(adapter.options).filter((name) => name !== 'frames');
  return Object.fromEntries(own.map((name) => [name, options[name]]));
}

/** A record with its frames and its class. */
export interface LabelledClip {
  record: ClipRecord;
  frames: ClipFrames;
  label: number;
}

/** Puts a data set together. */
export function annotatedDataset(parts: {
  name: string;
  folder: DataFolder;
  scheme: Pick<ClassScheme, 'classes'>;
  notes: readonly DatasetNote[];
  annotated: readonly ClipRecord[];
  outside: Readonly<Record<string, number>>;
  clips: readonly LabelledClip[];
  decoders: number;
  settings: Readonly<Record<string, unknown>>;
}): AnnotatedDataset {
  const { name, folder, scheme, notes, annotated, outside, clips, decoders, settings } = parts;
  const samples = clips.map(({ record: { dataset, subject, clip }, label }) =>
    Object.freeze({ id: `${dataset}/${subject}/${clip}`, dataset, subject, clip, label }),
  );
  const at = (index: number): LabelledClip => {
    const clip = clips[index];
    if (clip) return clip;
    throw new RangeError(`Cannot read clip as index must be 0 to ${clips.length - 1}: current value is ${index}`);
  };
  const read = clipReader(folder, decoders);
  return Object.freeze({
    kind: 'clips',
    name,
    classes: Object.freeze(Object.keys(scheme.classes)),
    samples: Object.freeze(samples),
    records: Object.freeze(clips.map(({ record }) => record)),
    annotated: Object.freeze(annotated),
    outside,
    notes: Object.freeze(notes),
    settings,
    frames: (index) => at(index).frames,
    async sources(index) {
      const { folder: path, files } = at(index).frames;
      return Promise.all(
        files.map(async (name) => {
          const file = path ? `${path}/${name}` : name;
          return { path: file, size: 0, ...(await fileInfo(folder, file)) };
        }),
      );
    },
    readSource: (path) => folder.read(path),
    async readClip(index, options) {
      const { record, frames } = at(index);
      return read(samples[index]!.id, record, frames, options);
    },
  } satisfies AnnotatedDataset);
}

/** Finds the frames of every record; what is missing becomes a note. */
async function locate(
  adapter: Adapter,
  { folder, options, note }: AdapterContext,
  finder: ClipFinder,
  records: readonly ClipRecord[],
): Promise<{ record: ClipRecord; frames: ClipFrames }[]> {
  const located: { record: ClipRecord; frames: ClipFrames }[] = [];
  const lost: DatasetNote[] = [];
  const severity = options['missing'] === 'drop' ? 'dropped' : 'error';
  for (const record of records) {
    const { dataset, subject, clip, onset, apex, offset, source } = record;
    const key = `${subject}/${clip}`;
    const found = await finder.find(record);
    const range = found?.shared ? { first: onset, last: offset } : undefined;
    const frames = found && (await listFrames(folder, found.folder, range));
    const absent = frames ? absentNumbers(frames.numbers, onset, offset) : [];
    const total = offset - onset + 1;
    if (!frames || absent.length === total) {
      const known = options['corrections'] ? knownAbsence(dataset, subject, clip) : undefined;
      const reason = !found
        ? 'the folder of the clip is not there'
        : frames?.files.length
          ? `the folder ${found.folder} has frames ${frames.numbers[0]} to ${frames.numbers.at(-1)}, none of ${onset} to ${offset}`
          : `the folder ${found.folder} has no frames${found.shared ? ` from ${onset} to ${offset}` : ''}`;
      if (known) note({ severity: 'dropped', key, message: known.reason, ...source });
      else lost.push({ severity, key, message: reason, ...source });
      continue;
    }
    if (frames.twice.length) {
      const message = `${frames.folder} has two files for frame ${frames.twice.join(', ')}: the first by name is read`;
      note({ severity: 'warning', key, message, ...source });
    }
    if (absent.length) {
      const marks = { onset, apex, offset };
      const marked = Object.entries(marks).filter(([, number]) => number !== null && absent.includes(number));
      const those = marked.map(([name]) => name).join(' and ');
      const message =
        `${absent.length} of ${total} frames are missing in ${frames.folder}: ${listed(absent)}` +
        (those ? `; for the ${those} the nearest frame is taken` : '');
      note({ severity: 'warning', key, message, ...source });
    }
    located.push({ record, frames });
  }
  if (lost.length && lost.length === records.length) {
    note({
      severity: 'error',
      key: '',
      message: `the frames of none of the ${lost.length} annotated clips are there: expected ${adapter.layout} (wrong folder?)`,
    });
  } else for (const one of lost) note(one);
  return located;
}

/** Numbers in short: `3, 5 to 9, 12`. */
function listed(numbers: readonly number[]): string {
  const runs: string[] = [];
  for (let i = 0; i < numbers.length; ) {
    let end = i;
    while (numbers[end + 1] === numbers[end]! + 1) end++;
    runs.push(end === i ? `${numbers[i]}` : `${numbers[i]} to ${numbers[end]}`);
    i = end + 1;
  }
  return runs.length > 8 ? `${runs.slice(0, 8).join(', ')}, …` : runs.join(', ');
}
