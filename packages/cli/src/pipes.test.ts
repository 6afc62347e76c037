import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisServer, startRedis } from '../../../tools/redis-server.mjs';
import { createProgram } from './program.js';

const bin = fileURLToPath(new URL('../bin/mer.js', import.meta.url));
const hasFull = existsSync('/dev/full');
const env = { ...process.env, MER_BACKEND_NOTE: '0' };
const experiment = {
  name: 'piped',
  data: { name: 'casme2', root: 'faces', frames: { size: 24 } },
  inputs: [{ steps: ['dynamic-image'] }],
  model: { name: 'small-cnn', options: { widths: [4, 4] } },
  training: { epochs: 1, batchSize: 4 },
  backend: 'cpu',
};

const small = ['subjects=3', 'clips=6', 'height=32', 'width=32', 'leastFrames=5', 'mostFrames=6'].flatMap((each) => [
  '--set',
  each,
]);

let root = '';
let clip = '';
/** The server of `mer worker`. */
let queue = '';
let endQueue = async () => {};
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-pipes-'));
  await writeFile(join(root, 'piped.json'), JSON.stringify(experiment));
  const points = Array.from({ length: 68 }, (_, i) => [6 + (i % 17), 6 + 5 * Math.floor(i / 17)]);
  await writeFile(join(root, 'points.json'), JSON.stringify(points));
  const synth = spawnSync(process.execPath, [bin, 'synth', 'faces', ...small], { cwd: root, encoding: 'utf8' });
  expect(synth.stderr).toBe('');
  const run = spawnSync(process.execPath, [bin, 'run', 'piped.json', '--out', 'whole'], { cwd: root, env });
  expect(run.status).toBe(0);
  const { stdout } = spawnSync('find', [join(root, 'faces'), '-name', '*.jpg'], { encoding: 'utf8' });
  clip = join(stdout.split('\n')[0]!, '..');
  if (every && redisServer) ({ url: queue, end: endQueue } = await startRedis(root));
}, 120_000);
afterAll(async () => {
  await endQueue();
  await rm(root, { recursive: true, force: true });
});

/** Every command with arguments that make it print; `to` is a new name each time. */
const commands: Record<string, (to: string) => string[]> = {
  init: (to) => [to],
  run: (to) => ['piped.json', '--out', to, '--json'],
  evaluate: () => ['piped.json', '--weights', 'whole'],
  train: (to) => ['piped.json', '--out', to, '--json'],
  export: (to) => ['whole', '--ensemble', '--out', to],
  merge: (to) => ['whole', '--out', to],
  predict: () => ['whole', clip],
  explain: () => [clip, '--landmarks', 'points.json', '--backend', 'cpu', '--set', 'size=64'],
  weights: () => [],
  worker: () => ['--queue', queue, '--store', root, '--idle', '0.5', '--json'],
  cancel: () => ['whole', '--queue', queue],
  report: (to) => ['whole', '--out', to, '--no-pictures'],
  compare: () => ['whole', 'whole'],
  status: () => ['whole'],
  submit: (to) => ['piped.json', '--slurm', '--dry-run', '--out', to, '--time', '10', '--memory', '1G'],
  table: () => ['whole'],
  backends: () => ['--no-speed'],
  schema: () => [],
  represent: (to) => [clip, '--as', 'dynamic-image', '--backend', 'cpu', '--out', to],
  landmarks: (to) => ['--data', 'synthetic', '--set', 'subjects=2', '--set', 'clipsPerSubject=1', '--out', to],
  recipes: () => [],
  models: () => ['small-cnn'],
  representations: () => [],
  steps: () => ['resize'],
  serve: () => ['network'],
  spot: () => [clip, '--fps', '30', '--landmarks', 'points.json', '--backend', 'cpu'],
  synth: (to) => [to, ...small],
  datasets: () => [],
  'datasets inspect': () => ['casme2', 'faces'],
};

/** `npm run nightly:pipes` tries every command; each takes seconds. */
const every = process.env['MER_EVERY_COMMAND'] === '1';
/** A service runs until it is told to stop: `npm run nightly:serve`. */
const ending = Object.keys(commands).filter(
  (name) => name !== 'serve' && (!['worker', 'cancel'].includes(name) || redisServer),
);
const tried = every ? ending : ['run', 'merge', 'represent', 'datasets'];

const noStack = /\n\s+at .*\b(file|node):|EPIPE|ENOSPC|Unhandled|Emitted/;

/** Runs a command whose reader has gone before it prints. */
async function withoutReader(name: string, streams: readonly ('stdout' | 'stderr')[]) {
  const to = `${name.replace(' ', '-')}-${streams.join('-')}`;
  const child = spawn(process.execPath, [bin, ...name.split(' '), ...commands[name]!(to)], { cwd: root, env });
  for (const stream of streams) child[stream].destroy();
  let told = '';
  if (!streams.includes('stderr')) child.stderr.on('data', (chunk) => (told += chunk));
  const [status, signal] = await once(child, 'close');
  return { status, signal, told, to: join(root, to) };
}

describe('a command whose reader goes away', () => {
  it('is tried here, whatever its name', () => {
    const names = createProgram().commands.flatMap((command) => [
      command.name(),
      ...command.commands.map((inner) => `${command.name()} ${inner.name()}`),
    ]);
    expect(Object.keys(commands).sort()).toEqual(names.sort());
  });

  it.each(tried)(
    '%s does its work, says nothing of it, and ends with status 0',
    async (name) => {
      const { status, signal, told, to } = await withoutReader(name, ['stdout']);
      expect(told).not.toMatch(noStack);
      expect([status, signal]).toEqual([0, null]);
      if (['init', 'run', 'merge', 'report', 'represent', 'synth'].includes(name)) expect(existsSync(to)).toBe(true);
    },
    60_000,
  );

  it('run goes on where both streams are closed, and its workers too', async () => {
    const { status, to } = await withoutReader('run', ['stdout', 'stderr']);
    expect(status).toBe(0);
    const summary = (dir: string) => readFile(join(dir, 'summary.json'), 'utf8');
    expect(await summary(to)).toBe(await summary(join(root, 'whole')));
  }, 60_000);

  it.skipIf(process.platform === 'win32')(
    'help and long results end quietly under head',
    () => {
      const results = ['schema', 'datasets list'];
      for (const args of every ? ['--help', 'run --help', 'models vgg19 --json', ...results] : results) {
        for (const head of ['head -1', 'head -c 1']) {
          const script = `"$0" "$1" ${args} | ${head} > /dev/null; exit \${PIPESTATUS[0]}`;
          const { status, stderr } = spawnSync('bash', ['-c', script, process.execPath, bin], { encoding: 'utf8' });
          expect(stderr).not.toMatch(noStack);
          expect(status).toBe(args === 'datasets list' ? 2 : 0);
        }
      }
    },
    180_000,
  );
});

describe.skipIf(!hasFull)('a command whose output goes to a full disk', () => {
  it.each(tried)(
    '%s does its work, says so in one line, and ends with status 1',
    async (name) => {
      const full = openSync('/dev/full', 'w');
      const args = [bin, ...name.split(' '), ...commands[name]!(`${name.replace(' ', '-')}-full`)];
      const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', full, 'pipe'] });
      closeSync(full);
      let told = '';
      child.stderr!.on('data', (chunk) => (told += chunk));
      const [status] = await once(child, 'close');
      expect(told).not.toMatch(noStack);
      expect(told.match(/^mer: .*$/gm)).toEqual([
        'mer: Cannot write to standard output as the disk is full: free some space, or choose a folder on another disk; what is left to print is dropped',
      ]);
      expect(status).toBe(1);
    },
    60_000,
  );

  it('help too, and nothing at all where standard error is full', () => {
    const script = '"$0" "$1" --help > /dev/full 2> /dev/full; echo $?; "$0" "$1" models >&- 2>&-; echo $?';
    const { stdout } = spawnSync('bash', ['-c', script, process.execPath, bin], { encoding: 'utf8' });
    expect(stdout).toBe('1\n0\n');
  });
});
