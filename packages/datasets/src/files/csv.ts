import { checkLimit, type LimitOptions } from '@mer/io';

/** One record of a CSV file. */
export interface CsvRow {
  /** Line of the file on which the record starts, counted from 1. */
  row: number;
  /** Its fields, as text. */
  fields: string[];
}

/** Options of {@link parseCsv}. */
export interface CsvOptions extends LimitOptions {
  /** What stands between two fields: one of `,`, `;` and a tab; a comma if not given. */
  readonly separator?: CsvSeparator | undefined;
}

/** What can stand between two fields. */
export type CsvSeparator = (typeof separators)[number];

const separators = [',', ';', '\t'] as const;

/**
 * Splits CSV text (RFC 4180: quotes, doubled quotes, line breaks inside quotes; `\n` or `\r\n`; byte-order mark) into
 * records of text. Blank lines are skipped.
 *
 * @throws TypeError where a quote is never closed, with the row; RangeError for more fields than `limits.cells`, or a longer one than
 * `limits.cellCharacters`.
 *
 * @example
 * ```ts
 * import { parseCsv } from '@mer/datasets';
 *
 * console.log(parseCsv('subject,note\n006,"a, b"\n')[1]); // { row: 2, fields: [ '006', 'a, b' ] }
 * ```
 */
export function parseCsv(text: string, { limits, separator = ',' }: CsvOptions = {}): CsvRow[] {
  const rows: CsvRow[] = [];
  const cannot = 'Cannot read CSV';
  const plain = { ',': /[^,\r\n]*/y, ';': /[^;\r\n]*/y, '\t': /[^\t\r\n]*/y }[separator];
  let cells = 0;
  let line = 1;
  let start = 1;
  let fields: string[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (;;) {
    const column = `field ${fields.length + 1} of row ${start}`;
    let field: string;
    if (text[at] === '"') {
      const end = closingQuote(text, at, separator);
      if (end === undefined) throw new TypeError(`${cannot} as row ${line} has a quote that is not closed`);
      checkLimit(cannot, `the characters of ${column}`, 'cellCharacters', end - at - 1, limits);
      field = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
      line += field.split('\n').length - 1;
    } else {
      plain.lastIndex = at;
      plain.test(text);
      checkLimit(cannot, `the characters of ${column}`, 'cellCharacters', plain.lastIndex - at, limits);
      field = text.slice(at, plain.lastIndex);
      at = plain.lastIndex;
    }
    fields.push(field);
    checkLimit(cannot, `the number of fields up to ${column}`, 'cells', ++cells, limits);
    if (text[at] === separator) {
      at++;
      continue;
    }
    if (fields.length > 1 || fields[0] !== '') rows.push({ row: start, fields });
    if (at >= text.length) return rows;
    at += text.startsWith('\r\n', at) ? 2 : 1;
    start = ++line;
    fields = [];
  }
}

/** Where the quoted field that begins at `at` ends; undefined where it does not, or something stands between its quote and the next field. */
function closingQuote(text: string, at: number, separator: CsvSeparator): number | undefined {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 2)) {
    if (text[end + 1] === '"') continue;
    return end + 1 === text.length || [separator, '\r', '\n'].includes(text[end + 1]!) ? end : undefined;
  }
  return undefined;
}

/**
 * The separator that a table is written with: the one by which most of its first lines have equally many fields. Spreadsheet programs
 * write semicolons where the comma is the decimal sign.
 */
export function separatorOf(text: string): CsvSeparator {
  // what is quoted does not count; a closing quote may be missing
  const lines = text
    .slice(0, 65536)
    .replaceAll(/"[^"]*"/g, '""')
    .split(/\r?\n|\r/)
    .slice(0, 60);
  const score = (separator: CsvSeparator): number => {
    const times = new Map<number, number>();
    for (const line of lines) {
      const count = line.split(separator).length - 1;
      if (count) times.set(count, (times.get(count) ?? 0) + 1);
    }
    return Math.max(0, ...[...times].map(([count, lines]) => count * lines));
  };
  return [...separators].sort((a, b) => score(b) - score(a))[0]!;
}
