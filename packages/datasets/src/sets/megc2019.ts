import { text } from '@mer/options';
import { joinParts, openParts } from '../adapters/join-parts.js';
import type { SampleLabel } from '../annotations/class-schemes.js';
import { megc2019Classes, megc2019Schemes } from '../annotations/megc2019-classes.js';
import type { ClipDataset, DatasetNote } from '../dataset.js';
import { DatasetError } from '../dataset-error.js';
import { defineDataset, type OpenOptions } from '../define-dataset.js';
import type { DataFolder } from '../files/data-folder.js';
import { findFiles } from '../files/find-paths.js';
import { safePath } from '../files/safe-path.js';
import { findTable, readSheets } from '../tables/read-table.js';
import { casme2 } from './casme2.js';
import { compositeOptions } from './composite.js';
import { samm } from './samm.js';
import { smic } from './smic.js';

/** The data sets of the challenge. */
const members = [casme2, smic, samm] as const;

/** One row of the official list, in the spelling of the adapters. */
interface TruthRow {
  id: string;
  label: number;
  row: number;
}

const columns = {
  dataset: { names: ['dataset', 'data'] },
  subject: { names: ['subject', 'sub'] },
  clip: { names: ['clip', 'filename', 'filename_o'] },
  label: { names: ['label'] },
} as const;

/** The rows of a list: below its header, or where there is none its first four columns; rows of separators alone are skipped. */
async function listRows(folder: DataFolder, file: string) {
  const sheets = await readSheets(folder, file);
  for (const sheet of sheets) {
    const table = findTable(sheet, columns);
    if (table) return table;
  }
  return sheets.flatMap(({ rows }) =>
    rows.flatMap(({ row, cells: [dataset = '', subject = '', clip = '', label = '', ...rest] }) => {
      const cells = { dataset, subject, clip, label };
      return [...Object.values(cells), ...rest].some(Boolean) ? [{ row, cells }] : [];
    }),
  );
}

/**
 * Reads `combined_3class_gt.csv`: data set, subject, clip, label 0 to 2, without a header as the official file, or with one as copies have it, and columns behind
 * them. Spellings differ between copies: `s1`, `s01`; `6`, `006`.
 *
 * @throws DatasetError listing every row that is wrong.
 */
async function readGroundTruth(folder: DataFolder, file: string): Promise<TruthRow[]> {
  const problems: DatasetNote[] = [];
  const rows: TruthRow[] = [];
  const seen = new Map<string, number>();
  for (const { row, cells } of await listRows(folder, file)) {
    const report = (message: string) => void problems.push({ severity: 'error', key: '', file, row, message });
    const { dataset, subject, clip, label } = cells;
    const member = members.find(({ name }) => name === dataset.toLowerCase());
    if (!member || !/^[012]$/.test(label) || subject === '' || clip === '') {
      report(
        `the row must be data set (${members.map(({ name }) => name).join(', ')}), subject, clip, label 0 to 2: it is '${[dataset, subject, clip, label].join(',')}'`,
      );
      continue;
    }
    const id = `${member.name}/${member.traits.megc2019!.keyOf!(subject, clip)}`;
    if (seen.has(id)) report(`${id} is also in row ${seen.get(id)}`);
    seen.set(id, row);
    rows.push({ id, label: Number(label), row });
  }
  if (problems.length) throw new DatasetError(`Cannot open megc2019 in ${folder.name}`, problems);
  return rows;
}

/** The definition of the MEGC2019 composite as clips. */
export const megc2019 = /* @__PURE__ */ defineDataset({
  name: 'megc2019',
  title: 'MEGC2019 composite: CASME II, SMIC-HS and SAMM in three classes, 442 clips of 68 subjects',
  paper: 'See, Yap, Li, Hong, Wang 2019, MEGC 2019 – The Second Facial Micro-Expressions Grand Challenge, FG 2019',
  samples: 'clips',
  options: {
    casme2: text('Folder of CASME II inside the root; found by its name if not given.', { optional: true }),
    smic: text('Folder of SMIC inside the root; found by its name if not given.', { optional: true }),
    samm: text('Folder of SAMM inside the root; found by its name if not given.', { optional: true }),
    groundTruth: text('The official list, relative to the root; combined_3class_gt.csv near the root if not given.', {
      optional: true,
    }),
    ...compositeOptions(),
  },
  traits: { schemes: megc2019Schemes() },
  recognize: ({ folders }) =>
    members.filter(({ traits }) => folders.some((name) => traits.megc2019!.folder.test(name))).length > 1,
  async open({ root, mode, groundTruth, casme2, smic, samm, parts: _, ...common }): Promise<ClipDataset> {
    const { opened, notes } = await openParts(root, members, common, { casme2, smic, samm });
    if (opened.length === members.length) {
      const isList = (file: string) => /combined_3_?class_gt.*\.csv$/i.test(file);
      const file = groundTruth === undefined ? (await findFiles(root, isList, 1))[0] : safePath(groundTruth);
      if (file !== undefined) notes.push(...(await compareWith(root, file, opened)));
    }
    return joinParts('megc2019', root.name, opened, notes, mode);
  },
});

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
 * const dataset = await openMegc2019({ root: 'data' }); // with data/CASME2, data/SMIC and data/SAMM
 * console.log(dataset.samples.length); // 442
 * ```
 *
 * Reference: See, Yap, Li, Hong, Wang 2019, MEGC 2019 – The Second Facial Micro-Expressions Grand Challenge, FG 2019.
 */
export function openMegc2019(given: OpenOptions<typeof megc2019.options>): Promise<ClipDataset> {
  return megc2019.open(given);
}

/** Compares the official list in a file with what the adapters found. */
async function compareWith(folder: DataFolder, file: string, opened: readonly ClipDataset[]): Promise<DatasetNote[]> {
  if ((await folder.size(file)) === undefined) {
    return [{ severity: 'error', key: '', file, message: 'the official list does not exist' }];
  }
  try {
    const truth = await readGroundTruth(folder, file);
    return compare(truth, opened, file);
  } catch (error) {
    if (error instanceof DatasetError) return [...error.notes];
    throw error;
  }
}

/** Differences between the official list and what the adapters found. */
function compare(truth: readonly TruthRow[], opened: readonly ClipDataset[], file: string): DatasetNote[] {
  const notes: DatasetNote[] = [];
  const found = new Map(opened.flatMap(({ samples }) => samples.map(({ id, label }) => [id, label] as const)));
  const reasons = new Map<string, string>(
    opened.flatMap(({ name, notes: list }) =>
      list.flatMap(({ key, severity, message }) =>
        severity === 'dropped' ? [[`${name}/${key}`, message] as const] : [],
      ),
    ),
  );
  const said = (label: SampleLabel) => `${label} (${megc2019Classes[label as number]})`;
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
