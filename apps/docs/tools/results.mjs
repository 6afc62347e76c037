// The committed results, as rows of texts by column.
import { readFile } from 'node:fs/promises';
import { parseCsv } from '@mer/datasets';
import { inRepository } from './paths.mjs';

export async function readResults(name) {
  const [head, ...rows] = parseCsv(await readFile(inRepository(`benchmarks/results/${name}.csv`), 'utf8'));
  return rows.map(({ fields }) => Object.fromEntries(head.fields.map((column, i) => [column, fields[i] ?? ''])));
}

/** On what rows were measured, in one line. */
export function measuredOn(rows) {
  const values = (column) => [...new Set(rows.map((row) => row[column]).filter(Boolean))].sort();
  const dates = values('date');
  return [
    dates.length > 1 ? `${dates[0]} to ${dates.at(-1)}` : dates[0],
    ...values('hardware'),
    ...values('node').map((version) => `Node ${version.replace(/^v/, '')}`),
    ...values('tfjs').map((version) => `tfjs ${version}`),
  ]
    .filter(Boolean)
    .join(', ');
}
