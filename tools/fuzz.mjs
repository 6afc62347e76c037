// Feeds every parser with inputs that are built from valid files by their structure, in child processes with a memory cap and a watchdog. After `npm run build`:
//   npm run fuzz                                    2,000 inputs, a few of each parser
//   npm run fuzz -- --inputs 50000                  the full run; writes benchmarks/results/fuzz.csv with --save
//   npm run fuzz -- --only 'png|npy'                parsers whose name matches
//   npm run fuzz -- --only png --seed 1 --index 77  one input again, with what it is and what came of it
//   npm run fuzz -- --prove                         puts old faults back on purpose, one by one, and finds them
// and --seed <number, 1>, --jobs <children at the same time, 1>. Failing inputs are written to runs/fuzz/failures. Exit status 1 where there is a fault.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { mostMemory, runChild, runParser } from './fuzz/children.mjs';
import { coverageOf } from './fuzz/coverage.mjs';
import { faults } from './fuzz/faults.mjs';
import { parserNames, parserOf } from './fuzz/parsers.mjs';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    index: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    prove: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    missed: { type: 'boolean', default: false },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const work = join(root, 'runs/fuzz');
const seed = Number(values.seed);
const names = parserNames.filter((name) => new RegExp(`^(?:${values.only || '.*'})$`).test(name));
if (names.length === 0) {
  console.error(`Cannot fuzz as --only must match a parser: ${values.only} matches none of ${parserNames.join(', ')}`);
  process.exit(2);
}
/** Inputs of each parser. */
const share = Math.ceil(Number(values.inputs) / parserNames.length);

/** A run whose files are changed, where they are needed. */
async function prepare(wanted) {
  if (!wanted.includes('run-folder') && !wanted.includes('sweep-file')) return;
  const { seedRun } = await import('./fuzz/parsers/experiments.mjs');
  await tf.setBackend('cpu');
  await seedRun(work);
}

/** One input again: the input, and what came of it. */
async function replay(name) {
  const index = Number(values.index);
  const folder = join(work, 'failures');
  await mkdir(folder, { recursive: true });
  let written;
  const options = {
    onFault: ({ fault, message }) => console.log(`FAULT ${fault}: ${message}`),
    onMessage({ input, outcome, time, memory }) {
      if (input) {
        const path = join(folder, `${name}-${seed}-${index}.${input.bytes ? 'bin' : 'json'}`);
        written = writeFile(path, input.bytes ? Uint8Array.from(input.bytes) : JSON.stringify(input.data, null, 1));
        console.log(`input    ${path}`);
      } else console.log(`outcome  ${outcome}\ntime     ${time.toFixed(0)} ms, memory ${memory.toFixed(0)} MB`);
    },
  };
  await runChild({ parser: name, seed, from: index, to: index + 1, work, only: true, ...options });
  await written;
}

const ours = new Set(['none', 'ours']);

/** Every parser; what was found, and a table. */
async function fuzz() {
  const coverage = join(work, 'coverage');
  await rm(coverage, { recursive: true, force: true });
  const results = new Map();
  const queue = [...names];
  const began = performance.now();
  await Promise.all(
    Array.from({ length: Math.min(Number(values.jobs), availableParallelism()) }, async () => {
      for (let parser = queue.shift(); parser; parser = queue.shift()) {
        const found = await runParser({ parser, seed, to: share, work, coverage, enough: 40 });
        results.set(parser, found);
        for (const { fault, index, message } of found.faults.slice(0, 5)) {
          console.log(
            `FAULT ${parser} ${fault}: ${message}\n      npm run fuzz -- --only ${parser} --seed ${seed} --index ${index}`,
          );
        }
      }
    }),
  );
  const rows = [];
  const count = (found, ...kinds) => found.faults.filter(({ fault }) => kinds.includes(fault)).length;
  const parsers = await Promise.all(names.map((name) => parserOf(name, work)));
  const covered = await coverageOf(coverage, root, [...new Set(parsers.flatMap(({ files }) => files))]);
  for (const { name, files } of parsers) {
    const found = results.get(name);
    const lines = new Map(files.map((file) => file.split('#')[0]).map((file) => [file, covered.get(file)]));
    const sum = (key) => [...lines.values()].reduce((total, each) => total + each[key], 0);
    if (values.missed)
      for (const [file, { missed }] of lines) console.log(`${name}: ${file} not run: ${missed.join(' ')}`);
    rows.push({
      parser: name,
      inputs: found.inputs,
      past_header: found.past,
      accepted: found.accepted,
      refused: found.kinds.ours ?? 0,
      raw_messages: Object.entries(found.kinds).reduce((total, [kind, n]) => total + (ours.has(kind) ? 0 : n), 0),
      aborts: count(found, 'abort'),
      hangs: count(found, 'hang'),
      over_memory: count(found, 'memory'),
      peak_memory_mb: Math.round(found.memory),
      slowest_ms: Math.round(found.slowest),
      lines: sum('lines'),
      lines_run: sum('ran'),
    });
  }
  const total = (key) => rows.reduce((sum, row) => sum + row[key], 0);
  const percent = (part, whole) => `${((100 * part) / Math.max(1, whole)).toFixed(0)} %`;
  const shown = rows.map((row) => ({
    ...row,
    past_header: percent(row.past_header, row.inputs),
    lines: percent(row.lines_run, row.lines),
  }));
  console.table(Object.fromEntries(shown.map(({ parser, lines_run: _, ...row }) => [parser, row])));
  const bad = rows.reduce((sum, row) => sum + row.raw_messages + row.aborts + row.hangs + row.over_memory, 0);
  console.log(
    `${total('inputs')} inputs, ${percent(total('past_header'), total('inputs'))} past the header; ${total('aborts')} aborts, ${total('hangs')} hangs over 5 s, ` +
      `${total('raw_messages')} raw messages, ${total('over_memory')} over ${mostMemory} MB; peak ${Math.max(...rows.map((row) => row.peak_memory_mb))} MB; ` +
      `${percent(total('lines_run'), total('lines'))} of the lines; ${((performance.now() - began) / 1000).toFixed(0)} s; seed ${seed}`,
  );
  if (values.save) await save(rows);
  return bad;
}

async function save(rows) {
  const more = {
    seed,
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    hardware: `${cpus()[0]?.model ?? 'unknown'} x ${cpus().length}`,
  };
  const path = 'benchmarks/results/fuzz.csv';
  const list = new Map(rows.map((row) => [row.parser, Object.values({ ...row, ...more })]));
  // a run replaces the rows of its own parsers
  for (const line of (await readFile(path, 'utf8').catch(() => '')).trim().split('\n').slice(1)) {
    const cells = [...line.matchAll(/"([^"]*)"/g)].map(([, cell]) => cell);
    if (!list.has(cells[0])) list.set(cells[0], cells);
  }
  const sorted = parserNames.flatMap((name) => (list.has(name) ? [list.get(name)] : []));
  const head = Object.keys({ ...rows[0], ...more });
  const text = [head, ...sorted].map((cells) => cells.map((cell) => `"${cell}"`).join(',')).join('\n');
  await writeFile(path, `${text}\n`);
}

/** Each old fault put back: it must be found, and not without it. */
async function prove() {
  let missed = 0;
  for (const [number, { name, parser }] of faults.entries()) {
    const options = { parser, seed, work, perChild: 500 };
    let [at, found] = [0, []];
    for (; at < 6000 && found.length === 0; at += 500) {
      ({ faults: found } = await runParser({ ...options, from: at, to: at + 500, fault: number, enough: 1 }));
    }
    const clean =
      found.length > 0 &&
      (await runParser({ ...options, from: found[0].index, to: found[0].index + 1 })).faults.length === 0;
    const fine = found.length > 0 && clean;
    if (!fine) missed++;
    const what =
      found.length > 0
        ? `${found[0].fault} at input ${found[0].index} of ${parser}${clean ? '' : ', but without it too'}`
        : `not found in ${at} inputs of ${parser}`;
    console.log(`${fine ? 'found' : 'MISSED'}  ${name}: ${what}`);
  }
  console.log(`${faults.length - missed} of ${faults.length} old faults found`);
  return missed;
}

await mkdir(work, { recursive: true });
await prepare(values.prove ? faults.map(({ parser }) => parser) : names);
if (values.index !== undefined) await replay(names[0]);
else process.exitCode = (values.prove ? await prove() : await fuzz()) > 0 ? 1 : 0;
