import type { AnnotatedOptions, OpenMode } from './adapters/open-adapter.js';
import { openCasme2 } from './casme2.js';
import { composeDatasets } from './compose.js';
import type { AnnotatedDataset, ClipDataset, DatasetNote } from './dataset.js';
import { DatasetError } from './dataset-error.js';
import { parseCsv } from './files/csv.js';
import type { DataFolder } from './files/data-folder.js';
import { findFiles } from './files/find-paths.js';
import { openFolder } from './files/open-folder.js';
import { safePath } from './files/safe-path.js';
import { subFolder } from './files/sub-folder.js';
import { megc2019Classes } from './megc2019-flow.js';
import { type OptionSpecs, resolveOptions } from './option-spec.js';
import { openSamm } from './samm.js';
import { openSmic } from './smic.js';

/** Options of {@link openMegc2019}. */
export interface Megc2019Options
  extends Pick<AnnotatedOptions, 'corrections' | 'faults' | 'missing' | 'exclude' | 'decoders'> {
  /** Folder of CASME II inside the root. Default: the folder whose name says so. */
  casme2?: string;
  /** Folder of SMIC. */
  smic?: string;
  /** Folder of SAMM. */
  samm?: string;
  /** Which tree is read where raw and cropped frames are there. Default `auto`: the cropped one. */
  frames?: 'auto' | 'raw' | 'cropped';
  /** The official list, relative to the root. Default: `combined_3class_gt.csv` near the root, if it is there. */
  groundTruth?: string;
}

const parts = ['casme2', 'smic', 'samm'] as const;
type Part = (typeof parts)[number];

/** The options of {@link openMegc2019} as data. */
export const megc2019Options = Object.freeze({
  casme2: { type: 'string', description: 'Folder of CASME II inside the root; found by its name if not given.' },
  smic: { type: 'string', description: 'Folder of SMIC inside the root; found by its name if not given.' },
  samm: { type: 'string', description: 'Folder of SAMM inside the root; found by its name if not given.' },
  frames: {
    type: 'string',
    values: ['auto', 'raw', 'cropped'],
    default: 'auto',
    description: 'Which frames are read where raw and cropped ones are there: auto takes the cropped ones.',
  },
  groundTruth: {
    type: 'string',
    description: 'The official list, relative to the root; combined_3class_gt.csv near the root if not given.',
  },
  corrections: { type: 'boolean', default: true, description: 'Whether known annotation errors are put right.' },
  faults: {
    type: 'string',
    values: ['error', 'repair', 'drop'],
    default: 'error',
    description: 'What is done with rows whose frame numbers cannot be: refuse to open, mend by rule, or leave out.',
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

/** One row of the official list, in the spelling of the adapters. */
interface TruthRow {
  id: string;
  label: number;
  row: number;
}

/**
 * Reads `combined_3class_gt.csv`: no header; data set, subject, clip, label 0 to 2. Spellings differ between copies: `s1`,
 * `s01`; `6`, `006`; blank lines are skipped.
 *
 * @throws DatasetError listing every row that is wrong.
 */
function readGroundTruth(text: string, file: string, where: string): TruthRow[] {
  const problems: DatasetNote[] = [];
  const rows: TruthRow[] = [];
  const seen = new Map<string, number>();
  for (const { row, fields } of parseCsv(text)) {
    const report = (message: string) => void problems.push({ severity: 'error', key: '', file, row, message });
    const [dataset = '', subject = '', clip = '', label = ''] = fields.map((field) => field.trim());
    if (!(parts as readonly string[]).includes(dataset) || !/^[012]$/.test(label) || fields.length !== 4) {
      report(
        `the row must be data set (${parts.join(', ')}), subject, clip, label 0 to 2: it is '${fields.join(',')}'`,
      );
      continue;
    }
    const id = truthId(dataset as Part, subject, clip);
    if (seen.has(id)) report(`${id} is also in row ${seen.get(id)}`);
    seen.set(id, row);
    rows.push({ id, label: Number(label), row });
  }
  if (problems.length) throw new DatasetError(`Cannot open megc2019 in ${where}`, problems);
  return rows;
}

function truthId(dataset: Part, subject: string, clip: string): string {
  const number = (/(\d+)$/.exec(subject)?.[1] ?? subject).replace(/^0+(?=\d)/, '');
  if (dataset === 'samm') return `samm/${number.padStart(3, '0')}/${clip}`;
  if (dataset === 'casme2') return `casme2/sub${number.padStart(2, '0')}/${clip}`;
  const padded = `s${number.padStart(2, '0')}`;
  return `smic/${padded}/${clip.replace(/^s0*\d+(?=_)/, padded)}`;
}

async function findPart(folder: DataFolder, part: Part): Promise<string | undefined> {
  const pattern = { casme2: /casme[ _-]?(?:2|ii)(?![a-z0-9])/i, smic: /smic/i, samm: /samm/i }[part];
  const folders = ((await folder.list('')) ?? []).filter(
    ({ kind, name }) => kind === 'folder' && !name.startsWith('.'),
  );
  return (folders.find(({ name }) => name.toLowerCase() === part) ?? folders.find(({ name }) => pattern.test(name)))
    ?.name;
}

/**
 * Opens the MEGC2019 composite as clips: 442 of CASME II (145), SMIC-HS (164) and SAMM (133) in three classes, read by the
 * three adapters from one folder that holds the three releases.
 *
 * Where the official list `combined_3class_gt.csv` lies there, every label is compared with it: a difference refuses to
 * open. A clip of the list that is left out for a stated reason (no frames) is a warning, and n is smaller.
 *
 * @throws DatasetError listing everything that is wrong or differs; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openMegc2019 } from '@mer/datasets';
 *
 * const dataset = await openMegc2019('data'); // with data/CASME2, data/SMIC and data/SAMM
 * console.log(dataset.samples.length); // 442
 * ```
 *
 * Reference: See, Yap, Li, Hong, Wang 2019, MEGC 2019 – The Second Facial Micro-Expressions Grand Challenge, FG 2019.
 */
export async function openMegc2019(
  root: string | DataFolder,
  options: Megc2019Options = {},
  { onError = 'throw' }: OpenMode = {},
): Promise<ClipDataset> {
  const name = 'megc2019';
  const resolved = resolveOptions(name, megc2019Options, { ...options }) as unknown as Required<
    Omit<Megc2019Options, Part | 'groundTruth'>
  > &
    Megc2019Options;
  const folder = typeof root === 'string' ? await openFolder(root) : root;
  const what = `Cannot open ${name} in ${folder.name}`;
  const notes: DatasetNote[] = [];
  const opened: AnnotatedDataset[] = [];
  const { frames, corrections, faults, missing, decoders } = resolved;
  for (const part of parts) {
    const path = resolved[part] === undefined ? await findPart(folder, part) : safePath(resolved[part]);
    if (path === undefined || (await folder.list(path)) === undefined) {
      const message = resolved[part]
        ? `the folder '${path}' does not exist`
        : `no folder for ${part} is there: expected one whose name says so, or the option ${part}`;
      notes.push({ severity: 'error', key: part, message });
      continue;
    }
    const exclude = resolved.exclude.filter((id) => id.startsWith(`${part}/`)).map((id) => id.slice(part.length + 1));
    const common = { frames, corrections, faults, missing, decoders, exclude };
    const inside = subFolder(folder, path);
    const mode = { onError: 'note' } as const;
    if (part === 'casme2') opened.push(await openCasme2(inside, { ...common, classes: 'megc2019' }, mode));
    if (part === 'samm') opened.push(await openSamm(inside, { ...common, classes: 'megc2019' }, mode));
    if (part === 'smic') opened.push(await openSmic(inside, { ...common, edition: 'clips' }, mode));
  }
  for (const id of resolved.exclude.filter((one) => !parts.some((part) => one.startsWith(`${part}/`)))) {
    notes.push({ severity: 'error', key: id, message: `the option exclude must name data set/subject/clip: '${id}'` });
  }
  if (opened.length === parts.length) {
    const file =
      resolved.groundTruth ?? (await findFiles(folder, (one) => /combined_3_?class_gt.*\.csv$/i.test(one), 1))[0];
    if (file !== undefined) {
      if ((await folder.size(safePath(file))) === undefined) {
        throw new DatasetError(what, [
          { severity: 'error', key: '', file, message: 'the official list does not exist' },
        ]);
      }
      const truth = readGroundTruth(new TextDecoder().decode(await folder.read(safePath(file))), file, folder.name);
      notes.push(...compare(truth, opened, file));
    }
  }
  const errors = [...opened.flatMap((part) => prefixed(part)), ...notes].filter(({ severity }) => severity === 'error');
  if (errors.length && onError === 'throw') throw new DatasetError(what, errors);
  if (!opened.length) return emptyDataset(name, notes);
  const whole = composeDatasets<ClipDataset>(name, opened);
  const settings = { parts: whole.settings };
  return Object.freeze({ ...whole, notes: Object.freeze([...whole.notes, ...notes]), settings });
}

function prefixed({ name, notes }: AnnotatedDataset): DatasetNote[] {
  return notes.map((note) => ({ ...note, key: note.key ? `${name}/${note.key}` : name }));
}

function emptyDataset(name: string, notes: readonly DatasetNote[]): ClipDataset {
  const none = async (): Promise<never> => {
    throw new RangeError(`Cannot read clip of ${name} as it must have samples: it has none`);
  };
  const base = { name, classes: megc2019Classes, samples: [], notes, settings: {} };
  return { kind: 'clips', ...base, sources: none, readSource: none, readClip: none };
}

/** Differences between the official list and what the adapters found. */
function compare(truth: readonly TruthRow[], opened: readonly AnnotatedDataset[], file: string): DatasetNote[] {
  const notes: DatasetNote[] = [];
  const found = new Map(opened.flatMap(({ samples }) => samples.map(({ id, label }) => [id, label] as const)));
  const reasons = new Map<string, string>(
    opened.flatMap(({ name, notes: list }) =>
      list.flatMap(({ key, severity, message }) =>
        severity === 'dropped' ? [[`${name}/${key}`, message] as const] : [],
      ),
    ),
  );
  const said = (label: number) => `${label} (${megc2019Classes[label]})`;
  for (const { id, label, row } of truth) {
    const own = found.get(id);
    const note = (severity: 'error' | 'warning', message: string) =>
      void notes.push({ severity, key: id, file, row, message });
    if (own === label) continue;
    const reason = reasons.get(id);
    if (own !== undefined) note('error', `the official list says ${said(label)}, the annotation ${said(own)}`);
    else if (reason) note('warning', `it is in the official list but is left out: ${reason}`);
    else note('error', 'it is in the official list but not among the clips found');
  }
  const official = new Set(truth.map(({ id }) => id));
  for (const id of found.keys()) {
    if (!official.has(id)) notes.push({ severity: 'error', key: id, file, message: 'it is not in the official list' });
  }
  return notes;
}
