// Trains three whole batches of every full-size recipe (packages/experiments/recipes/*.yaml) at its own batch size and tests one fold, each in a process of its own, on generated
// clips in the layout of its data set. For a nightly run, after `npm run build`:
//   npm run nightly                            goes on where it stopped; recipes that failed are tried again
//   npm run nightly -- --again                 all of them, those that are done too
//   npm run nightly -- --only 'learnet|fdp'    recipes whose name matches
//   npm run nightly -- --list                  what is done, what failed, what is left
// and --backend <name>, --minutes <most of a recipe, 60>, --work <folder of clips and images, runs/nightly>, --out <file>.
// One row for each recipe in benchmarks/results/recipes.csv, written when the recipe ends; exit status 1 where one failed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readExperiment } from '@mer/experiments';
import { memoryStrategyText } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import { layoutOf } from './nightly/layouts.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: {
    again: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    backend: { type: 'string' },
    minutes: { type: 'string', default: '60' },
    work: { type: 'string', default: here('../runs/nightly') },
    out: { type: 'string', default: here('../benchmarks/results/recipes.csv') },
  },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  console.error(`Cannot run as --minutes must be a positive number: current value is ${values.minutes}`);
  process.exit(2);
}

const columns = [
  'recipe',
  'model',
  'batch',
  'backend',
  'strategy', // how the training step keeps to its memory
  'planned_memory_bytes', // of the process, before the work
  'peak_memory_bytes',
  'seconds_per_step',
  'processor_seconds_per_step',
  'steps',
  'tested',
  'status',
  'error',
  'date',
  'mer',
  'tfjs',
  'node',
  'hardware',
];

function patternOf(text) {
  try {
    return new RegExp(text);
  } catch (error) {
    console.error(`Cannot run as --only must be a pattern: ${error.message}`);
    process.exit(2);
  }
}

/** Rows by recipe. */
async function readRows(path) {
  if (!existsSync(path)) return new Map();
  const [, ...lines] = (await readFile(path, 'utf8')).trim().split('\n');
  const rows = lines.map((line) => {
    const cells = [...line.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell]) => cell.replaceAll('""', '"'));
    return Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? '']));
  });
  return new Map(rows.map((row) => [row.recipe, row]));
}

/** Writes the rows, in the order of the recipes, whole or not at all. */
async function writeRows(path, rows, order) {
  const cell = (value) => `"${String(value ?? '').replaceAll('"', '""')}"`;
  const known = order.filter((name) => rows.has(name));
  const lines = known.map((name) => columns.map((column) => cell(rows.get(name)[column])).join(','));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.tmp`, `${[columns.join(','), ...lines].join('\n')}\n`);
  await rename(`${path}.tmp`, path);
}

/** Runs nightly/train-recipe.mjs; gives what it printed, or an error. */
function inProcess(request) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [here('nightly/train-recipe.mjs'), JSON.stringify(request)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let text = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, minutes * 60_000);
    child.stdout.on('data', (chunk) => (text += chunk));
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      const last = text.trim().split('\n').at(-1);
      if (late) resolve({ error: `it took more than ${minutes} minutes` });
      else if (last?.startsWith('{')) resolve(JSON.parse(last));
      else
        resolve({ error: signal ? `its process was ended by ${signal}` : `its process ended with status ${status}` });
    });
  });
}

/** How a step keeps to its memory, and what a sample takes before the steps where layers are frozen. */
function strategyText({ strategy }, { frozen }) {
  const text = memoryStrategyText(strategy);
  return frozen === undefined ? text : `${text}; through frozen layers once, ${frozen.toFixed(1)} s a sample`;
}

/** The row of a recipe, from clips to a tested fold. */
async function rowOf(name) {
  const file = here(`../packages/experiments/recipes/${name}.yaml`);
  const { data, model, training, backend } = await readExperiment(file);
  const root = await layoutOf(data.name, join(values.work, 'layouts'));
  // a recipe names a folder where it is started
  const landmarks = data.landmarks?.folder && join(values.work, data.landmarks.folder);
  const request = { file, root, landmarks, cache: join(values.work, 'images'), backend: values.backend };
  // images and plan first, so that their memory is not counted as that of training
  const prepared = await inProcess(request);
  const result = prepared.error === undefined ? await inProcess({ ...request, plan: prepared.plan }) : prepared;
  return {
    recipe: name,
    model: model.name,
    batch: training.batchSize,
    backend: result.backend ?? values.backend ?? backend,
    strategy: prepared.plan && strategyText(prepared.plan, result),
    planned_memory_bytes: prepared.plan && Math.round(prepared.plan.process),
    peak_memory_bytes: result.memory,
    seconds_per_step: result.secondsPerStep?.toFixed(3),
    processor_seconds_per_step: result.processorSecondsPerStep?.toFixed(3),
    steps: result.steps,
    tested: result.tested,
    status: result.error === undefined ? 'done' : 'failed',
    error: result.error?.split('\n')[0],
    date: new Date().toISOString().slice(0, 10),
    mer: JSON.parse(await readFile(here('../packages/experiments/package.json'), 'utf8')).version,
    tfjs: tf.version_core,
    node: process.version,
    hardware: `${cpus()[0]?.model ?? 'unknown'} x ${cpus().length}`,
  };
}

const all = (await readdir(here('../packages/experiments/recipes')))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => basename(file, '.yaml'));
const chosen = all.filter((name) => patternOf(values.only).test(name));
if (chosen.length === 0) {
  console.error(`Cannot run as --only must match a recipe: ${values.only} matches none of ${all.join(', ')}`);
  process.exit(2);
}
const rows = await readRows(values.out);
if (values.list) {
  for (const name of chosen) {
    const { status = 'left', error = '' } = rows.get(name) ?? {};
    console.log(`${name.padEnd(36)} ${status.padEnd(7)} ${error}`.trimEnd());
  }
  process.exit(0);
}
let failed = 0;
for (const name of chosen) {
  if (!values.again && rows.get(name)?.status === 'done') continue;
  const row = await rowOf(name).catch((error) => ({ recipe: name, status: 'failed', error: error.message }));
  rows.set(name, row);
  await writeRows(values.out, rows, all);
  if (row.status === 'failed') failed += 1;
  const memory = row.peak_memory_bytes ? `${(row.peak_memory_bytes / 1e6).toFixed(0)} MB` : '';
  console.log(
    `${name.padEnd(36)} ${row.status === 'done' ? `${row.seconds_per_step} s a step of ${row.batch}` : `FAILED: ${row.error}`}  ${memory}`,
  );
}
process.exit(failed > 0 ? 1 : 0);
