// Runs a sweep by workers on a queue while workers, coordinator and Redis are killed at random moments (SIGKILL), and compares what it ends with to the same sweep on one machine:
// every fold is there once, and the bytes are the same. After `npm run build`; needs redis-server (Debian's, or valkey-server):
//   node tools/prove-queue.mjs                        6 cells x 12 folds on cpu and wasm, two workers each, 50 kills
//   node tools/prove-queue.mjs --throughput           instead: two workers against two shards, the cost of a fold in the queue, 10,000 folds planned
// and --kills <n>, --seed <of the moments, 1>, --seconds <that a kill waits for a fold to be done, 20>, --out <file of the table>; without --out the table is printed only. Exit status 1 where
// anything was wrong. A killed server or coordinator is started again at once, a worker after a moment.
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { queueStatus } from '@mer/experiments';
import { randomStream, uniform, uniformBelow } from '@mer/training';
import { differingFiles, folderBytes } from './folder-bytes.mjs';
import { redisServer, startRedis } from './redis-server.mjs';

const mer = fileURLToPath(new URL('../packages/cli/bin/mer.js', import.meta.url));
const { values } = parseArgs({
  options: {
    throughput: { type: 'boolean', default: false },
    kills: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    folds: { type: 'string', default: '10000' },
    out: { type: 'string' },
  },
});
if (redisServer === undefined) {
  console.error('Cannot prove the queue as there must be a redis-server: apt-get install redis-server');
  process.exit(2);
}
const random = randomStream([Number(values.seed), 'queue']);
const work = await mkdtemp(join(tmpdir(), 'mer-queue-'));

/** A tiny experiment that is a real one: as many folds as subjects, a network that learns. */
async function experimentFile(name, { subjects, epochs, seeds = [0] }) {
  const path = join(work, `${name}.json`);
  await writeFile(
    path,
    JSON.stringify({
      name,
      data: { name: 'synthetic', options: { subjects, clipsPerSubject: 2, size: 24, frames: 6 } },
      inputs: [{ steps: ['dynamic-image'] }],
      model: { name: 'small-cnn', options: { widths: [4, 4] } },
      training: { epochs, batchSize: 4, optimizer: { name: 'adam', learningRate: 0.01 } },
      seeds,
      backend: 'wasm',
    }),
  );
  return path;
}

/** Starts a command; `ended` gives its status, or the signal that ended it. */
function start(args, onLine = () => {}) {
  const env = { ...process.env, MER_BACKEND_NOTE: '0' };
  const child = spawn(process.execPath, [mer, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stderr.on('data', (chunk) => (text += chunk));
  createInterface({ input: child.stdout }).on('line', onLine);
  const ended = new Promise((resolve) => child.on('exit', (status, signal) => resolve(signal ?? status)));
  return { child, ended, text: () => text };
}

async function whole(args, onLine) {
  const { ended, text } = start(args, onLine);
  const status = await ended;
  if (status !== 0) throw new Error(`Cannot go on as mer ${args.join(' ')} ended with ${status}: ${text()}`);
}

/** A place for a sweep on a queue: server, store, workers and coordinator, each of which may be killed. */
async function openPlace(name, { file, grid, kinds, lock }) {
  const dir = join(work, name);
  const folders = Object.fromEntries(['redis', 'store', 'cache', 'out'].map((each) => [each, join(dir, each)]));
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true });
  let redis = await startRedis(folders.redis);
  let over = false;
  let trained = 0;
  const url = redis.url;
  const workers = kinds.map((backend, i) => ({ backend, i, process: undefined }));
  const startWorker = (worker) => {
    const options = ['--queue', url, '--store', folders.store, '--backend', worker.backend, '--lock', String(lock)];
    const cache = ['--cache', join(folders.cache, String(worker.i))];
    worker.process = start(['worker', ...options, ...cache, '--json'], (line) => {
      const { type, state } = JSON.parse(line);
      if (type === 'training' && state === 'done') trained += 1;
    });
    // what starts while there is no server ends with that; somebody starts it again
    const mine = worker.process;
    mine.ended.then((status) => {
      if (status !== 0 && status !== 'SIGKILL' && /Cannot reach the queue/.test(mine.text()) && !over)
        startWorker(worker);
    });
  };
  workers.forEach(startWorker);
  const out = join(folders.out, 'run');
  const runArgs = ['run', file, ...grid, '--out', out, '--queue', url, '--store', folders.store, '--json'];
  let coordinator;
  let settled;
  const finished = new Promise((resolve) => {
    settled = resolve;
  });
  const startCoordinator = () => {
    const mine = start(runArgs);
    coordinator = mine;
    mine.ended.then((status) => {
      if (coordinator !== mine || status === 'SIGKILL') return;
      if (status !== 0 && /Cannot reach the queue/.test(mine.text())) return startCoordinator();
      over = true;
      settled({ status, text: mine.text() });
    });
  };
  startCoordinator();
  return {
    folders,
    out,
    url,
    finished,
    workers,
    isOver: () => over,
    trained: () => trained,
    async killWorker() {
      const worker = workers[uniformBelow(workers.length, random)];
      worker.process.child.kill('SIGKILL');
      await worker.process.ended;
      setTimeout(() => over || startWorker(worker), 200);
    },
    async killCoordinator() {
      const mine = coordinator;
      mine.child.kill('SIGKILL');
      const status = await mine.ended;
      if (status === 'SIGKILL') startCoordinator();
      return status === 'SIGKILL';
    },
    async killRedis() {
      await redis.end('SIGKILL');
      await rm(join(folders.redis, 'redis.sock'), { force: true });
      redis = await startRedis(folders.redis);
    },
    /** Lets the workers end as a user would, and gives how they did. */
    async close() {
      over = true;
      await pause(300);
      for (const { process: each } of workers) each.child.kill('SIGTERM');
      const statuses = await Promise.all(workers.map(({ process: each }) => each.ended));
      await redis.end();
      return statuses;
    },
  };
}

/** Compares a sweep with the same on one machine. */
async function compared(place, expected, cells) {
  const found = await folderBytes(place.out);
  let different = 0;
  let missing = 0;
  for (const [name, hash] of expected) {
    if (!found.has(name)) missing += 1;
    else if (found.get(name) !== hash) different += 1;
  }
  for (const name of differingFiles(expected, found)) console.error(`not alike: ${name}`);
  const leftover = [...found.keys()].filter((name) => !expected.has(name)).length;
  const results = (await readdir(join(place.folders.store, 'runs'), { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile() && /\/folds\/\d+$/.test(entry.parentPath),
  ).length;
  let counted = 0;
  for (const cell of cells) {
    const { folds } = JSON.parse(await readFile(join(place.out, cell, 'summary.json'), 'utf8'));
    counted += folds.done;
  }
  return { different, missing, leftover, results, counted };
}

const about = {
  seed: values.seed,
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  hardware: cpus()[0]?.model ?? 'unknown',
};

async function proveKills() {
  const wanted = Number(values.kills);
  const subjects = 12;
  const file = await experimentFile('proved', { subjects, epochs: 8 });
  const grid = ['--grid', 'backend=cpu,wasm', '--grid', 'training.batchSize=4,6,8'];
  const kinds = ['cpu', 'cpu', 'wasm', 'wasm'];
  const alone = join(work, 'alone', 'run');
  await whole(['run', file, ...grid, '--out', alone, '--workers', '1', '--json']);
  const expected = await folderBytes(alone);
  const entries = await readdir(alone, { withFileTypes: true });
  const cells = entries.filter((each) => each.isDirectory()).map(({ name }) => name);
  const folds = cells.length * subjects;
  const row = {
    sweep: `${cells.length} x ${subjects}`,
    workers: kinds.length,
    rounds: 0,
    kills: 0,
    worker: 0,
    coordinator: 0,
    redis: 0,
    folds: 0,
    counted: 0,
    results: 0,
    trained: 0,
    different: 0,
    missing: 0,
    leftover: 0,
    refused: 0,
  };
  while (row.kills < wanted) {
    const place = await openPlace(`round-${row.rounds}`, { file, grid, kinds, lock: 2 });
    while (row.kills < wanted && !place.isOver()) {
      // by work done, not by time: how long a fold takes depends on what else the machine does
      const goal = place.trained() + uniformBelow(3, random);
      const latest = performance.now() + 1000 * Number(values.seconds);
      while (place.trained() < goal && performance.now() < latest && !place.isOver()) await pause(20);
      await Promise.race([pause(uniform(random) * 1000), place.finished]);
      if (place.isOver()) break;
      const which = uniform(random);
      if (which < 0.6) {
        await place.killWorker();
        row.worker += 1;
      } else if (which < 0.8) {
        if (!(await place.killCoordinator())) continue;
        row.coordinator += 1;
      } else {
        await place.killRedis();
        row.redis += 1;
      }
      row.kills += 1;
      if (row.kills % 10 === 0) console.error(`${row.kills} kills, ${place.trained()} folds trained`);
    }
    const { status, text } = await place.finished;
    if (status !== 0) {
      row.refused += 1;
      console.error(text);
    }
    const statuses = await place.close();
    if (statuses.some((each) => each !== 0)) {
      row.refused += 1;
      console.error(`workers ended with ${statuses.join(', ')}`);
      for (const { process: each } of place.workers) console.error(each.text().slice(-2000));
    }
    const { different, missing, leftover, results, counted } = await compared(place, expected, cells);
    row.rounds += 1;
    row.folds += folds;
    row.counted += counted;
    row.results += results;
    row.trained += place.trained();
    row.different += different;
    row.missing += missing;
    row.leftover += leftover;
  }
  const columns = {
    sweep: 'cells_x_folds',
    workers: 'workers',
    rounds: 'rounds',
    kills: 'kills',
    worker: 'of_workers',
    coordinator: 'of_the_coordinator',
    redis: 'of_redis',
    folds: 'folds',
    counted: 'folds_counted',
    results: 'results_in_the_store',
    trained: 'folds_trained',
    different: 'files_that_differ',
    missing: 'files_missing',
    leftover: 'files_left_over',
    refused: 'refused_to_go_on',
  };
  const wrong =
    row.different + row.missing + row.leftover + row.refused > 0 ||
    row.counted !== row.folds ||
    row.results !== row.folds;
  return { header: Object.values(columns), rows: [Object.keys(columns).map((key) => row[key])], wrong };
}

/** What the server says of itself: numbers by their names. */
function toldBy(url) {
  const { stdout } = spawnSync('redis-cli', ['-s', url.slice('unix:'.length), 'info'], { encoding: 'utf8' });
  return Object.fromEntries(
    [...stdout.matchAll(/^(\w+):([\d.]+)\r?$/gm)].map(([, name, value]) => [name, Number(value)]),
  );
}

/** Times of the folds that a command tells of, in milliseconds. */
async function foldTimes(args) {
  const times = [];
  await whole(args, (line) => {
    if (JSON.parse(line).type === 'fold') times.push(performance.now());
  });
  return times;
}

/** What a fold costs more by the queue, in milliseconds: folds of next to no work, with and without it by turns, the middle of three rounds. */
async function proveCost(rows) {
  const rate = (times) => (times.at(-1) - times[0]) / (times.length - 1);
  const warm = await experimentFile('warm', { subjects: 4, epochs: 1 });
  const place = await openPlace('overhead', { file: warm, grid: [], kinds: ['wasm'], lock: 30 });
  await place.finished;
  const idle = [toldBy(place.url), await pause(20_000), toldBy(place.url)];
  rows.push(['connections of a worker', idle[0].connected_clients - 1, '', '']);
  const perSecond = (idle[2].total_commands_processed - idle[0].total_commands_processed) / 20;
  rows.push(['commands of a worker without work', perSecond.toFixed(2), 'a second', '']);
  const rounds = [];
  for (const seed of [0, 1, 2]) {
    const short = await experimentFile(`short-${seed}`, { subjects: 60, epochs: 1, seeds: [seed] });
    const out = join(work, 'overhead', `short-${seed}`);
    const here = rate(await foldTimes(['run', short, '--out', join(out, 'here'), '--workers', '1', '--json']));
    const before = toldBy(place.url).total_commands_processed;
    const queue = ['--queue', place.url, '--store', place.folders.store];
    const there = rate(await foldTimes(['run', short, '--out', join(out, 'run'), ...queue, '--json']));
    const commands = (toldBy(place.url).total_commands_processed - before) / 60;
    rounds.push({ here, there, more: there - here, commands });
  }
  await place.close();
  for (const [i, { here, there, more }] of rounds.entries()) {
    const what = `a fold by one worker against mer run --workers 1, round ${i + 1}`;
    rows.push([what, more.toFixed(1), 'ms more', `${here.toFixed(1)} ms and ${there.toFixed(1)} ms`]);
  }
  const within = 'those within scripts too; folds of one epoch, 60 of them';
  rows.push(['commands of a fold', rounds[0].commands.toFixed(0), '', within]);
  return rounds.map(({ more }) => more).toSorted((a, b) => a - b)[1];
}

async function proveThroughput() {
  const rows = [];
  // long folds: what is measured is the work, not its beginning
  const long = await experimentFile('long', { subjects: 20, epochs: 180 });
  const timed = async (work) => {
    const begun = performance.now();
    await work();
    return (performance.now() - begun) / 1000;
  };
  const ofShards = (round) =>
    timed(() =>
      Promise.all(
        [1, 2].map((part) => {
          const out = join(work, `shards-${round}`, `part-${part}`);
          return whole(['run', long, '--out', out, '--workers', '1', '--shard', `${part}/2`, '--json']);
        }),
      ),
    );
  const ofWorkers = async (round) => {
    let close;
    const seconds = await timed(async () => {
      const place = await openPlace(`throughput-${round}`, { file: long, grid: [], kinds: ['wasm', 'wasm'], lock: 30 });
      const { status, text } = await place.finished;
      if (status !== 0) throw new Error(text);
      close = place.close;
    });
    await close();
    return seconds;
  };
  // a machine is not equally fast all the time: rounds by turns, and the middle of them
  const ratios = [];
  for (const round of [1, 2, 3, 4, 5]) {
    const seconds = { shards: 0, workers: 0 };
    const turns = [
      ['shards', ofShards],
      ['workers', ofWorkers],
    ];
    for (const [who, measure] of round % 2 === 1 ? turns : turns.toReversed()) seconds[who] = await measure(round);
    const ratio = seconds.shards / seconds.workers;
    ratios.push(ratio);
    rows.push([
      `two workers against two shards, round ${round}`,
      ratio.toFixed(3),
      'of the speed',
      `${seconds.shards.toFixed(1)} s and ${seconds.workers.toFixed(1)} s`,
    ]);
  }
  const more = await proveCost(rows);
  const planned = [];
  for (const count of [Number(values.folds) / 10, Number(values.folds)]) {
    const seeds = Array.from({ length: count / 4 }, (_, i) => i);
    const file = await experimentFile(`planned-${count}`, { subjects: 4, epochs: 1, seeds });
    const folder = join(work, `planned-${count}`);
    await mkdir(join(folder, 'redis'), { recursive: true });
    const redis = await startRedis(join(folder, 'redis'));
    const begun = performance.now();
    let ready;
    const { child, ended } = start(
      ['run', file, '--out', join(folder, 'run'), '--queue', redis.url, '--store', join(folder, 'store'), '--json'],
      (line) => {
        if (JSON.parse(line).type === 'ready') ready ??= performance.now();
      },
    );
    for (let waiting = 0; waiting < count; await pause(100)) {
      waiting = (await queueStatus(redis.url)).kinds.reduce((sum, kind) => sum + kind.waiting, 0);
    }
    const seconds = (performance.now() - begun) / 1000;
    const held = toldBy(redis.url).used_memory;
    const memory = Number(/^VmHWM:\s*(\d+)/m.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1000;
    child.kill('SIGKILL');
    await ended;
    await redis.end();
    planned.push({ count, seconds, memory });
    rows.push([
      `${count} folds planned and in the queue`,
      seconds.toFixed(1),
      's',
      `${((ready - begun) / 1000).toFixed(1)} s of it before the first job; at most ${memory.toFixed(0)} MB; ${(held / count / 1000).toFixed(1)} kB of Redis a fold`,
    ]);
  }
  const middle = ratios.toSorted((a, b) => a - b)[2];
  return {
    header: ['what', 'value', 'unit', 'about'],
    rows,
    wrong: middle < 0.9 || more > 50 || planned.at(-1).seconds > 10,
  };
}

let result;
try {
  result = await (values.throughput ? proveThroughput() : proveKills());
} finally {
  await rm(work, { recursive: true, force: true, maxRetries: 5 });
}
const cell = (value) => (/[",]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
const table = [
  [...result.header, ...Object.keys(about)],
  ...result.rows.map((row) => [...row, ...Object.values(about)]),
]
  .map((line) => `${line.map(cell).join(',')}\n`)
  .join('');
process.stdout.write(table);
if (values.out !== undefined) await writeFile(values.out, table);
process.exit(result.wrong ? 1 : 0);
