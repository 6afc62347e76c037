import { findPart, type Part, withParts } from '@mer/options';
import type { Dataset } from './dataset.js';
import { DatasetError } from './dataset-error.js';
import { datasets } from './datasets.js';
import type { DatasetDefinition, OpenSource } from './define-dataset.js';
import type { DataFolder } from './files/data-folder.js';
import { openFolder } from './files/open-folder.js';
import { likenessNote } from './likeness-note.js';
import type { AnyDataset } from './recordings/recording.js';

/** What {@link openDataset} is given: where the data set lies, further definitions, and its options by name. */
export interface OpenDatasetOptions extends Omit<OpenSource, 'parts'> {
  /** Definitions beside those of this package: data sets of your own. */
  parts?: readonly Part[] | undefined;
  /** An option of the data set. */
  [option: string]: unknown;
}

/** Every definition: those of this package, and others. */
export function allDatasets(parts?: readonly Part[]): readonly DatasetDefinition[] {
  return withParts<DatasetDefinition>(['dataset'], Object.values(datasets), parts);
}

/**
 * The definition of a data set by its name.
 *
 * @throws RangeError for an unknown name, listing those there are; TypeError where one of `parts` has the name of another.
 *
 * @example
 * ```ts
 * import { findDataset } from '@mer/datasets';
 *
 * console.log(findDataset('casme2').traits.fps); // 200
 * ```
 */
export function findDataset(
  name: string,
  { parts }: { readonly parts?: readonly Part[] | undefined } = {},
): DatasetDefinition {
  return findPart('data set', allDatasets(parts), name);
}

/**
 * Opens a data set by its name, with options as they come from a configuration file.
 *
 * Where the folder cannot be used, and looks like that of another data set, the error says which.
 *
 * @throws RangeError for an unknown name (listing the known ones); TypeError or RangeError for a wrong option; TypeError for a data set of recordings.
 * @throws DatasetError where the folder's content cannot be used, listing every problem.
 *
 * @example
 * ```ts
 * import { openDataset } from '@mer/datasets';
 *
 * const dataset = await openDataset('synthetic', { subjects: 3, clipsPerSubject: 2 });
 * console.log(dataset.samples.map(({ clip }) => clip).slice(0, 2)); // [ 'EP01_01', 'EP02_02' ]
 * ```
 */
export async function openDataset(name: string, { parts, ...given }: OpenDatasetOptions = {}): Promise<Dataset> {
  const all = allDatasets(parts);
  const definition = findPart('data set', all, name);
  if (definition.samples === 'recordings') {
    const message = `Cannot open data set '${name}' as its samples must be clips or images: it holds recordings, which openRecordings opens`;
    throw new TypeError(message);
  }
  return (await openDefinition(definition, all, given)) as Dataset;
}

/** Opens a definition; where the folder looks like that of another data set, the error says which. */
export async function openDefinition(
  definition: DatasetDefinition,
  all: readonly DatasetDefinition[],
  given: Pick<OpenDatasetOptions, 'root'>,
): Promise<AnyDataset> {
  const root = await rootOf(definition, given.root);
  try {
    return await definition.open({ ...given, root, parts: all });
  } catch (error) {
    if (!(error instanceof DatasetError) || root === undefined) throw error;
    const note = await likenessNote(root, definition, all);
    if (!note) throw error;
    throw new DatasetError(error.what, [note, ...error.notes], { cause: error });
  }
}

/** The folder that a definition is opened with: opened once, so that what was read of it need not be read again. */
export async function rootOf(
  { needsRoot }: DatasetDefinition,
  root: string | DataFolder | undefined,
): Promise<DataFolder | undefined> {
  if (!needsRoot || root === undefined || root === '') return undefined;
  return typeof root === 'string' ? openFolder(root) : root;
}
