import type { Dataset, DatasetNote, Sample } from './dataset.js';

/** Counts of one group of samples. */
export interface SampleCounts {
  /** Samples. */
  n: number;
  /** Different subjects. */
  subjects: number;
  /** Samples per class, by name, in the order of the classes. */
  perClass: Record<string, number>;
}

/** Counts of one subject. */
export interface SubjectCounts {
  dataset: string;
  subject: string;
  n: number;
  perClass: Record<string, number>;
}

/** What a data set holds, as plain data: see {@link inspectDataset}. */
export interface DatasetInspection extends SampleCounts {
  name: string;
  kind: 'images' | 'clips';
  classes: readonly string[];
  /** The same counts for each data set of a composite (one entry otherwise). */
  perDataset: Record<string, SampleCounts>;
  /** Each subject, in the order of the samples. */
  perSubject: SubjectCounts[];
  /** Corrections, dropped clips and problems. */
  notes: readonly DatasetNote[];
}

/**
 * Counts what a data set holds, per class, per subject and per data set; plain data, ready for JSON.
 *
 * @example
 * ```ts
 * import { createSyntheticDataset, inspectDataset } from '@mer/datasets';
 *
 * const { n, subjects, perClass } = await inspectDataset(createSyntheticDataset());
 * console.log(n, subjects, perClass); // 72 8 { happiness: 24, disgust: 24, surprise: 24 }
 * ```
 */
export async function inspectDataset(dataset: Dataset): Promise<DatasetInspection> {
  const { name, kind, classes, samples, notes } = dataset;
  const key = ({ dataset: set, subject }: Sample) => `${set}/${subject}`;
  const subjects = group(samples, key);
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
    notes,
  };
}

function count(samples: readonly Sample[], classes: readonly string[]): SampleCounts {
  return {
    n: samples.length,
    subjects: new Set(samples.map(({ dataset, subject }) => `${dataset}/${subject}`)).size,
    perClass: Object.fromEntries(
      classes.map((name, label) => [name, samples.filter((sample) => sample.label === label).length]),
    ),
  };
}

function group(samples: readonly Sample[], key: (sample: Sample) => string): Map<string, Sample[]> {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const members = groups.get(key(sample));
    if (members) members.push(sample);
    else groups.set(key(sample), [sample]);
  }
  return groups;
}
