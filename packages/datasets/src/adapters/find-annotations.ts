import type { AnnotationRow } from '../annotations/clip-record.js';
import type { DatasetNote } from '../dataset.js';
import { DatasetError } from '../dataset-error.js';
import { findFiles } from '../files/find-paths.js';
import { safePath } from '../files/safe-path.js';
import { naturalOrder } from '../natural-order.js';
import { type Columns, readSheets, type TextSheet } from '../tables/read-table.js';
import { nearestHeader, renameColumns } from '../tables/rename-columns.js';
import type { AnnotatedContext, ClipFinder } from './annotated-declaration.js';
import { sameRows, shareOnDisk } from './workbook-fit.js';

/** What to look for. */
export interface AnnotationSearch {
  /** Data set, for messages. */
  dataset: string;
  /** Usual name of the file, for messages. */
  usual: string;
  /** Names that the released file is known by, the best first; a file of another name is read where none of these fits. */
  names: readonly RegExp[];
  /** Which of the workbooks found are looked into. */
  accept?: (file: string) => boolean;
  /**
   * Reads the rows in the sheets of one file; undefined where this file has none. `asked` is whether the user named the file: then
   * rows need not look like those of the data set.
   *
   * @throws Error that says why a table that has the columns is not that of the data set.
   */
  read(sheets: readonly TextSheet[], asked: boolean): readonly AnnotationRow[] | undefined;
  /** The columns of its table, where it has a header. */
  columns?: Columns;
  /** What the file must hold, for messages. */
  wanted: string;
  /** Finds the clips on disk. */
  clips(): Promise<ClipFinder>;
}

/** A workbook that has the columns and rows. */
interface Candidate {
  file: string;
  rows: readonly AnnotationRow[];
  /** Share of its rows whose clips are on disk, against that of the longest list. */
  share: number;
}

/** Lists of what is wrong with a release look like its annotations; they are read only where the user names them. */
const faultList = /(^|[^a-z])(?:errors?|exceptions?|damaged|wrong(?:ly)?|bad)(?![a-z])/i;

/**
 * Finds the workbook (or CSV file) with the annotations near the root, or takes the one that the option `annotations` names.
 *
 * A file fits if it has the columns and its rows look like those of the data set. Of those that fit, a file of a known name comes
 * first, then the one most of whose rows have their clips on disk. Several that fit equally and differ in their rows are an error,
 * in `inspect` a warning.
 *
 * @throws DatasetError where none fits, with what was found instead.
 */
export async function findAnnotations(
  context: AnnotatedContext,
  search: AnnotationSearch,
): Promise<readonly AnnotationRow[]> {
  const { folder, options } = context;
  const { dataset, usual, names, accept = () => true } = search;
  const fail = (...problems: Pick<DatasetNote, 'message' | 'file'>[]) =>
    new DatasetError(
      `Cannot open ${dataset} in ${folder.name}`,
      problems.map((problem) => ({ severity: 'error', key: '', ...problem })),
    );
  const others: Pick<DatasetNote, 'message' | 'file'>[] = [];
  const asked = options.annotations;
  if (asked !== undefined) {
    const file = safePath(asked);
    if ((await folder.size(file)) === undefined) {
      throw fail({ file: asked, message: 'the file named by the option annotations does not exist' });
    }
    const rows = await rowsOf(file, true);
    if (rows) return rows;
    throw fail(...others);
  }
  const found = await findFiles(folder, (name) => /\.(?:xlsx?|[ct]sv)$/i.test(name) && accept(name));
  const files = found.filter((file) => !faultList.test(file)).sort(naturalOrder);
  const rankOf = (file: string) => {
    const rank = names.findIndex((name) => name.test(file.split('/').at(-1)!));
    return rank < 0 ? names.length : rank;
  };
  // names alone put a file before others, unless none of its clips is there
  let without: Candidate[] = [];
  for (const rank of [...names.keys(), names.length]) {
    const fitting: Candidate[] = [];
    for (const file of files.filter((one) => rankOf(one) === rank)) {
      const rows = await rowsOf(file, false);
      if (rows) fitting.push({ file, rows, share: 0 });
    }
    if (fitting.length === 0) continue;
    if (files.length > 1) await measure(search, fitting);
    if (files.length === 1 || fitting.some(({ share }) => share > 0)) return choose(context, fitting);
    if (without.length === 0) without = fitting;
  }
  if (without.length > 0) return choose(context, without);
  const strange = found.filter((file) => faultList.test(file));
  const message = files.length
    ? `none of the workbooks found is that of ${dataset}, usually named ${usual}`
    : `no workbook found: ${usual} must lie in the folder or up to two levels below (wrong folder?)`;
  const hint = strange.length
    ? ` (by their names, ${strange.join(', ')} list errors: the option annotations reads one all the same)`
    : '';
  throw fail(...others, { message: `${message}${hint}` });

  /** The rows of a file, or a line about why there are none. */
  async function rowsOf(file: string, named: boolean): Promise<readonly AnnotationRow[] | undefined> {
    try {
      const sheets = renameColumns(await readSheets(folder, file), search.columns ?? {}, options.columns ?? {});
      const rows = search.read(sheets, named);
      if (rows !== undefined) return rows;
      const titles = sheets.map(({ sheet }) => sheet).filter(Boolean);
      const where = titles.length ? ` in its sheets ${titles.join(', ')}` : '';
      const nearest = search.columns && nearestHeader(sheets, search.columns);
      others.push({ file, message: `no ${search.wanted} found${where}${nearest ? `: ${nearest}` : ''}` });
    } catch (error) {
      others.push({ file, message: (error as Error).message.replace(/^Cannot read '.*?' in .*?: /, '') });
    }
    return undefined;
  }
}

/** Finds out how many of the rows of each candidate have their clips on disk. */
async function measure({ dataset, clips }: AnnotationSearch, candidates: readonly Candidate[]): Promise<void> {
  const finder = await clips();
  const most = Math.max(...candidates.map(({ rows }) => rows.length));
  for (const candidate of candidates) candidate.share = await shareOnDisk(dataset, candidate.rows, most, finder);
}

/** The candidate that fits best; of several that say the same, the first by name. */
function choose({ mode, note }: AnnotatedContext, candidates: readonly Candidate[]): readonly AnnotationRow[] {
  const best = Math.max(...candidates.map(({ share }) => share));
  const equal = candidates.filter(({ share }) => share === best);
  const [first] = equal as [Candidate, ...Candidate[]];
  const others = candidates.filter((one) => one !== first).map(({ file }) => file);
  if (equal.every(({ rows }) => sameRows(rows, first.rows))) {
    if (others.length > 0) {
      const message = `${first.file} is read; ${others.join(', ')} ${others.length > 1 ? 'have' : 'has'} the columns too, and the option annotations chooses`;
      note({ severity: 'marked', key: '', message });
    }
    return first.rows;
  }
  // the newest release by name, to have something to show
  const last = equal.at(-1)!;
  const names = equal.map(({ file }) => file).join(', ');
  note({
    severity: mode === 'strict' ? 'error' : 'warning',
    key: '',
    message: `${equal.length} workbooks fit equally and differ (${names}): name one, such as annotations: ${last.file}`,
    ...(mode === 'inspect' && { strict: true, file: last.file }),
  });
  return last.rows;
}
