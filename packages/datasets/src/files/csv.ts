import { checkLimit, type LimitOptions } from '@mer/io';

/** One record of a CSV file. */
export interface CsvRow {
  /** Line of the file on which the record starts, counted from 1. */
  row: number;
  /** Its fields, as text. */
  fields: string[];
}

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
export function parseCsv(text: string, { limits }: LimitOptions = {}): CsvRow[] {
  const rows: CsvRow[] = [];
  const cannot = 'Cannot read CSV';
  const plain = /[^,\r\n]*/y;
  let cells = 0;
  let line = 1;
  let start = 1;
  let fields: string[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (;;) {
    const column = `field ${fields.length + 1} of row ${start}`;
    let field: string;
    if (text[at] === '"') {
      const end = closingQuote(text, at);
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
    if (text[at] === ',') {
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
function closingQuote(text: string, at: number): number | undefined {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 2)) {
    if (text[end + 1] === '"') continue;
    return end + 1 === text.length || /[,\r\n]/.test(text[end + 1]!) ? end : undefined;
  }
  return undefined;
}
