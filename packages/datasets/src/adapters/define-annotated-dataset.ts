import { choice, type OptionEntries, type Resolved } from '@mer/options';
import { checkRows } from '../annotations/check-rows.js';
import { type ClassScheme, classOf, classValue } from '../annotations/class-schemes.js';
import type { ClipRecord, RawRow } from '../annotations/clip-record.js';
import { knownAbsence } from '../annotations/corrections.js';
import type { AnnotatedDataset, DatasetNote } from '../dataset.js';
import { DatasetError } from '../dataset-error.js';
import { type DatasetDefinition, defineDataset, type OpenMode } from '../define-dataset.js';
import { type DataFolder, fileInfo } from '../files/data-folder.js';
import { absentNumbers, type ClipFrames, listFrames } from '../frames/clip-frames.js';
import { clipReader } from '../frames/read-frames.js';
import { naturalOrder } from '../natural-order.js';
import type { AnnotatedContext, AnnotatedDeclaration, ClipFinder } from './annotated-declaration.js';
import { type AnnotatedEntries, type CommonEntries, commonOptions } from './annotated-options.js';

/**
 * Defines a data set of clips that a table annotates and whose frames are picture files: every clip of a release of this package
 * is read this way. You say where the rows are and where the frames of a row lie; the checks of every row, class schemes,
 * corrections, missing frames, the options that go with them, and the reading of clips are then those of all.
 *
 * @throws TypeError for a declaration that is not whole.
 *
 * @example
 * ```ts
 * import { defineAnnotatedDataset, parseCsv } from '@mer/datasets';
 *
 * const lab = defineAnnotatedDataset({
 *   name: 'lab',
 *   title: 'Clips of our own: codes.csv and a folder of frames for each',
 *   fps: 120,
 *   layout: "'anna/one/0001.png'",
 *   schemes: {
 *     valence: { title: 'two classes', field: 'emotion', classes: { negative: ['negative'], positive: ['positive'] } },
 *   },
 *   options: {},
 *   async readRows({ folder }) {
 *     const [, ...rows] = parseCsv(new TextDecoder().decode(await folder.read('codes.csv')));
 *     return rows.map(({ row, fields: [subject, clip, emotion, onset, offset] }) => {
 *       return { subject, clip, emotion, onset, offset, source: { file: 'codes.csv', row } };
 *     });
 *   },
 *   findClips: async () => ({ kind: 'raw', find: async ({ subject, clip }) => ({ folder: `${subject}/${clip}` }) }),
 * });
 * console.log(Object.keys(lab.options).join(', ')); // classes, annotation, corrections, faults, missing, exclude, decoders
 * ```
 */
export function defineAnnotatedDataset<
  const Name extends string,
  const Scheme extends string = never,
  const Own extends OptionEntries = OptionEntries,
>(
  declaration: AnnotatedDeclaration<Name, Scheme, Own>,
): DatasetDefinition<Name, AnnotatedEntries<Scheme> & Own, AnnotatedDataset> {
  const { name, title, paper, fps, apex = true, schemes, corrections = [], megc2019, faults = 'error' } = declaration;
  const names = Object.keys(schemes ?? {}) as Scheme[];
  const options = {
    ...(names.length > 0 && { classes: choice('Class scheme.', names as string[], { default: names[0]! as string }) }),
    ...declaration.options,
    ...commonOptions(faults),
  } as unknown as AnnotatedEntries<Scheme> & Own;
  return defineDataset({
    name,
    title,
    paper,
    samples: 'clips',
    options,
    traits: { ...(schemes && { schemes }), fps, apex, corrections, ...(megc2019 && { megc2019 }) },
    recognize: declaration.recognize && ((look) => declaration.recognize!(look)),
    open: ({ root, mode, parts: _, ...values }) => {
      return openAnnotated(declaration as unknown as AnyDeclaration, root, values as unknown as Values, mode);
    },
  });
}

/** The values of the options that are known here. */
type Values = Resolved<CommonEntries> & { readonly classes?: unknown };

type AnyDeclaration = AnnotatedDeclaration<string, string, OptionEntries>;

type Context = AnnotatedContext<Values>;

async function annotationsOf(
  declaration: AnyDeclaration,
  context: Context,
): Promise<{ records: ClipRecord[]; notes: DatasetNote[] }> {
  const rows = await declaration.readRows(context as never);
  const { corrections, faults } = context.options;
  const whole = rows.map(
    (row): RawRow => ({ emotion: '', objectiveClass: '', actionUnits: '', apex: 'never', extra: {}, ...row }),
  );
  const checked = checkRows(whole, {
    dataset: declaration.name,
    fps: declaration.fps,
    corrections: corrections ? (declaration.corrections ?? []) : [],
    faults,
  });
  checked.records.sort((a, b) => naturalOrder(a.subject, b.subject) || naturalOrder(a.clip, b.clip));
  return checked;
}

async function openAnnotated(
  declaration: AnyDeclaration,
  folder: DataFolder,
  options: Values,
  mode: OpenMode,
): Promise<AnnotatedDataset> {
  const { name, schemes = {} } = declaration;
  const notes: DatasetNote[] = [];
  const context: Context = { folder, options, note: (note) => void notes.push(note) };
  let annotated: ClipRecord[] = [];
  try {
    const read = await annotationsOf(declaration, context);
    annotated = read.records;
    notes.push(...read.notes);
  } catch (error) {
    if (mode === 'strict' || !(error instanceof DatasetError)) throw error;
    notes.push(...error.notes);
  }
  const { classes, corrections, decoders, exclude } = options;
  const scheme = declaration.scheme?.(annotated, context as never) ?? schemes[classes as string]!;
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
  const finder = wanted.length
    ? await declaration.findClips(context as never)
    : { kind: 'none', find: async () => undefined };
  const located = await locate(declaration, context, finder, wanted);

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
  if (errors.length && mode === 'strict') throw new DatasetError(`Cannot open ${name} in ${folder.name}`, errors);
  // the data set's own options change what the samples are
  const own = Object.keys(declaration.options).filter((key) => key !== 'frames');
  return annotatedDataset({
    name,
    folder,
    scheme,
    schemes,
    notes,
    annotated,
    outside,
    clips: chosen,
    decoders,
    settings: {
      classes,
      corrections,
      frames: finder.kind,
      ...Object.fromEntries(own.map((key) => [key, (options as unknown as Record<string, unknown>)[key]])),
    },
  });
}

/** A record with its frames and its class. */
interface LabeledClip {
  record: ClipRecord;
  frames: ClipFrames;
  label: number;
}

/** Puts a data set together. */
function annotatedDataset(parts: {
  name: string;
  folder: DataFolder;
  scheme: Pick<ClassScheme, 'classes'>;
  schemes: Readonly<Record<string, ClassScheme>>;
  notes: readonly DatasetNote[];
  annotated: readonly ClipRecord[];
  outside: Readonly<Record<string, number>>;
  clips: readonly LabeledClip[];
  decoders: number;
  settings: Readonly<Record<string, unknown>>;
}): AnnotatedDataset {
  const { name, folder, scheme, schemes, notes, annotated, outside, clips, decoders, settings } = parts;
  const samples = clips.map(({ record: { dataset, subject, clip }, label }) =>
    Object.freeze({ id: `${dataset}/${subject}/${clip}`, dataset, subject, clip, label }),
  );
  const at = (index: number): LabeledClip => {
    const clip = clips[index];
    if (clip) return clip;
    throw new RangeError(`Cannot read clip as index must be 0 to ${clips.length - 1}: current value is ${index}`);
  };
  const reader = clipReader(folder, decoders);
  return Object.freeze({
    kind: 'clips',
    name,
    classes: Object.freeze(Object.keys(scheme.classes)),
    samples: Object.freeze(samples),
    records: Object.freeze(clips.map(({ record }) => record)),
    annotated: Object.freeze(annotated),
    outside,
    schemes,
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
      return reader.read(samples[index]!.id, record, frames, options);
    },
    async openClip(index, options) {
      const { record, frames } = at(index);
      return reader.open(samples[index]!.id, record, frames, options);
    },
  } satisfies AnnotatedDataset);
}

/** Finds the frames of every record; what is missing becomes a note. */
async function locate(
  { layout, corrections = [] }: AnyDeclaration,
  { folder, options, note }: Context,
  finder: ClipFinder,
  records: readonly ClipRecord[],
): Promise<{ record: ClipRecord; frames: ClipFrames }[]> {
  const located: { record: ClipRecord; frames: ClipFrames }[] = [];
  const lost: DatasetNote[] = [];
  const severity = options.missing === 'drop' ? 'dropped' : 'error';
  for (const record of records) {
    const { subject, clip, onset, apex, offset, source } = record;
    const key = `${subject}/${clip}`;
    const found = await finder.find(record);
    const range = found?.shared ? { first: onset, last: offset } : undefined;
    const frames = found && (await listFrames(folder, found.folder, range));
    const absent = frames ? absentNumbers(frames.numbers, onset, offset) : [];
    const total = offset - onset + 1;
    if (!frames || absent.length === total) {
      const known = options.corrections ? knownAbsence(corrections, subject, clip) : undefined;
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
      message: `the frames of none of the ${lost.length} annotated clips are there: expected ${layout} (wrong folder?)`,
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
