import { asksForUnits } from '../annotations/action-unit-classes.js';
import { megc2019Classes } from '../annotations/megc2019-classes.js';
import { composeDatasets } from '../compose.js';
import type { ClipDataset, DatasetNote } from '../dataset.js';
import { DatasetError } from '../dataset-error.js';
import type { DatasetDefinition, OpenMode } from '../define-dataset.js';
import type { DataFolder } from '../files/data-folder.js';
import { safePath } from '../files/safe-path.js';
import { subFolder } from '../files/sub-folder.js';

/** Options that go to the parts that have them; their classes are those of MEGC2019 unless `classes` asks for action units. */
export interface PartOptions {
  readonly exclude: readonly string[];
  readonly [option: string]: unknown;
}

/** Finds the folder of a data set inside the root by its name. */
export async function partFolder(root: DataFolder, { name, traits }: DatasetDefinition): Promise<string | undefined> {
  const entries = ((await root.list('')) ?? []).filter(
    ({ kind, name: entry }) => kind === 'folder' && !entry.startsWith('.'),
  );
  const exact = entries.find((entry) => entry.name.toLowerCase() === name);
  return (exact ?? entries.find((entry) => traits.megc2019?.folder.test(entry.name)))?.name;
}

/** The parts of a composite, opened as far as they can be, with what is wrong about the folders themselves. */
export async function openParts(
  root: DataFolder,
  parts: readonly DatasetDefinition[],
  { exclude, ...common }: PartOptions,
  paths: Readonly<Record<string, string | undefined>> = {},
): Promise<{ opened: ClipDataset[]; notes: DatasetNote[] }> {
  const notes: DatasetNote[] = [];
  const opened: ClipDataset[] = [];
  for (const id of exclude.filter((one) => !parts.some(({ name }) => one.startsWith(`${name}/`)))) {
    notes.push({ severity: 'error', key: id, message: 'the option exclude must name data set/subject/clip' });
  }
  for (const part of parts) {
    const { name } = part;
    const asked = paths[name];
    const path = asked === undefined ? await partFolder(root, part) : safePath(asked);
    if (path === undefined || (await root.list(path)) === undefined) {
      const message =
        asked === undefined
          ? `no folder for ${name} is there: expected one whose name says so, such as '${name}'`
          : `the folder '${asked}' does not exist`;
      notes.push({ severity: 'error', key: name, message });
      continue;
    }
    const { scheme, options } = part.traits.megc2019 ?? {};
    const classes = asksForUnits(common['classes']) ? common['classes'] : scheme;
    const own = exclude.filter((id) => id.startsWith(`${name}/`)).map((id) => id.slice(name.length + 1));
    const apexes = part.traits.apex === false ? common['apexes'] : undefined;
    const wanted = { ...common, apexes, classes, exclude: own, ...options };
    const known = Object.entries(wanted).filter(
      ([key, value]) => Object.hasOwn(part.options, key) && value !== undefined,
    );
    const given = { ...Object.fromEntries(known), root: subFolder(root, path), mode: 'inspect' as const };
    opened.push((await part.open(given)) as ClipDataset);
  }
  return { opened, notes };
}

/** Joins opened parts, or refuses with everything that is wrong with them. */
export function joinParts(
  name: string,
  where: string,
  opened: readonly ClipDataset[],
  notes: readonly DatasetNote[],
  mode: OpenMode,
): ClipDataset {
  const errors = [
    ...opened.flatMap((part) =>
      part.notes.map((note) => ({ ...note, key: note.key ? `${part.name}/${note.key}` : part.name })),
    ),
    ...notes,
  ].filter(({ severity, strict }) => severity === 'error' || (strict && mode === 'strict'));
  if (errors.length && mode === 'strict') throw new DatasetError(`Cannot open ${name} in ${where}`, errors);
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
