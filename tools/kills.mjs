// Kills `mer run`, a sweep, `mer merge` and `mer represent --data` at random moments with SIGKILL, starts each again, and compares what it ends with to an undisturbed
// one: nothing that was done is lost, no file is half written, none is left over, and the bytes are the same. After `npm run build`:
//   node tools/kills.mjs                                     120 kills of run, 20 of a sweep, 40 of merge, 40 of represent --data
//   node tools/kills.mjs --run 2 --sweep 0 --merge 2 --represent 2     fewer
// and --seed <of the moments, 1>, --out <file of the table>; without --out the table is printed only. Exit status 1 where anything was wrong.
// A third of the moments lie anywhere between start and end, the others shortly after a random number of files was written; every other kill takes all
// processes at once.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseNpy, parseSafetensors } from '@mer/io';
import { randomStream, uniform, uniformBelow } from '@mer/training';
import { folderBytes } from './folder-bytes.mjs';

const mer = fileURLToPath(new URL('../packages/cli/bin/mer.js', import.meta.url));
const { values } = parseArgs({
  options: {
    run: { type: 'string', default: '120' },
    sweep: { type: 'string', default: '20' },
    merge: { type: 'string', default: '40' },
    represent: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
});
const counts = Object.fromEntries(['run', 'sweep', 'merge', 'represent'].map((name) => [name, Number(values[name])]));
if (!Object.values(counts).every((count) => Number.isInteger(count) && count >= 0)) {
  console.error('Cannot kill as --run, --sweep, --merge and --represent must be whole numbers');
  process.exit(2);
}
const random = randomStream([Number(values.seed), 'kills']);

const work = await mkdtemp(join(tmpdir(), 'mer-kills-'));
const experiment = join(work, 'experiment.json');
await writeFile(
  experiment,
  JSON.stringify({
    name: 'killed',
    data: { name: 'synthetic', options: { subjects: 4, clipsPerSubject: 2, size: 24, frames: 6 } },
    inputs: [{ steps: ['dynamic-image'] }],
    model: { name: 'small-cnn', options: { widths: [4, 4] } },
    training: { epochs: 4, batchSize: 4, optimizer: { name: 'adam', learningRate: 0.01 } },
    backend: 'wasm',
  }),
);

/** Starts a command; `ended` gives its status, or the signal that ended it. */
function start(args) {
  const env = { ...process.env, MER_BACKEND_NOTE: '0' };
  const child = spawn(process.execPath, [mer, ...args], { env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (chunk) => (text += chunk));
  const ended = new Promise((resolve) => child.on('exit', (status, signal) => resolve(signal ?? status)));
  return { child, ended, text: () => text };
}

async function whole(args) {
  const { ended, text } = start(args);
  const status = await ended;
  if (status !== 0) throw new Error(`Cannot go on as mer ${args.join(' ')} ended with ${status}: ${text()}`);
}

const milliseconds = () => performance.now();

/** Waits until a command has written so many of the files that have their names in the end, or ends. */
async function written(folder, count, command) {
  let over = false;
  command.ended.then(() => {
    over = true;
  });
  while (!over && (await namesIn(folder)).length < count) await pause(2);
}

/** The names of finished files in a folder. */
async function namesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
}

/** Whether a file that has its name is there to its end. */
async function isWhole(path) {
  const bytes = await readFile(path);
  try {
    if (path.endsWith('.json')) JSON.parse(bytes.toString());
    if (path.endsWith('.safetensors')) parseSafetensors(bytes);
    if (path.endsWith('.npy')) parseNpy(bytes);
    if (path.endsWith('.png')) return bytes.subarray(-8, -4).toString('latin1') === 'IEND';
    return bytes.length > 0;
  } catch {
    return false;
  }
}

/** What vouches for work that is done: it must not be done again. */
const VOUCHERS = {
  run: /predictions\.json$/,
  sweep: /predictions\.json$/,
  merge: /predictions\.json$/,
  represent: /\.json$/,
};

async function vouchers(command, folder) {
  const found = (await namesIn(folder)).filter((name) => VOUCHERS[command].test(name));
  return Promise.all(found.map(async (name) => ({ name, time: (await stat(join(folder, name))).mtimeMs })));
}

const commands = {
  run: (home) => ({
    folder: join(home, 'run'),
    args: ['run', experiment, '--out', join(home, 'run'), '--workers', '2'],
  }),
  sweep: (home) => ({
    folder: join(home, 'sweep'),
    args: ['run', experiment, '--grid', 'training.batchSize=4,8', '--out', join(home, 'sweep'), '--workers', '2'],
  }),
  merge: (home) => ({
    folder: join(home, 'whole'),
    args: ['merge', join(work, 'part-1'), join(work, 'part-2'), '--out', join(home, 'whole')],
  }),
  represent: (home) => ({
    folder: join(home, 'pictures'),
    args: [
      'represent',
      '--data',
      'synthetic',
      '--as',
      'dynamic-image,flow',
      '--backend',
      'wasm',
      '--out',
      join(home, 'pictures'),
    ].concat(['subjects=3', 'clipsPerSubject=3', 'size=24', 'frames=6'].flatMap((each) => ['--set', `data.${each}`])),
  }),
};

/** Kills one command so many times, each time in a new folder. */
async function killed(command, count) {
  const home = await mkdtemp(join(work, `${command}-`));
  const undisturbed = commands[command](home);
  const begun = milliseconds();
  const running = start(undisturbed.args);
  if ((await running.ended) !== 0) throw new Error(`Cannot kill ${command} as it fails: ${running.text()}`);
  const seconds = (milliseconds() - begun) / 1000;
  const expected = await folderBytes(undisturbed.folder);
  const row = {
    command,
    kills: 0,
    groups: 0,
    before: 0,
    done: 0,
    half: 0,
    lost: 0,
    leftover: 0,
    different: 0,
    refused: 0,
  };
  while (row.kills < count) {
    const place = await mkdtemp(join(work, `${command}-`));
    const { folder, args } = commands[command](place);
    const anywhere = row.kills % 3 === 0;
    const group = row.kills % 2 === 1;
    // by files, not by time: how long a command takes depends on what else the machine does
    const files = 1 + uniformBelow(expected.size, random);
    const moment = uniform(random) * (anywhere ? 1000 * seconds : 50);
    const victim = start(args);
    if (!anywhere) await written(folder, files, victim);
    await Promise.race([pause(moment), victim.ended]);
    try {
      process.kill(group ? -victim.child.pid : victim.child.pid, 'SIGKILL');
    } catch {
      // it was faster
    }
    const ended = await victim.ended;
    if (ended === 'SIGKILL') {
      row.kills += 1;
      row.groups += group ? 1 : 0;
      if ((await namesIn(folder)).length === 0) row.before += 1;
      const done = await vouchers(command, folder);
      row.done += done.length;
      for (const { name } of done) if (!(await isWhole(join(folder, name)))) row.half += 1;
      const again = start(args);
      if ((await again.ended) !== 0) {
        row.refused += 1;
        console.error(again.text());
      }
      const now = new Map((await vouchers(command, folder)).map(({ name, time }) => [name, time]));
      for (const { name, time } of done) if (now.get(name) !== time) row.lost += 1;
      const found = existsSync(folder) ? await folderBytes(folder) : new Map();
      for (const name of found.keys()) {
        if (!expected.has(name)) row.leftover += 1;
        if (!(await isWhole(join(folder, name)))) row.half += 1;
      }
      for (const [name, hash] of expected) if (found.get(name) !== hash) row.different += 1;
    }
    await rm(place, { recursive: true, force: true, maxRetries: 5 });
  }
  await rm(home, { recursive: true, force: true });
  return { ...row, files: expected.size, seconds: seconds.toFixed(1) };
}

const rows = [];
try {
  if (counts.merge > 0) {
    for (const part of [1, 2]) {
      await whole(['run', experiment, '--out', join(work, `part-${part}`), '--shard', `${part}/2`, '--workers', '1']);
    }
  }
  for (const [command, count] of Object.entries(counts)) if (count > 0) rows.push(await killed(command, count));
} finally {
  await rm(work, { recursive: true, force: true, maxRetries: 5 });
}
const columns = {
  command: 'command',
  kills: 'kills',
  groups: 'of_all_processes_at_once',
  before: 'before_the_first_file',
  done: 'results_that_were_done',
  lost: 'results_done_again',
  half: 'half_files',
  leftover: 'files_left_over',
  different: 'files_that_differ',
  refused: 'refused_to_go_on',
  files: 'files_of_the_whole',
  seconds: 'seconds_undisturbed',
};
const about = {
  seed: values.seed,
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  hardware: cpus()[0]?.model ?? 'unknown',
};
const cell = (value) => (/[",]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
const table = [
  [...Object.values(columns), ...Object.keys(about)],
  ...rows.map((row) => [...Object.keys(columns).map((key) => row[key]), ...Object.values(about)]),
]
  .map((line) => `${line.map(cell).join(',')}\n`)
  .join('');
process.stdout.write(table);
if (values.out !== undefined) await writeFile(values.out, table);
process.exit(
  rows.some(({ half, lost, leftover, different, refused }) => half + lost + leftover + different + refused > 0) ? 1 : 0,
);
