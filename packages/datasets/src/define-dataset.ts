import type { FileLimits } from '@mer/io';
import {
  checkOptions,
  checkPart,
  checkValue,
  choice,
  type OptionEntries,
  type OptionsOf,
  type Part,
  type Resolved,
  show,
} from '@mer/options';
import { checkOpened } from './check-opened.js';
import type { DatasetTraits } from './dataset-traits.js';
import type { DataFolder } from './files/data-folder.js';
import { withListCache } from './files/find-paths.js';
import { folderFromMap } from './files/folder-from-map.js';
import { openFolder } from './files/open-folder.js';
import type { FolderLook } from './folder-look.js';
import type { AnyDataset } from './recordings/recording.js';

/** `strict` (default): an error refuses to open. `inspect`: it opens with what is usable, and the errors are in `notes`. */
export type OpenMode = 'strict' | 'inspect';

/** What an opening is told beside the data set's own options. */
export interface OpenSource {
  /** The folder that holds the data set: a path (Node) or a folder object; left out only for a set that needs none. */
  root?: string | DataFolder;
  /** How errors of the source are met. */
  mode?: OpenMode;
  /** The definitions that a composite may join, beside those it knows. */
  parts?: readonly DatasetDefinition[];
}

/** What an opening function is given: the root, and the options of the data set. */
export type OpenOptions<Entries extends OptionEntries> = Omit<OpenSource, 'parts' | 'root'> &
  Required<Pick<OpenSource, 'root'>> &
  OptionsOf<Entries>;

/** What the declared `open` is given: everything checked, with every default filled in. */
export type OpenGiven<Entries extends OptionEntries> = {
  /** The folder; empty for a set that needs none. Listings are remembered; an option `limits` holds for its files. */
  readonly root: DataFolder;
  readonly mode: OpenMode;
  readonly parts: readonly DatasetDefinition[];
} & Resolved<Entries>;

/** What {@link defineDataset} is given. */
export interface DatasetDeclaration<Name extends string, Entries extends OptionEntries, Opened extends AnyDataset> {
  /** Its name in files and commands: lower case, digits and dashes. */
  readonly name: Name;
  /** What it is, in a few words. */
  readonly title: string;
  /** The paper that presents it. */
  readonly paper?: string;
  /** What its samples are. */
  readonly samples: Opened['kind'];
  /** Whether it is read from a folder (default); `false` for a generated set. */
  readonly needsRoot?: boolean;
  /** Its options, one schema for each; none may be named root, mode or parts. */
  readonly options: Entries;
  /** What others may ask about it. */
  readonly traits?: DatasetTraits;
  /**
   * Whether a folder looks like this data set, by the names of some of its files; it serves the message when a folder is opened
   * under another name.
   */
  recognize?(look: FolderLook, parts: readonly DatasetDefinition[]): boolean | Promise<boolean>;
  /** Opens it. */
  open(given: OpenGiven<Entries>): Opened | Promise<Opened>;
}

/** A data set that can be opened: ours, or anybody's. */
export interface DatasetDefinition<
  Name extends string = string,
  Entries extends OptionEntries = OptionEntries,
  Opened extends AnyDataset = AnyDataset,
> extends Part {
  readonly kind: 'dataset';
  readonly name: Name;
  readonly options: Entries;
  /** The paper that presents it; undefined where there is none. */
  readonly paper: string | undefined;
  /** What its samples are. */
  readonly samples: Opened['kind'];
  /** Whether it is read from a folder. */
  readonly needsRoot: boolean;
  /** What others may ask about it. */
  readonly traits: DatasetTraits;
  /** Whether a folder looks like this data set. */
  recognize(look: FolderLook, parts?: readonly DatasetDefinition[]): Promise<boolean>;
  /**
   * Opens it, its options beside `root`.
   *
   * @throws TypeError or RangeError for a wrong option; DatasetError where the folder's content cannot be used.
   */
  open(given?: OpenSource & OptionsOf<Entries>): Promise<Opened>;
}

const reserved = ['root', 'mode', 'parts'];
const samplesKinds = ['clips', 'images', 'recordings'];

/**
 * Defines a data set: a frozen value with its name, options and traits, and the function that opens it with options checked, a
 * path made a folder, and what came out looked at. The data sets of this package are made with it; one of your own is opened by
 * name with `openDataset(name, { parts: [yours] })`.
 *
 * For clips with a table of annotations, {@link defineAnnotatedDataset} does more of the work.
 *
 * @throws TypeError for a declaration that is not whole.
 *
 * @example
 * ```ts
 * import { createSyntheticDataset, defineDataset, openDataset } from '@mer/datasets';
 * import { integer } from '@mer/options';
 *
 * const twins = defineDataset({
 *   name: 'twins',
 *   title: 'Two generated subjects',
 *   samples: 'clips',
 *   needsRoot: false,
 *   options: { clips: integer('Clips of each.', { min: 1, default: 3 }) },
 *   open: ({ clips }) => createSyntheticDataset({ name: 'twins', subjects: 2, clipsPerSubject: clips }),
 * });
 * const dataset = await openDataset('twins', { clips: 4, parts: [twins] });
 * console.log(dataset.samples.length); // 8
 * ```
 */
export function defineDataset<
  const Name extends string,
  const Entries extends OptionEntries,
  Opened extends AnyDataset,
>(declaration: DatasetDeclaration<Name, Entries, Opened>): DatasetDefinition<Name, Entries, Opened> {
  const { name, title, paper, samples, needsRoot = true, options, traits = {} } = declaration;
  checkPart({ kind: 'dataset', name, title, options });
  const define = `define the dataset ${show(name)}`;
  const clash = reserved.find((word) => Object.hasOwn(options, word));
  if (clash) {
    throw new TypeError(`Cannot ${define} as no option may be named ${reserved.join(', ')}: one is ${show(clash)}`);
  }
  if (!samplesKinds.includes(samples)) {
    throw new TypeError(
      `Cannot ${define} as samples must be one of ${samplesKinds.join(', ')}: current value is ${show(samples)}`,
    );
  }
  if (typeof declaration.open !== 'function') {
    throw new TypeError(`Cannot ${define} as open must be a function: current value is ${show(declaration.open)}`);
  }
  const { megc2019, schemes = {} } = traits;
  if (megc2019 && !Object.hasOwn(schemes, megc2019.scheme)) {
    throw new TypeError(
      `Cannot ${define} as traits.megc2019.scheme must be one of traits.schemes, ${Object.keys(schemes).join(', ')}: current value is ${show(megc2019.scheme)}`,
    );
  }
  const task = `open data set '${name}'`;
  return Object.freeze({
    kind: 'dataset',
    name,
    title,
    paper,
    samples,
    needsRoot,
    options: Object.freeze(options),
    traits: Object.freeze(traits),
    recognize: async (look, parts = []) => (await declaration.recognize?.(look, parts)) ?? false,
    async open({ root, mode, parts = [], ...given } = {} as never) {
      const checked = checkOptions(task, options, given);
      if (needsRoot && (root === undefined || root === '')) {
        throw new TypeError(`Cannot ${task} as root must be the folder that it lies in: none is given`);
      }
      // options of every set that is read from files
      const { limits, followLinks } = checked as { limits?: Partial<FileLimits>; followLinks?: readonly string[] };
      const opened = await declaration.open({
        ...checked,
        root: withListCache(await folderOf(root, followLinks), limits),
        mode: checkValue(task, 'mode', openMode(), mode),
        parts,
      } as OpenGiven<Entries>);
      checkOpened(task, opened, samples);
      return opened;
    },
  } satisfies DatasetDefinition<Name, Entries, Opened>);
}

const openMode = () => choice('How errors of the source are met.', ['strict', 'inspect'], { default: 'strict' });

async function folderOf(
  root: string | DataFolder | undefined,
  followLinks: readonly string[] | undefined,
): Promise<DataFolder> {
  if (root === undefined || root === '') return folderFromMap('no folder', new Map());
  return typeof root === 'string' ? openFolder(root, followLinks && { followLinks }) : root;
}
