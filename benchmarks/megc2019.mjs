// Many methods on the same real clips: the 442 flow images of the MEGC2019 composite, leave one subject out, last epoch. After `npm run build`:
//   node benchmarks/megc2019.mjs --data <folder of megc2019-flow28>      goes on where it stopped; Ctrl-C keeps every fold that is done
//   node benchmarks/megc2019.mjs --data <folder> --only 'ststnet|htnet'  rows whose name matches
//   node benchmarks/megc2019.mjs --data <folder> --seeds 1               the first seed of each row alone
//   node benchmarks/megc2019.mjs --data <folder> --minutes 60            stops after that time
//   node benchmarks/megc2019.mjs --list                                  what is done, what is left, seconds of a fold
//   node benchmarks/megc2019.mjs --table                                 writes benchmarks/results/megc2019.csv and docs/megc2019.md of what is done
//   node benchmarks/megc2019.mjs --table --check                         exit status 1 where they are not what would be written
// The predictions of each finished fold lie in benchmarks/results/megc2019/<row>; a run begins with them, so that a finished fold stays finished.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ROWS } from './megc2019/rows.mjs';
import { makeTable } from './megc2019/table.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    only: { type: 'string', default: '' },
    seeds: { type: 'string', default: '9' },
    minutes: { type: 'string', default: '600' },
    workers: { type: 'string', default: 'auto' },
    list: { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
});
const RESULTS = here('results/megc2019');
const rows = ROWS.filter(({ name }) => new RegExp(values.only).test(name));
if (values.table) {
  const { csv, page } = await makeTable(ROWS, RESULTS);
  const made = { [here('results/megc2019.csv')]: csv, [here('../docs/megc2019.md')]: page };
  for (const [path, text] of Object.entries(made)) {
    if (!values.check) await writeFile(path, text);
    else if ((await readFile(path, 'utf8').catch(() => '')) !== text) {
      console.error(`${path} is not what the predictions give: run node benchmarks/megc2019.mjs --table`);
      process.exitCode = 1;
    }
  }
} else if (values.list) {
  for (const row of rows) console.log(await stateOf(row));
} else {
  if (!values.data) {
    console.error('Cannot train as --data must name the folder of the flow images (megc2019-flow28)');
    process.exit(2);
  }
  const end = Date.now() + Number(values.minutes) * 60_000;
  // every row has its first seed before any has its second
  const most = Math.min(Number(values.seeds), Math.max(...rows.map(({ seeds }) => seeds.length)));
  for (let count = 1; count <= most; count++) {
    for (const row of rows.filter(({ seeds }) => seeds.length >= count)) {
      if (Date.now() > end - 30_000) process.exit();
      await train(row, row.seeds.slice(0, count), end);
      console.log(await stateOf(row));
    }
  }
}

/** Trains what some seeds of a row lack, and keeps what is finished, however the run ends. */
async function train(row, seeds, end) {
  const dir = here(`../runs/megc2019/${row.name}`);
  const kept = join(RESULTS, row.name);
  if (!existsSync(dir) && existsSync(kept)) await cp(kept, dir, { recursive: true });
  const changes = [`seeds=${JSON.stringify(seeds)}`, ...(row.set ?? [])];
  const child = spawn(
    process.execPath,
    [
      here('../packages/cli/bin/mer.js'),
      ...['run', row.recipe, '--data', values.data, '--out', dir, '--workers', values.workers],
      ...changes.flatMap((change) => ['--set', change]),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const timer = setTimeout(() => child.kill('SIGINT'), end - Date.now());
  const keeping = setInterval(() => keep(dir, kept).catch(console.error), 60_000);
  const stop = () => child.kill('SIGINT');
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const status = await new Promise((resolve) => child.on('close', resolve));
  process.off('SIGINT', stop);
  process.off('SIGTERM', stop);
  clearTimeout(timer);
  clearInterval(keeping);
  await keep(dir, kept);
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Copies run.json, the predictions and the last lines of the learning curves of the folds that are done: no weights. Where the images lay is nobody's
 * business, and nothing depends on it.
 */
async function keep(dir, kept) {
  if (!existsSync(join(dir, 'run.json'))) return;
  await mkdir(kept, { recursive: true });
  const manifest = JSON.parse(await readFile(join(dir, 'run.json'), 'utf8'));
  manifest.experiment.data.root = 'megc2019-flow28';
  await writeFile(join(kept, 'run.json'), `${JSON.stringify(manifest, null, 1)}\n`);
  for (const path of await foldFiles(dir, 'predictions.json')) {
    const target = join(kept, 'folds', path);
    if (existsSync(target)) continue;
    await mkdir(dirname(target), { recursive: true });
    const { epochs, ...times } = JSON.parse(
      await readFile(join(dir, 'folds', path.replace('predictions', 'history')), 'utf8'),
    );
    await writeFile(
      target.replace('predictions', 'history'),
      `${JSON.stringify({ ...times, epochs: epochs.slice(-1) })}\n`,
    );
    await cp(join(dir, 'folds', path), target);
  }
}

async function foldFiles(dir, name) {
  const folds = join(dir, 'folds');
  if (!existsSync(folds)) return [];
  return (await readdir(folds, { recursive: true })).filter((path) => path.endsWith(name)).sort();
}

/** A line: how much of a row is done, and what it cost. */
async function stateOf({ name, seeds }) {
  const kept = join(RESULTS, name);
  const histories = await foldFiles(kept, 'history.json');
  const seconds = await Promise.all(
    histories.map(async (path) => JSON.parse(await readFile(join(kept, 'folds', path), 'utf8')).seconds),
  );
  const total = seconds.reduce((sum, each) => sum + each, 0);
  const mean = seconds.length > 0 ? `, ${(total / seconds.length).toFixed(1)} s each` : '';
  return `${name}: ${histories.length} of ${68 * seeds.length} folds${mean}`;
}
