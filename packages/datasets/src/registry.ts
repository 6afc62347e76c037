import type { Dataset } from './dataset.js';
import type { DataFolder } from './files/data-folder.js';
import { type Megc2019FlowOptions, megc2019FlowOptions, openMegc2019Flow } from './megc2019-flow.js';
import type { OptionSpecs } from './option-spec.js';
import { createSyntheticDataset, type SyntheticOptions, syntheticOptions } from './synthetic.js';

/** One entry of the registry. */
export interface DatasetEntry {
  /** What it is, in a few words. */
  title: string;
  /** What its samples are. */
  kind: 'images' | 'clips';
  /** Whether it is read from a folder; `false` for a generated set. */
  needsRoot: boolean;
  /** Its options as data. */
  options: OptionSpecs;
  /** Opens it. `root` is a path (Node), or a folder object; undefined only where no root is needed. */
  open(root: string | DataFolder | undefined, options?: Readonly<Record<string, unknown>>): Promise<Dataset>;
}

function needed(root: string | DataFolder | undefined, name: string): string | DataFolder {
  if (root === undefined || root === '') {
    throw new TypeError(`Cannot open data set '${name}' as root must be the folder that it lies in: none is given`);
  }
  return root;
}

/** Every data set by name; each is also a direct import. */
export const datasets = Object.freeze({
  'megc2019-flow': {
    title: 'MEGC2019 composite (CASME II, SMIC-HS, SAMM) as optical-flow images',
    kind: 'images',
    needsRoot: true,
    options: megc2019FlowOptions,
    open: async (root, options) => openMegc2019Flow(needed(root, 'megc2019-flow'), options as Megc2019FlowOptions),
  },
  synthetic: {
    title: 'Generated faces that show micro-expressions',
    kind: 'clips',
    needsRoot: false,
    options: syntheticOptions,
    open: async (_root, options) => createSyntheticDataset(options as SyntheticOptions),
  },
} as const satisfies Record<string, DatasetEntry>);

/** Name of a data set in the registry. */
export type DatasetName = keyof typeof datasets;

/**
 * The registry as a list, for help texts and menus.
 *
 * @example
 * ```ts
 * import { listDatasets } from '@mer/datasets';
 *
 * console.log(listDatasets().some(({ name }) => name === 'synthetic')); // true
 * ```
 */
export function listDatasets(): readonly ({ name: DatasetName } & DatasetEntry)[] {
  return (Object.keys(datasets) as DatasetName[]).map((name) => ({ name, ...datasets[name] }));
}

/**
 * Opens a data set by its name, with options as they come from a configuration file.
 *
 * @throws RangeError for an unknown name (listing the known ones); TypeError or RangeError for a wrong option.
 * @throws DatasetError where the folder's content cannot be used, listing every problem.
 *
 * @example
 * ```ts
 * import { openDataset } from '@mer/datasets';
 *
 * const dataset = await openDataset('synthetic', undefined, { subjects: 3, clipsPerSubject: 2 });
 * console.log(dataset.samples.map(({ clip }) => clip).slice(0, 2)); // [ 'EP01_01', 'EP02_02' ]
 * ```
 */
export async function openDataset(
  name: string,
  root?: string | DataFolder,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Dataset> {
  if (!Object.hasOwn(datasets, name)) {
    throw new RangeError(
      `Cannot open data set as its name must be one of ${Object.keys(datasets).join(', ')}: current value is '${name}'`,
    );
  }
  return datasets[name as DatasetName].open(root, options);
}
