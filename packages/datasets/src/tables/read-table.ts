import type { DataFolder } from '../files/data-folder.js';
import { readCsv } from '../files/read-text.js';
import { readWorkbook, unstored } from './read-workbook.js';

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
 * Reads every sheet of an `.xlsx` or `.xls` workbook, or a `.csv` or `.tsv` file (commas, semicolons or tabs; UTF-8 or UTF-16), as text: what is stored as text keeps its zeros and spaces
 * inside (ends are trimmed), what is stored as a number is written as shown.
 *
 * @throws Error where the file is none of these or is damaged.
 */
export async function readSheets(folder: DataFolder, file: string): Promise<TextSheet[]> {
  if (/\.[ct]sv$/i.test(file)) {
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
  /** The row above whose subject it has, where it has none of its own. */
  subjectOf?: number;
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
 * Finds the table in a sheet by its header, wherever that is, and gives the rows below; rows in which every named column is
 * empty are skipped. Undefined where no row is the header.
 *
 * A row that has a clip but no subject takes the subject above it: a spreadsheet program keeps the text of merged cells in the
 * first of them only.
 *
 * @throws Error that names the cells where a formula has no stored value.
 */
export function findTable<const C extends Columns>(
  sheet: TextSheet,
  columns: C,
): TableRow<keyof C & string>[] | undefined {
  const names = Object.keys(columns);
  for (const [i, { cells }] of sheet.rows.entries()) {
    const header = headerOf(cells, columns);
    if (!header) continue;
    const unknown: string[] = [];
    let above = { subject: '', row: 0 };
    const rows = sheet.rows.slice(i + 1).flatMap(({ row, cells: values }) => {
      const named = Object.fromEntries(
        names.map((column) => [column, values[header.get(column) ?? -1] ?? '']),
      ) as Record<string, string>;
      for (const name of names) if (named[name] === unstored) unknown.push(`${name} in row ${row}`);
      if (!Object.values(named).some((text) => text !== '')) return [];
      const merged = named['subject'] === '' && named['clip'] !== '' && above.subject !== '';
      if (merged) named['subject'] = above.subject;
      else above = { subject: named['subject'] ?? '', row };
      return [{ file: sheet.file, row, cells: named, ...(merged && { subjectOf: above.row }) }];
    });
    if (unknown.length) {
      const listed = unknown.length > 5 ? `${unknown.slice(0, 5).join(', ')}, …` : unknown.join(', ');
      throw new Error(
        `it has formulas whose values are not stored (${listed}): open it in a spreadsheet program and save it`,
      );
    }
    return rows as TableRow<keyof C & string>[];
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
