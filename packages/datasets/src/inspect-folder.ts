import { findPart } from '@mer/options';
import { DatasetError } from './dataset-error.js';
import { type DatasetInspection, type InspectOptions, inspectDataset } from './inspect.js';
import { likenessNote } from './likeness-note.js';
import { allDatasets, type OpenDatasetOptions, rootOf } from './open-dataset.js';

/**
 * Inspects a data set on disk by its name: opens what can be opened, and lists everything that is wrong at once, instead of
 * stopping at the first problem as `openDataset` does.
 *
 * @param name - name of the data set
 * @param given - as `openDataset` takes it: root, parts, options
 * @param inspect - as `inspectDataset` takes it
 * @throws RangeError for an unknown name; TypeError or RangeError for a wrong option; Error where the folder does not exist.
 *
 * @example
 * ```ts no-run
 * import { inspectFolder } from '@mer/datasets';
 *
 * const { n, notes } = await inspectFolder('casme2', { root: 'data/CASME2' }, { images: 'check' });
 * console.log(n, notes.filter(({ severity }) => severity === 'error').length);
 * ```
 */
export async function inspectFolder(
  name: string,
  { parts, ...given }: OpenDatasetOptions = {},
  inspect: InspectOptions = {},
): Promise<DatasetInspection> {
  const all = allDatasets(parts);
  const definition = findPart('data set', all, name);
  const root = await rootOf(definition, given.root);
  const inspection = await look();
  const { notes } = inspection;
  if (root === undefined || notes.every(({ severity }) => severity !== 'error')) return inspection;
  const note = await likenessNote(root, definition, all);
  return note ? { ...inspection, notes: [note, ...notes] } : inspection;

  async function look(): Promise<DatasetInspection> {
    try {
      const dataset = await definition.open({ ...given, root, parts: all, mode: 'inspect' });
      const limits = given['limits'] as InspectOptions['limits'];
      return await inspectDataset(dataset, { limits, ...inspect });
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      const clips = { listed: 0, used: 0, leftOut: 0 };
      const nothing = { n: 0, subjects: 0, perClass: {}, perDataset: {}, perSubject: [], annotationFiles: [], clips };
      return { name, kind: definition.samples, classes: [], ...nothing, notes: error.notes };
    }
  }
}
