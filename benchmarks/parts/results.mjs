import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The middle one; the upper of two. */
export const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/** What computes: the name, family, model and stepping of the processors, the vector instructions they have, and their number. */
export function hardware() {
  const name = `${cpus()[0].model.trim()} x ${cpus().length}`;
  if (!existsSync('/proc/cpuinfo')) return name;
  const [first] = readFileSync('/proc/cpuinfo', 'utf8').split('\n\n');
  const value = (key) => new RegExp(`^${key}\\s*: (.*)$`, 'm').exec(first)?.[1];
  const flags = value('flags')?.split(' ') ?? [];
  const vectors = ['avx2', 'fma', 'avx512f', 'amx_tile'].filter((flag) => flags.includes(flag));
  const kind = ['cpu family', 'model', 'stepping'].map((key) => value(key) ?? '?').join('-');
  return `${name} (${[kind, ...vectors].join(' ')})`;
}

const fields = (line) => [...line.matchAll(/"((?:[^"]|"")*)"/g)].map((found) => found[1].replaceAll('""', '"'));

/**
 * Writes rows to results/<name>.csv. Rows there stay but for those that have the same values in the columns `key`; a
 * column that they lack is empty.
 */
export function saveRows(name, rows, key) {
  const file = fileURLToPath(new URL(`../results/${name}.csv`, import.meta.url));
  const [head = '', ...lines] = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  const old = head.split(',');
  const before = lines.map((line) => Object.fromEntries(fields(line).map((text, index) => [old[index], text])));
  const keyOf = (row) => JSON.stringify(key.map((column) => String(row[column] ?? '')));
  const fresh = new Set(rows.map(keyOf));
  const columns = Object.keys(rows[0]);
  const text = (row) => columns.map((column) => `"${String(row[column] ?? '').replaceAll('"', '""')}"`).join(',');
  const kept = before.filter((row) => !fresh.has(keyOf(row)));
  mkdirSync(fileURLToPath(new URL('../results/', import.meta.url)), { recursive: true });
  writeFileSync(file, `${[columns.join(','), ...[...kept, ...rows].map(text)].join('\n')}\n`);
}
