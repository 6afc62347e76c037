import type { DataFolder } from '../files/data-folder.js';
import { readCsv } from '../files/read-text.js';
import { readWorkbook } from './read-workbook.js';

/** One sheet of a workbook (or a CSV file) as text; empty cells are `''`. */
export interface TextSheet {
  /** File, relative to the data set's root. */
  file: string;
  /** Sheet name; '' for a CSV file. */
  sheet: string;
  /** Rows with the row number that a spreadsheet program shows. */
  rows: readonly { row: number; cells: readonly string[] }[];
}

/**
 * Reads every sheet of an `.xlsx` workbook, or a `.csv` file, as text: what is stored as text keeps its zeros and spaces
 * inside (ends are trimmed), what is stored as a number is written as shown.
 *
 * @throws Error where the file is none of these (an old `.xls` has to be saved as `.xlsx` first) or is damaged.
 */
export async function readSheets(folder: DataFolder, file: string): Promise<TextSheet[]> {
  if (/\.csv$/i.test(file)) {
    const rows = (await readCsv(folder, file)).map(({ row, fields }) => ({
      row,
      cells: fields.map((field) => field.trim()),
    }));
    return [{ file, sheet: '', rows }];
  }
  try {
    const sheets = await readWorkbook(await folder.read(file), folder.limits);
    return sheets.map((sheet) => ({ file, ...sheet }));
  } catch (cause) {
    throw new Error(`Cannot read '${file}' in ${folder.name}: ${(cause as Error).message}`, { cause });
  }
}

/** Column names without case, spaces and punctuation: `Onset Frame` and `OnsetFrame` are one. */
export function plainName(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Columns by the name that the adapter gives them: the header texts that mean it. */
export type Columns = Readonly<Record<string, { names: readonly string[]; optional?: boolean }>>;

/** One row of a table by column; an optional column that is not there gives ''. */
export interface TableRow<Column extends string> {
  file: string;
  row: number;
  cells: Readonly<Record<Column, string>>;
}

/** Whether a row of cells is the header: it names every column that must be there. */
function headerOf(cells: readonly string[], columns: Columns): Map<string, number> | undefined {
  const names = cells.map(plainName);
  const found = new Map<string, number>();
  for (const [column, { names: wanted, optional }] of Object.entries(columns)) {
    const at = names.findIndex((name) => wanted.map(plainName).includes(name));
    if (at >= 0) found.set(column, at);
    else if (!optional) return undefined;
  }
  return found;
}

/**
 * Finds the table in a sheet by its header, wherever that is in the first 60 rows, and gives the rows below; rows in
 * which every named column is empty are skipped. Undefined where no row is the header.
 */
export function findTable<const C extends Columns>(
  sheet: TextSheet,
  columns: C,
): TableRow<keyof C & string>[] | undefined {
  for (const [i, { cells }] of sheet.rows.slice(0, 60).entries()) {
    const header = headerOf(cells, columns);
    if (!header) continue;
    return sheet.rows.slice(i + 1).flatMap(({ row, cells: values }) => {
      const named = Object.fromEntries(
        Object.keys(columns).map((column) => [column, values[header.get(column) ?? -1] ?? '']),
      ) as Record<keyof C & string, string>;
      return Object.values(named).some((text) => text !== '') ? [{ file: sheet.file, row, cells: named }] : [];
    });
  }
  return undefined;
}

/** Says which header was looked for, for a message. */
export function describeColumns(columns: Columns): string {
  return Object.values(columns)
    .filter(({ optional }) => !optional)
    .map(({ names }) => names[0])
    .join(', ');
}
