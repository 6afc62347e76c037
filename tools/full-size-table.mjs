// Writes the table of the nightly run (benchmarks/results/recipes.csv, see nightly.mjs) into docs/full-size.md, between its two markers.
//   node tools/full-size-table.mjs              writes it; where there is no such file, says so on the page
//   node tools/full-size-table.mjs <file.csv>   prints that of another file, and writes nothing
//   node tools/full-size-table.mjs --check      exit status 1 where the page is not what would be written
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { between, tableText } from './markdown-table.mjs';

const page = fileURLToPath(new URL('../docs/full-size.md', import.meta.url));
const results = fileURLToPath(new URL('../benchmarks/results/recipes.csv', import.meta.url));
const recipes = readdirSync(fileURLToPath(new URL('../packages/experiments/recipes', import.meta.url)))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''));
const markers = {
  begin: '<!-- full-size:begin (written by tools/full-size-table.mjs) -->',
  end: '<!-- full-size:end -->',
};

function readRows(path) {
  if (!existsSync(path)) return [];
  const [head, ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  const columns = head.split(',');
  return lines.map((line) => {
    const cells = [...line.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell]) => cell.replaceAll('""', '"'));
    return Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? '']));
  });
}

const megabytes = (bytes) => (bytes === '' ? '' : (Number(bytes) / 1e6).toFixed(0));
const seconds = (text) => (text === '' ? '' : Number(text).toFixed(1));
/** A message may hold what ends a cell. */
const cellOf = (text) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');

/** One row for each recipe, and under it on what it ran. */
function written(rows) {
  if (rows.length === 0) return 'No results yet: `npm run nightly` makes them.';
  const head = ['recipe', 'network', 'batch', 'strategy', 'planned, MB', 'held, MB', 's', 'processor s', 'status'];
  const lines = rows.map((row) => [
    row.recipe,
    row.model,
    row.batch,
    row.strategy,
    megabytes(row.planned_memory_bytes),
    megabytes(row.peak_memory_bytes),
    seconds(row.seconds_per_step),
    seconds(row.processor_seconds_per_step),
    row.status === 'failed' ? `failed: ${cellOf(row.error)}` : row.status,
  ]);
  const done = rows.filter(({ status }) => status === 'done').length;
  const values = (column) => [...new Set(rows.map((row) => row[column]).filter((value) => value !== ''))].sort();
  const dates = values('date');
  const when = dates.length > 1 ? `${dates[0]} to ${dates.at(-1)}` : dates[0];
  const where = [
    ...values('backend'),
    ...values('hardware'),
    ...values('node').map((version) => `Node ${version.replace(/^v/, '')}`),
    ...values('tfjs').map((version) => `tfjs ${version}`),
  ];
  const left = recipes.filter((name) => !rows.some(({ recipe }) => recipe === name));
  const others = left.length > 0 ? ` Not tried yet: ${left.join(', ')}.` : '';
  return `${done} of ${recipes.length} recipes done.${others} ${[when, ...where].join(', ')}.\n\n${tableText(head, lines, { right: [2, 4, 5, 6, 7] })}`;
}

const [argument] = process.argv.slice(2);
if (argument !== undefined && argument !== '--check') {
  if (!existsSync(argument)) {
    console.error(`Cannot read ${argument} as there is no such file`);
    process.exit(2);
  }
  console.log(written(readRows(argument)));
  process.exit(0);
}
const old = readFileSync(page, 'utf8');
const text = between(old, markers, written(readRows(results)));
if (text === undefined) {
  console.error(`Cannot write the table as docs/full-size.md must have the lines ${markers.begin} and ${markers.end}`);
  process.exit(2);
}
if (argument === undefined) writeFileSync(page, text);
else if (text !== old) {
  console.error('docs/full-size.md is not what the results say: run node tools/full-size-table.mjs');
  process.exit(1);
}
