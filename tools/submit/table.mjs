import { cpus } from 'node:os';

/** Rows as CSV, each with the day, Node and the processor. */
export function csvOf(rows) {
  const about = {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    hardware: cpus()[0]?.model ?? 'unknown',
  };
  const cell = (value) => (/[",]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
  const columns = [...new Set([...rows, about].flatMap((row) => Object.keys(row)))];
  const line = (cells) => `${cells.map(cell).join(',')}\n`;
  return [columns, ...rows.map((row) => columns.map((column) => ({ ...row, ...about })[column] ?? ''))]
    .map(line)
    .join('');
}
