import type { OpenMode } from './adapters/open-adapter.js';
import { type CompositeCommonOptions, compositeCommonOptions, joinParts, openParts } from './composite.js';
import type { AnnotatedDataset, ClipDataset, DatasetNote } from './dataset.js';
import { DatasetError } from './dataset-error.js';
import { parseCsv } from './files/csv.js';
import type { DataFolder } from './files/data-folder.js';
import { findFiles } from './files/find-paths.js';
import { openFolder } from './files/open-folder.js';
import { safePath } from './files/safe-path.js';
import { megc2019Classes } from './megc2019-flow.js';
import { type OptionSpecs, resolveOptions } from './option-spec.js';

/** Options of {@link openMegc2019}. */
export interface Megc2019Options extends CompositeCommonOptions {
  /** Folder of CASME II inside the root. Default: the folder whose name says so. */
  casme2?: string;
  /** Folder of SMIC. */
  smic?: string;
  /** Folder of SAMM. */
  samm?: string;
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
  groundTruth: {
    type: 'string',
    description: 'The official list, relative to the root; combined_3class_gt.csv near the root if not given.',
  },
  ...compositeCommonOptions,
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
  mode: OpenMode = {},
): Promise<ClipDataset> {
  const name = 'megc2019';
  const { groundTruth, casme2, smic, samm, ...common } = resolveOptions(name, megc2019Options, {
    ...options,
  }) as Megc2019Options;
  const folder = typeof root === 'string' ? await openFolder(root) : root;
  const { opened, notes } = await openParts(folder, parts, common, { casme2, smic, samm });
  if (opened.length === parts.length) {
    const isList = (file: string) => /combined_3_?class_gt.*\.csv$/i.test(file);
    const file = groundTruth === undefined ? (await findFiles(folder, isList, 1))[0] : safePath(groundTruth);
    if (file !== undefined) notes.push(...(await compareWith(folder, file, opened)));
  }
  return joinParts(name, folder.name, opened, notes, mode);
}

/** Compares the official list in a file with what the adapters found. */
async function compareWith(
  folder: DataFolder,
  file: string,
  opened: readonly AnnotatedDataset[],
): Promise<DatasetNote[]> {
  if ((await folder.size(file)) === undefined) {
    return [{ severity: 'error', key: '', file, message: 'the official list does not exist' }];
  }
  try {
    const truth = readGroundTruth(new TextDecoder().decode(await folder.read(file)), file, folder.name);
    return compare(truth, opened, file);
  } catch (error) {
    if (error instanceof DatasetError) return [...error.notes];
    throw error;
  }
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
