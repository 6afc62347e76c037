import type { Dataset, DatasetNote } from './dataset.js';
import type { AnyDataset } from './recordings/recording.js';

/** How much of what the source lists is among the samples. */
export interface ClipCount {
  /** Clips that the source lists. */
  listed: number;
  /** Samples. */
  used: number;
  /** Clips that are none: dropped for a reason that a note gives, or of a label that the class scheme leaves out. */
  leftOut: number;
}

/**
 * Counts what the source of a data set lists, and what of it became samples.
 *
 * @example
 * ```ts
 * import { countClips, createSyntheticDataset } from '@mer/datasets';
 *
 * console.log(countClips(createSyntheticDataset({ subjects: 2, clipsPerSubject: 3 }))); // { listed: 6, used: 6, leftOut: 0 }
 * ```
 */
export function countClips({
  samples,
  notes,
  outside = {},
}: Pick<Dataset, 'samples' | 'notes' | 'outside'>): ClipCount {
  return counted(samples.length, notes, outside);
}

/** The same of any data set: of recordings the expressions are counted. */
export function countAnnotated(dataset: AnyDataset): ClipCount {
  if (dataset.kind !== 'recordings') return countClips(dataset);
  const used = dataset.samples.reduce((sum, { expressions }) => sum + (expressions?.length ?? 0), 0);
  // a recording that is left out has no row
  return counted(
    used,
    dataset.notes.filter(({ row }) => row !== undefined),
    {},
  );
}

function counted(used: number, notes: readonly DatasetNote[], outside: Readonly<Record<string, number>>): ClipCount {
  const dropped = new Set(
    notes.flatMap(({ severity, key, file, row }) => {
      if (severity !== 'dropped') return [];
      return [row === undefined ? key : `${key}\n${file}\n${row}`];
    }),
  );
  const leftOut = dropped.size + Object.values(outside).reduce((sum, n) => sum + n, 0);
  return { listed: used + leftOut, used, leftOut };
}
