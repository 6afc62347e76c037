import type { FileLimits } from '@mer/io';
import { checkValue, choice } from '@mer/options';
import { unitsOf } from './annotations/action-units.js';
import { hasLabel, labelOf } from './annotations/class-schemes.js';
import type { ClipRecord } from './annotations/clip-record.js';
import { type ClipCount, countAnnotated } from './count-clips.js';
import type { AnnotatedDataset, AnnotationFile, DatasetNote } from './dataset.js';
import { checkImages, type ImageCheck } from './frames/check-images.js';
import type { AnyDataset, RecordingDataset } from './recordings/recording.js';

/** Counts of one group of samples. */
export interface SampleCounts {
  /** Samples. */
  n: number;
  /** Different subjects. */
  subjects: number;
  /** Samples per class, by name, in the order of the classes; a sample with several labels counts for each, a recording with its expressions of each kind. */
  perClass: Record<string, number>;
}

/** Counts of one subject. */
export interface SubjectCounts {
  dataset: string;
  subject: string;
  n: number;
  perClass: Record<string, number>;
}

/** Least, middle, mean and greatest of a list of numbers. */
export interface Summary {
  least: number;
  median: number;
  mean: number;
  greatest: number;
}

/** What the annotations say, whether or not the clips have frames and a class. */
export interface AnnotationSummary {
  /** Usable annotations. */
  n: number;
  subjects: number;
  /** Annotations per label. */
  perEmotion: Record<string, number>;
  /** Annotations that have each action unit, by its number, the most frequent first; empty where none are annotated. */
  perActionUnit: readonly { unit: number; n: number }[];
  /** Labels that the class scheme leaves out, with the number of clips. */
  outside: Readonly<Record<string, number>>;
  /** Every class scheme of the data set with the n that it gives here, and those of the known releases. */
  schemes: {
    name: string;
    title: string;
    n: number;
    perClass: Record<string, number>;
    expected: readonly { release: string; n: number }[];
  }[];
  /** Frames per second, with the number of clips of each. */
  fps: Record<string, number>;
  /** Frames from onset to offset. */
  length: Summary | null;
  /** Frames from onset to apex, of the clips that have one. */
  rise: Summary | null;
  /** Frames from apex to offset, of the clips that have one. */
  fall: Summary | null;
  /** Clips without an apex, and with one at the onset or offset. */
  apex: { missing: number; atOnset: number; atOffset: number };
}

/** What there is of long videos. */
export interface RecordingSummary {
  /** With expressions. */
  expressive: number;
  /** Annotated, without any expression. */
  quiet: number;
  /** Whose expressions nobody may know. */
  unseen: number;
  /** Frames of each. */
  frames: Summary | null;
  /** Of all, at their frame rates. */
  seconds: number;
}

/** What a data set holds, as plain data: see {@link inspectDataset}. */
export interface DatasetInspection extends SampleCounts {
  name: string;
  kind: 'images' | 'clips' | 'recordings';
  classes: readonly string[];
  /** The same counts for each data set of a composite (one entry otherwise). */
  perDataset: Record<string, SampleCounts>;
  /** Each subject, in the order of the samples. */
  perSubject: SubjectCounts[];
  /** The workbooks, lists and manifests that were read. */
  annotationFiles: readonly AnnotationFile[];
  /** Clips that the source lists, those that became samples, and those left out. */
  clips: ClipCount;
  /** Long videos; absent for clips and images. */
  recordings?: RecordingSummary;
  /** What the annotations say; absent for a set that is not read from annotations. */
  annotations?: AnnotationSummary;
  /** Number, sizes and state of the picture files; absent where they were not looked at. */
  images?: ImageCheck;
  /** Corrections, dropped clips and problems. */
  notes: readonly DatasetNote[];
}

/** Options of {@link inspectDataset}. */
export interface InspectOptions {
  /**
   * How closely the picture files are looked at. `none` (default): not at all. `check`: each is read, and must be whole
   * and have one size within its clip. `decode`: each is decoded as well.
   */
  images?: 'none' | 'check' | 'decode';
  /** The most that a picture file may ask for, where that is not what `fileLimits` of `@mer/io` says. */
  limits?: Partial<FileLimits> | undefined;
  /** Called now and then with the number of samples whose pictures have been looked at. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Counts what a data set holds, per class, per subject and per data set, and says what is wrong with its files; plain data,
 * ready for JSON.
 *
 * @example
 * ```ts
 * import { createSyntheticDataset, inspectDataset } from '@mer/datasets';
 *
 * const { n, subjects, perClass } = await inspectDataset(createSyntheticDataset());
 * console.log(n, subjects, perClass); // 72 8 { happiness: 24, disgust: 24, surprise: 24 }
 * ```
 */
export async function inspectDataset(dataset: AnyDataset, options: InspectOptions = {}): Promise<DatasetInspection> {
  const { limits, onProgress } = options;
  const images = checkValue('inspect data set', 'images', imagesOption(), options.images);
  const { name, kind, classes, notes } = dataset;
  const samples: readonly Counted[] = dataset.samples;
  const subjects = group(samples, ({ dataset: set, subject }) => `${set}/${subject}`);
  const checked =
    images === 'none' ? undefined : await checkImages(dataset, { decode: images === 'decode', limits }, onProgress);
  return {
    name,
    kind,
    classes,
    ...count(samples, classes),
    perDataset: Object.fromEntries(
      [...group(samples, ({ dataset: set }) => set)].map(([set, members]) => [set, count(members, classes)]),
    ),
    perSubject: [...subjects.values()].map((members) => {
      const { dataset: set, subject } = members[0]!;
      const { n, perClass } = count(members, classes);
      return { dataset: set, subject, n, perClass };
    }),
    annotationFiles: dataset.annotationFiles ?? [],
    clips: countAnnotated(dataset),
    ...(dataset.kind === 'recordings' && summarizeRecordings(dataset)),
    ...('annotated' in dataset && { annotations: summarize(dataset as AnnotatedDataset) }),
    ...(checked && { images: checked.images }),
    notes: [...notes, ...(checked?.notes ?? [])],
  };
}

const imagesOption = () =>
  choice('How closely the picture files are looked at.', ['none', 'check', 'decode'], { default: 'none' });

function summarize({
  annotated,
  outside,
  schemes,
}: Pick<AnnotatedDataset, 'annotated' | 'outside' | 'schemes'>): AnnotationSummary {
  const withApex = annotated.filter((record): record is ClipRecord & { apex: number } => record.apex !== null);
  const tally = (values: readonly (string | number)[]) => {
    const counts: Record<string, number> = {};
    for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
    return counts;
  };
  return {
    n: annotated.length,
    subjects: new Set(annotated.map(({ subject }) => subject)).size,
    perEmotion: tally(annotated.map(({ emotion, extra }) => emotion ?? (extra['label'] || 'none'))),
    perActionUnit: Object.entries(tally(annotated.flatMap(({ actionUnits }) => unitsOf(actionUnits))))
      .map(([unit, n]) => ({ unit: Number(unit), n }))
      .sort((a, b) => b.n - a.n || a.unit - b.unit),
    outside,
    schemes: Object.entries(schemes).map(([schemeName, scheme]) => {
      const labels = annotated.map((record) => labelOf(scheme, record)).filter((label) => label !== undefined);
      const names = Object.keys(scheme.classes);
      return {
        name: schemeName,
        title: scheme.title,
        n: labels.length,
        perClass: Object.fromEntries(names.map((one, i) => [one, labels.filter((label) => hasLabel(label, i)).length])),
        expected: (scheme.expected ?? []).map(({ release, n }) => ({ release, n })),
      };
    }),
    fps: tally(annotated.map(({ fps }) => fps)),
    length: summary(annotated.map(({ onset, offset }) => offset - onset + 1)),
    rise: summary(withApex.map(({ onset, apex }) => apex - onset)),
    fall: summary(withApex.map(({ apex, offset }) => offset - apex)),
    apex: {
      missing: annotated.length - withApex.length,
      atOnset: withApex.filter(({ onset, apex }) => apex === onset).length,
      atOffset: withApex.filter(({ offset, apex }) => apex === offset).length,
    },
  };
}

function summary(values: readonly number[]): Summary | null {
  if (!values.length) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return {
    least: sorted[0]!,
    median: sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    greatest: sorted.at(-1)!,
  };
}

/** A sample of any data set: with a label, or with expressions. */
type Counted = AnyDataset['samples'][number];

/** How many of a class a sample is, or holds. */
const timesIn = (sample: Counted, label: number, name: string): number =>
  'label' in sample
    ? Number(hasLabel(sample.label, label))
    : (sample.expressions ?? []).filter(({ kind }) => kind === name).length;

function summarizeRecordings({
  samples,
}: RecordingDataset): Required<Pick<DatasetInspection, 'recordings'>> & Pick<DatasetInspection, 'annotations'> {
  const records = samples.flatMap(({ dataset, subject, fps, expressions }) =>
    (expressions ?? []).map(({ name: clip, kind: _, ...one }) => ({
      ...{ dataset, subject, clip, fps, objectiveClass: null },
      ...one,
    })),
  );
  const known = samples.filter(({ expressions }) => expressions !== null);
  const quiet = known.filter(({ expressions }) => expressions!.length === 0).length;
  return {
    recordings: {
      expressive: known.length - quiet,
      quiet,
      unseen: samples.length - known.length,
      frames: summary(samples.map(({ count: frames }) => frames)),
      seconds: samples.reduce((sum, { count: frames, fps }) => sum + frames / fps, 0),
    },
    ...(known.length > 0 && { annotations: summarize({ annotated: records, outside: {}, schemes: {} }) }),
  };
}

function count(samples: readonly Counted[], classes: readonly string[]): SampleCounts {
  return {
    n: samples.length,
    subjects: new Set(samples.map(({ dataset, subject }) => `${dataset}/${subject}`)).size,
    perClass: Object.fromEntries(
      classes.map((name, label) => [name, samples.reduce((sum, one) => sum + timesIn(one, label, name), 0)]),
    ),
  };
}

function group(samples: readonly Counted[], key: (sample: Counted) => string): Map<string, Counted[]> {
  const groups = new Map<string, Counted[]>();
  for (const sample of samples) {
    const members = groups.get(key(sample));
    if (members) members.push(sample);
    else groups.set(key(sample), [sample]);
  }
  return groups;
}
