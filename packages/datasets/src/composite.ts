import type { Adapter } from './adapters/adapter.js';
import { type AnnotatedOptions, type OpenMode, openAdapter } from './adapters/open-adapter.js';
import { casMe3 } from './cas-me3.js';
import { casme2 } from './casme2.js';
import { composeDatasets } from './compose.js';
import type { AnnotatedDataset, ClipDataset, DatasetNote } from './dataset.js';
import { DatasetError } from './dataset-error.js';
import type { DataFolder } from './files/data-folder.js';
import { openFolder } from './files/open-folder.js';
import { safePath } from './files/safe-path.js';
import { subFolder } from './files/sub-folder.js';
import { megc2019Classes } from './megc2019-flow.js';
import { mmew } from './mmew.js';
import { type OptionSpecs, resolveOptions } from './option-spec.js';
import { samm } from './samm.js';
import { smic } from './smic.js';

const adapters = { casme2, smic, samm, mmew, casMe3 } as const satisfies Record<string, Adapter>;

/** Data sets that have the three classes of MEGC2019, and can be joined. */
export type CompositePart = keyof typeof adapters;

/** Names of the data sets that can be joined. */
export const compositeParts = Object.freeze(Object.keys(adapters)) as readonly CompositePart[];

/** Options that every composite has. */
export interface CompositeCommonOptions
  extends Pick<AnnotatedOptions, 'corrections' | 'faults' | 'missing' | 'exclude' | 'decoders'> {
  /** Which tree is read where raw and cropped frames are there. Default `auto`: the cropped one. */
  frames?: 'auto' | 'raw' | 'cropped';
}

/** Options of {@link openComposite}. */
export interface CompositeOptions extends CompositeCommonOptions {
  /** Data sets to join, in this order. Default: every one whose folder is there. */
  parts?: readonly CompositePart[];
}

/** The options that every composite has, as data. */
export const compositeCommonOptions = Object.freeze({
  frames: {
    type: 'string',
    values: ['auto', 'raw', 'cropped'],
    default: 'auto',
    description: 'Which frames are read where raw and cropped ones are there: auto takes the cropped ones.',
  },
  corrections: { type: 'boolean', default: true, description: 'Whether known annotation errors are put right.' },
  faults: {
    type: 'string',
    values: ['error', 'repair', 'drop'],
    description:
      'What is done with rows whose frame numbers cannot be: refuse to open, mend by rule, or leave out; if not given, as each data set does.',
  },
  missing: {
    type: 'string',
    values: ['error', 'drop'],
    default: 'error',
    description: 'What is done with annotated clips whose frames are not there: refuse to open, or leave out.',
  },
  exclude: { type: 'strings', default: [], description: 'Clips to leave out, as data set/subject/clip.' },
  decoders: {
    type: 'integer',
    minimum: 1,
    maximum: 64,
    default: 4,
    description: 'How many pictures are decoded at the same time.',
  },
} as const satisfies OptionSpecs);

/** The options of {@link openComposite} as data. */
export const compositeOptions = Object.freeze({
  parts: {
    type: 'strings',
    values: compositeParts,
    default: [],
    description: 'Data sets to join, in this order; every one whose folder is there if empty.',
  },
  ...compositeCommonOptions,
} as const satisfies OptionSpecs);

const folderNames: Readonly<Record<CompositePart, RegExp>> = {
  casme2: /casme[ _-]?(?:2|ii)(?![a-z0-9])/i,
  smic: /smic/i,
  samm: /samm/i,
  mmew: /mmew/i,
  casMe3: /cas[ _(-]?me\)?[ _^-]*(?:3|iii)(?![a-z0-9])/i,
};

/** Finds the folder of a data set inside the root by its name. */
async function findPart(folder: DataFolder, part: CompositePart): Promise<string | undefined> {
  const entries = ((await folder.list('')) ?? []).filter(
    ({ kind, name }) => kind === 'folder' && !name.startsWith('.'),
  );
  const exact = entries.find(({ name }) => name.toLowerCase() === part.toLowerCase());
  return (exact ?? entries.find(({ name }) => folderNames[part].test(name)))?.name;
}

/** The parts of a composite, opened as far as they can be, with what is wrong about the folders themselves. */
export async function openParts(
  folder: DataFolder,
  parts: readonly CompositePart[],
  options: CompositeCommonOptions,
  paths: Partial<Record<CompositePart, string>> = {},
): Promise<{ opened: AnnotatedDataset[]; notes: DatasetNote[] }> {
  const notes: DatasetNote[] = [];
  const opened: AnnotatedDataset[] = [];
  const { frames = 'auto', corrections = true, faults, missing = 'error', exclude = [], decoders = 4 } = options;
  for (const id of exclude.filter((one) => !parts.some((part) => one.startsWith(`${part}/`)))) {
    notes.push({ severity: 'error', key: id, message: 'the option exclude must name data set/subject/clip' });
  }
  for (const part of parts) {
    const adapter: Adapter = adapters[part];
    const asked = paths[part];
    const path = asked === undefined ? await findPart(folder, part) : safePath(asked);
    if (path === undefined || (await folder.list(path)) === undefined) {
      const message =
        asked === undefined
          ? `no folder for ${part} is there: expected one whose name says so, such as '${part}'`
          : `the folder '${asked}' does not exist`;
      notes.push({ severity: 'error', key: part, message });
      continue;
    }
    const own: Record<string, unknown> = {
      classes: 'megc2019',
      corrections,
      faults: faults ?? adapter.faults,
      missing,
      decoders,
      exclude: exclude.filter((id) => id.startsWith(`${part}/`)).map((id) => id.slice(part.length + 1)),
    };
    if ('frames' in adapter.options) own['frames'] = frames;
    if (part === 'smic') own['edition'] = 'clips';
    opened.push(await openAdapter(adapter, subFolder(folder, path), own, { onError: 'note' }));
  }
  return { opened, notes };
}

/** Joins opened parts, or refuses with everything that is wrong with them. */
export function joinParts(
  name: string,
  where: string,
  opened: readonly AnnotatedDataset[],
  notes: readonly DatasetNote[],
  { onError = 'throw' }: OpenMode,
): ClipDataset {
  const errors = [
    ...opened.flatMap((part) =>
      part.notes.map((note) => ({ ...note, key: note.key ? `${part.name}/${note.key}` : part.name })),
    ),
    ...notes,
  ].filter(({ severity }) => severity === 'error');
  if (errors.length && onError === 'throw') throw new DatasetError(`Cannot open ${name} in ${where}`, errors);
  if (!opened.length) {
    const none = async (): Promise<never> => {
      throw new RangeError(`Cannot read clip of ${name} as it must have samples: it has none`);
    };
    const base = { name, classes: megc2019Classes, samples: [], notes, settings: {} };
    return { kind: 'clips', ...base, sources: none, readSource: none, readClip: none };
  }
  const whole = composeDatasets<ClipDataset>(name, opened);
  return Object.freeze({ ...whole, notes: Object.freeze([...whole.notes, ...notes]) });
}

/**
 * Opens several data sets as one, in the three classes of MEGC2019, for cross-data-set experiments: train on one and test on
 * another by leaving a data set out, or pool them. The root holds a folder for each (`casme2`, `SMIC_all_cropped`, …).
 *
 * @throws DatasetError listing everything that is wrong with any of them; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openComposite } from '@mer/datasets';
 *
 * const pair = await openComposite('data', { parts: ['casme2', 'samm'] });
 * console.log(pair.samples.length); // 278
 * ```
 */
export async function openComposite(
  root: string | DataFolder,
  options: CompositeOptions = {},
  mode: OpenMode = {},
): Promise<ClipDataset> {
  const name = 'composite';
  const { parts, ...common } = resolveOptions(name, compositeOptions, { ...options }) as CompositeOptions;
  const folder = typeof root === 'string' ? await openFolder(root) : root;
  let wanted = parts ?? [];
  if (!wanted.length) {
    const there = await Promise.all(compositeParts.map((part) => findPart(folder, part)));
    wanted = compositeParts.filter((_, i) => there[i] !== undefined);
  }
  const { opened, notes } = await openParts(folder, wanted, common);
  if (!wanted.length) {
    const message = `no folder of a data set is there: expected folders whose names say ${compositeParts.join(', ')}`;
    notes.push({ severity: 'error', key: '', message });
  }
  return joinParts(name, folder.name, opened, notes, mode);
}
