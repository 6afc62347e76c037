import type { Adapter } from './adapters/adapter.js';
import { adapterOptions, type OpenMode, openAdapter } from './adapters/open-adapter.js';
import { casMe2 } from './cas-me2.js';
import { casMe3 } from './cas-me3.js';
import { casme1 } from './casme1.js';
import { casme2 } from './casme2.js';
import { type CompositeOptions, compositeOptions, openComposite } from './composite.js';
import type { Dataset } from './dataset.js';
import type { DataFolder } from './files/data-folder.js';
import { clipFolder } from './folder.js';
import { type Megc2019Options, megc2019Options, openMegc2019 } from './megc2019.js';
import { type Megc2019FlowOptions, megc2019FlowOptions, openMegc2019Flow } from './megc2019-flow.js';
import { mmew } from './mmew.js';
import type { OptionSpecs } from './option-spec.js';
import { samm } from './samm.js';
import { smic } from './smic.js';
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
  open(
    root: string | DataFolder | undefined,
    options?: Readonly<Record<string, unknown>>,
    mode?: OpenMode,
  ): Promise<Dataset>;
}

function needed(root: string | DataFolder | undefined, name: string): string | DataFolder {
  if (root === undefined || root === '') {
    throw new TypeError(`Cannot open data set '${name}' as root must be the folder that it lies in: none is given`);
  }
  return root;
}

function entry(adapter: Adapter): DatasetEntry & { kind: 'clips' } {
  return {
    title: adapter.title,
    kind: 'clips',
    needsRoot: true,
    options: adapterOptions(adapter),
    open: async (root, options, mode) => openAdapter(adapter, needed(root, adapter.name), options, mode),
  };
}

/** Every data set by name; each is also a direct import. */
export const datasets = Object.freeze({
  casme2: entry(casme2),
  samm: entry(samm),
  smic: entry(smic),
  mmew: entry(mmew),
  casMe2: entry(casMe2),
  casMe3: entry(casMe3),
  casme1: entry(casme1),
  folder: entry(clipFolder),
  megc2019: {
    title: 'MEGC2019 composite: CASME II, SMIC-HS and SAMM in three classes, 442 clips of 68 subjects',
    kind: 'clips',
    needsRoot: true,
    options: megc2019Options,
    open: async (root, options, mode) => openMegc2019(needed(root, 'megc2019'), options as Megc2019Options, mode),
  },
  composite: {
    title: 'Several data sets in the three classes of MEGC2019, for cross-data-set experiments',
    kind: 'clips',
    needsRoot: true,
    options: compositeOptions,
    open: async (root, options, mode) => openComposite(needed(root, 'composite'), options as CompositeOptions, mode),
  },
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

/** The entry of this name, or an error that lists the names. */
export function datasetEntry(name: string): DatasetEntry {
  if (Object.hasOwn(datasets, name)) return datasets[name as DatasetName];
  throw new RangeError(
    `Cannot open data set as its name must be one of ${Object.keys(datasets).join(', ')}: current value is '${name}'`,
  );
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
  return datasetEntry(name).open(root, options);
}
