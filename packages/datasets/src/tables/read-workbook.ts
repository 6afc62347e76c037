import { checkLimit, type FileLimits } from '@mer/io';
import { readXls } from './read-xls.js';
import { safeWorkbook } from './safe-workbook.js';

/** What a cell says whose formula has no stored value. */
export const unstored = '= (a formula whose value is not stored)';

/** One sheet of a workbook as text; empty cells are `''`. */
interface WorkbookText {
  sheet: string;
  rows: { row: number; cells: string[] }[];
}

/**
 * Reads every sheet of an `.xlsx` or `.xls` workbook as text. A formula whose value is not stored is {@link unstored}.
 *
 * @throws Error that begins with what is wrong with it: it is no workbook, is damaged, or asks for more than its limits.
 */
export async function readWorkbook(bytes: Uint8Array, limits?: Partial<FileLimits>): Promise<WorkbookText[]> {
  // the signature of the container of old workbooks
  const old = [0xd0, 0xcf, 0x11, 0xe0].every((byte, i) => bytes[i] === byte);
  const sheets = await (old ? readXls(bytes, limits) : readXlsx(bytes, limits));
  let characters = 0;
  const textOf = (cell: unknown, place: () => string): string => {
    if (cell === null || cell === undefined) return '';
    if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? '' : cell.toISOString().slice(0, 10);
    const text = String(cell);
    checkLimit('it cannot be read', `the characters of ${place()}`, 'cellCharacters', text.length, limits);
    characters += text.length;
    checkLimit('it cannot be read', `the characters of its cells up to ${place()}`, 'textBytes', characters, limits);
    return text.trim();
  };
  return sheets.map(({ sheet, data }) => ({
    sheet,
    rows: data.map((cells, i) => ({
      row: i + 1,
      cells: cells.map((cell, column) => textOf(cell, () => `column ${column + 1} of row ${i + 1} of '${sheet}'`)),
    })),
  }));
}

async function readXlsx(
  bytes: Uint8Array,
  limits?: Partial<FileLimits>,
): Promise<{ sheet: string; data: unknown[][] }[]> {
  try {
    // loaded when needed: importing this package must not load a workbook reader
    const { default: read } = await import('read-excel-file/universal');
    const { workbook, formulas } = safeWorkbook(bytes, limits);
    const sheets = await read(workbook, { trim: false });
    for (const { sheet, data } of sheets) {
      for (const { row, column } of formulas.get(sheet) ?? []) {
        const cells = data[row - 1];
        if (cells && column <= cells.length) cells[column - 1] ??= unstored;
      }
    }
    return sheets;
  } catch (cause) {
    if (isBeyondLimit(cause)) throw cause;
    throw new Error(`it must be an .xlsx workbook: ${reasonOf(cause)}`, { cause });
  }
}

const isBeyondLimit = (error: unknown) => error instanceof RangeError && error.message.includes('limits.');

/** What the reader says, unless it stumbled. */
function reasonOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const stumbled = at instanceof TypeError || at instanceof ReferenceError || at instanceof SyntaxError;
    if (stumbled || at instanceof RangeError) return 'its parts are damaged';
  }
  return (error as Error).message;
}
