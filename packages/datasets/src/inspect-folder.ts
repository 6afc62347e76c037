import { DatasetError } from './dataset-error.js';
import type { DataFolder } from './files/data-folder.js';
import { type DatasetInspection, type InspectOptions, inspectDataset } from './inspect.js';
import { datasetEntry } from './registry.js';

/**
 * Inspects a data set on disk by its name: opens what can be opened, and lists everything that is wrong at once, instead of
 * stopping at the first problem as `openDataset` does.
 *
 * @throws RangeError for an unknown name; TypeError or RangeError for a wrong option; Error where the folder does not exist.
 *
 * @example
 * ```ts no-run
 * import { inspectFolder } from '@mer/datasets';
 *
 * const { n, notes } = await inspectFolder('casme2', 'data/CASME2', {}, { images: 'check' });
 * console.log(n, notes.filter(({ severity }) => severity === 'error').length);
 * ```
 */
export async function inspectFolder(
  name: string,
  root?: string | DataFolder,
  options: Readonly<Record<string, unknown>> = {},
  inspect: InspectOptions = {},
): Promise<DatasetInspection> {
  const entry = datasetEntry(name);
  try {
    return await inspectDataset(await entry.open(root, options, { onError: 'note' }), inspect);
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    const nothing = { n: 0, subjects: 0, perClass: {}, perDataset: {}, perSubject: [] };
    return { name, kind: entry.kind, classes: [], ...nothing, notes: error.notes };
  }
}
