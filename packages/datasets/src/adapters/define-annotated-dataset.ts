import type { OptionEntries, Resolved } from '@mer/options';
import { actionUnitScheme, asksForUnits } from '../annotations/action-unit-classes.js';
import { checkRows } from '../annotations/check-rows.js';
import {
  type ClassScheme,
  classValue,
  type LabelKind,
  labelOf,
  type SampleLabel,
} from '../annotations/class-schemes.js';
import type { ClipRecord } from '../annotations/clip-record.js';
import type { AnnotatedDataset, AnnotationFile, DatasetNote } from '../dataset.js';
import { DatasetError } from '../dataset-error.js';
import { type DatasetDefinition, defineDataset, type OpenMode } from '../define-dataset.js';
import { type DataFolder, fileInfo } from '../files/data-folder.js';
import { clipReader } from '../frames/read-frames.js';
import { naturalOrder } from '../natural-order.js';
import type { AnnotatedContext, AnnotatedDeclaration, ClipFinder } from './annotated-declaration.js';
import { type AnnotatedEntries, type CommonEntries, classesOption, commonOptions } from './annotated-options.js';
import { anyTree } from './any-tree.js';
import { describeFiles } from './describe-files.js';
import { findLeaks } from './find-leaks.js';
import { datasetWord, layApexes } from './lay-apexes.js';
import { layoutFinder } from './layout-finder.js';
import { type LocatedClip, locateClips } from './locate-clips.js';
import { wholeRow } from './workbook-fit.js';

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
 * console.log(Object.keys(lab.options).join(', '));
 * // classes, annotations, columns, layout, apexes, corrections, faults, missing, gaps, leaks, exclude, decoders, limits, followLinks
 * ```
 */
export function defineAnnotatedDataset<
  const Name extends string,
  const Scheme extends string = never,
  const Own extends OptionEntries = OptionEntries,
  const Units extends boolean = false,
>(
  declaration: AnnotatedDeclaration<Name, Scheme, Own, Units>,
): DatasetDefinition<Name, AnnotatedEntries<Scheme, Units> & Own, AnnotatedDataset> {
  const { name, title, paper, fps, apex = true, schemes, corrections = [], megc2019, faults = 'error' } = declaration;
  const { longest, actionUnits = false, labelKind } = declaration;
  const names = Object.keys(schemes ?? {}) as Scheme[];
  const several =
    labelKind !== undefined || actionUnits || names.some((scheme) => schemes![scheme].labelKind === 'multiple');
  const options = {
    ...(names.length > 0 && { classes: classesOption(names, actionUnits) }),
    ...declaration.options,
    ...commonOptions(faults),
  } as unknown as AnnotatedEntries<Scheme, Units> & Own;
  return defineDataset({
    name,
    title,
    paper,
    samples: 'clips',
    options,
    traits: {
      ...(schemes && { schemes }),
      ...(declaration.people && { people: declaration.people }),
      ...(actionUnits && { actionUnits }),
      ...(several && { labelKind: labelKind ?? (({ classes }) => kindOf(classes, schemes)) }),
      fps,
      apex,
      ...(longest !== undefined && { longest }),
      corrections,
      ...(megc2019 && { megc2019 }),
    },
    recognize: declaration.recognize && ((look) => declaration.recognize!(look)),
    open: ({ root, mode, parts: _, ...values }) => {
      return openAnnotated(declaration as unknown as AnyDeclaration, root, values as unknown as Values, mode);
    },
  });
}

/** The label kind of the class scheme that the option `classes` names. */
function kindOf(classes: unknown, schemes: Readonly<Record<string, ClassScheme>> = {}): LabelKind {
  if (classes === 'action-units' || asksForUnits(classes)) return 'multiple';
  const scheme = schemes[(classes ?? Object.keys(schemes)[0]) as string];
  return scheme?.labelKind ?? 'single';
}

/** The values of the options that are known here. */
type Values = Resolved<CommonEntries> & { readonly classes?: unknown };

type AnyDeclaration = AnnotatedDeclaration<string, string, OptionEntries>;

type Context = AnnotatedContext<Values>;

async function annotationsOf(
  declaration: AnyDeclaration,
  context: Context,
  count: (file: string) => void,
): Promise<{ records: ClipRecord[]; notes: DatasetNote[] }> {
  const rows = await declaration.readRows(context as never);
  for (const { source } of rows) if (source.row !== undefined) count(source.file);
  const { corrections, faults } = context.options;
  const checked = checkRows(rows.map(wholeRow), {
    dataset: declaration.name,
    fps: declaration.fps,
    corrections: corrections ? (declaration.corrections ?? []) : [],
    faults,
    limits: context.folder.limits,
    longest: declaration.longest,
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
  const rows = new Map<string, number>();
  const context: Context = {
    folder,
    options,
    mode,
    note: (note) => void notes.push(note),
    alsoRead: (file) => void rows.set(file, rows.get(file) ?? 0),
  };
  let annotated: ClipRecord[] = [];
  try {
    const read = await annotationsOf(declaration, context, (file) => rows.set(file, (rows.get(file) ?? 0) + 1));
    annotated = read.records;
    notes.push(...read.notes);
    annotated = await layApexes(context, name, datasetWord(name, declaration.megc2019?.folder), annotated);
  } catch (error) {
    if (mode === 'strict' || !(error instanceof DatasetError)) throw error;
    notes.push(...error.notes);
  }
  const { classes, corrections, decoders, exclude } = options;
  const scheme =
    declaration.scheme?.(annotated, context as never) ??
    (asksForUnits(classes)
      ? actionUnitScheme(annotated, classes, context.note)
      : schemes[(classes ?? Object.keys(schemes)[0]) as string]!);
  const excluded = new Set(exclude);
  const wanted = annotated.filter(({ subject, clip, source }) => {
    const key = `${subject}/${clip}`;
    if (!excluded.has(key)) return true;
    notes.push({ severity: 'dropped', key, message: 'left out by the option exclude', ...source });
    return false;
  });
  const known = new Set(annotated.map(({ subject, clip }) => `${subject}/${clip}`));
  const strange = exclude.filter((key) => !known.has(key));
  for (const key of strange) {
    notes.push({ severity: 'error', key, message: 'the option exclude names a clip that is not annotated' });
  }
  const finder = await finderOf(declaration, context, wanted);
  const located = await locateClips(declaration, context, finder, wanted);

  const outside: Record<string, number> = {};
  const chosen = located.flatMap((clip) => {
    const label = labelOf(scheme, clip.record);
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
  if (located.length > 0) notes.push(...classNotes(scheme, located, chosen.length, classes));
  notes.push(...(await findLeaks(folder, chosen, options.leaks)));
  const errors = notes.filter(({ severity }) => severity === 'error');
  if (errors.length && mode === 'strict') throw new DatasetError(`Cannot open ${name} in ${folder.name}`, errors);
  // the data set's own options change what the samples are
  // but which frames are read stands there by another name, and how many labels there are stands in the samples
  const own = Object.keys(declaration.options).filter((key) => key !== 'frames' && key !== 'labelKind');
  return annotatedDataset({
    name,
    folder,
    scheme,
    schemes,
    notes,
    annotationFiles: await describeFiles(name, folder, rows),
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

/**
 * Where the clips are: as the option `layout` says; else in the trees of the release; else, where not one of them is there, in a tree of
 * any form that has them.
 */
async function finderOf(
  declaration: AnyDeclaration,
  context: Context,
  records: readonly ClipRecord[],
): Promise<ClipFinder> {
  const { folder, options, note } = context;
  if (records.length === 0) return { kind: 'none', find: async () => undefined };
  if (options.layout !== undefined) return layoutFinder(folder, options.layout);
  const usual = await declaration.findClips(context as never);
  if (declaration.otherTrees === false) return usual;
  for (const record of records) if (await usual.find(record)) return usual;
  const other = await anyTree(folder, records);
  for (const record of records) {
    const found = await other.find(record);
    if (!found) continue;
    const message = `the tree is not that of the release (${declaration.layout}): clips are found by their names, such as ${found.folder} for ${record.subject}/${record.clip}; the option layout states the tree`;
    note({ severity: 'warning', key: '', message });
    return other;
  }
  return usual;
}

const whats = {
  emotion: 'an emotion',
  objectiveClass: 'an objective class',
  label: 'a label',
  actionUnits: 'action units',
} as const;

/** What is said of clips without any value that a class could be told by, and of a scheme that no clip has a class of. */
function classNotes(
  scheme: ClassScheme,
  located: readonly LocatedClip[],
  chosen: number,
  name: unknown,
): DatasetNote[] {
  const without = located.filter(({ record }) => classValue(scheme, record) === null);
  const what = whats[scheme.field];
  const called = asksForUnits(name) ? name.name : name;
  const scheming = called === undefined ? 'the class scheme' : `the class scheme ${called}`;
  if (without.length === located.length) {
    const message = `no clip has ${what}, which ${scheming} is made of: is a workbook missing that says it?`;
    return [{ severity: 'error', key: '', message }];
  }
  if (chosen === 0) {
    const classes = Object.keys(scheme.classes).join(', ');
    return [{ severity: 'error', key: '', message: `no clip has a class of ${scheming}, which are ${classes}` }];
  }
  return without.map(({ record: { subject, clip, source } }): DatasetNote => {
    return {
      severity: 'warning',
      key: `${subject}/${clip}`,
      message: `it has not ${what}, and is left out`,
      ...source,
    };
  });
}

/** A record with its frames and its class. */
interface LabeledClip extends LocatedClip {
  label: SampleLabel;
}

/** Puts a data set together. */
function annotatedDataset(parts: {
  name: string;
  folder: DataFolder;
  scheme: Pick<ClassScheme, 'classes' | 'labelKind'>;
  schemes: Readonly<Record<string, ClassScheme>>;
  notes: readonly DatasetNote[];
  annotationFiles: readonly AnnotationFile[];
  annotated: readonly ClipRecord[];
  outside: Readonly<Record<string, number>>;
  clips: readonly LabeledClip[];
  decoders: number;
  settings: Readonly<Record<string, unknown>>;
}): AnnotatedDataset {
  const { name, folder, scheme, schemes, notes, annotationFiles, annotated, outside, clips, decoders, settings } =
    parts;
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
    ...(scheme.labelKind === 'multiple' && { labelKind: scheme.labelKind }),
    samples: Object.freeze(samples),
    records: Object.freeze(clips.map(({ record }) => record)),
    annotationFiles: Object.freeze(annotationFiles),
    annotated: Object.freeze(annotated),
    outside,
    schemes,
    notes: Object.freeze(notes),
    settings,
    frames: (index) => at(index).frames,
    async sources(index) {
      const { folder: path, files, video } = at(index).frames;
      if (video) return [{ path, size: 0, ...(await fileInfo(folder, path)) }];
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
