import type { DatasetNote } from '../dataset.js';
import { DatasetError } from '../dataset-error.js';
import { findFiles } from '../files/find-paths.js';
import { safePath } from '../files/safe-path.js';
import { naturalOrder } from '../natural-order.js';
import {
  type Columns,
  describeColumns,
  findTable,
  readSheets,
  type TableRow,
  type TextSheet,
} from '../tables/read-table.js';
import type { AnnotatedContext } from './annotated-declaration.js';

/** What to look for. */
export interface AnnotationSearch<C> {
  /** Data set, for messages. */
  dataset: string;
  /** Usual name of the file, for messages. */
  usual: string;
  /** Which of the workbooks found are looked into. */
  accept?: (file: string) => boolean;
  /** Finds the rows in the sheets of one file; undefined where this file has none. */
  read(sheets: readonly TextSheet[]): C | undefined;
  /** What the file must hold, for messages. */
  wanted: string;
}

/**
 * Finds the workbook (or CSV file) with the annotations near the root by its content, or takes the one that the option
 * `annotation` names. Where several fit, the last by name (the newest release) is read, and a note says so.
 *
 * @throws DatasetError where none fits, with what was found instead.
 */
export async function findAnnotations<C>(
  { folder, options, note }: AnnotatedContext,
  { dataset, usual, accept = () => true, read, wanted }: AnnotationSearch<C>,
): Promise<C> {
  const what = `Cannot open ${dataset} in ${folder.name}`;
  const fail = (...problems: Pick<DatasetNote, 'message' | 'file'>[]) =>
    new DatasetError(
      what,
      problems.map((problem) => ({ severity: 'error', key: '', ...problem })),
    );
  const named = options.annotation;
  let files: string[];
  if (named === undefined) {
    files = (await findFiles(folder, (name) => /\.(?:xlsx?|[ct]sv)$/i.test(name) && accept(name))).sort(naturalOrder);
  } else {
    files = [safePath(named)];
    if ((await folder.size(files[0]!)) === undefined) {
      throw fail({ file: named, message: 'the file named by the option annotation does not exist' });
    }
  }
  const fitting: { file: string; content: C }[] = [];
  const others: Pick<DatasetNote, 'message' | 'file'>[] = [];
  for (const file of files) {
    try {
      const sheets = await readSheets(folder, file);
      const content = read(sheets);
      if (content !== undefined) fitting.push({ file, content });
      else {
        const names = sheets.map(({ sheet }) => sheet).filter(Boolean);
        others.push({ file, message: `no ${wanted} found${names.length ? ` in its sheets ${names.join(', ')}` : ''}` });
      }
    } catch (error) {
      others.push({ file, message: (error as Error).message.replace(/^Cannot read '.*?' in .*?: /, '') });
    }
  }
  const chosen = fitting.at(-1);
  if (!chosen) {
    const message = files.length
      ? `none of the workbooks found is that of ${dataset}, usually named ${usual}`
      : `no workbook found: ${usual} must lie in the folder or up to two levels below (wrong folder?)`;
    throw fail(...(files.length ? others : []), { message });
  }
  if (fitting.length > 1) {
    const names = fitting.map(({ file }) => file).join(', ');
    note({
      severity: 'marked',
      key: '',
      message: `${fitting.length} workbooks fit (${names}): ${chosen.file} is read; the option annotation chooses another`,
    });
  }
  return chosen.content;
}

/** The usual case: the first sheet that has a header with these columns. */
export function tableSearch<const C extends Columns>(
  columns: C,
): Pick<AnnotationSearch<TableRow<keyof C & string>[]>, 'read' | 'wanted'> {
  return {
    read: (sheets) => {
      for (const sheet of sheets) {
        const rows = findTable(sheet, columns);
        if (rows?.length) return rows;
      }
      return undefined;
    },
    wanted: `header row with the columns ${describeColumns(columns)} and rows below it`,
  };
}
