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
 * @throws TypeError where a quote is never closed, with the row.
 *
 * @example
 * ```ts
 * import { parseCsv } from '@mer/datasets';
 *
 * console.log(parseCsv('subject,note\n006,"a, b"\n')[1]); // { row: 2, fields: [ '006', 'a, b' ] }
 * ```
 */
export function parseCsv(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  const field = /"((?:[^"]|"")*)"(?=[,\r\n]|$)|([^,\r\n"][^,\r\n]*|)/y;
  let line = 1;
  let start = 1;
  let fields: string[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (;;) {
    field.lastIndex = at;
    const match = field.exec(text)!;
    if (text[at] === '"' && match[1] === undefined) {
      throw new TypeError(`Cannot read CSV as row ${line} has a quote that is not closed`);
    }
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    line += match[0].split('\n').length - 1;
    at += match[0].length;
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
