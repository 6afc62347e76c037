// Holds what mer writes for TensorBoard and MLflow against what their own packages read of it: a run of two seeds, stopped in the middle and gone on with, with the
// curves written as it trains, and the same run written afterwards. After `npm run build`, with Python and its packages tensorboard and mlflow:
//   npm run nightly:tracking -- --python <venv>/bin/python
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { python: { type: 'string', default: 'python3' } } });
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const mer = here('../packages/cli/bin/mer.js');
const work = mkdtempSync(join(tmpdir(), 'mer-tracking-'));
const run = join(work, 'run');
const settings = ['seeds=[0, 1]', 'training.epochs=40', 'data.options={ subjects: 4, clipsPerSubject: 3 }'];
const train = ['run', 'first-steps', ...settings.flatMap((set) => ['-s', set]), '-o', run, '-w', '2', '--json'];
const fail = (text) => {
  console.error(`FAILED: ${text}`);
  process.exit(1);
};
const same = (what, found, wanted) => {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    fail(`${what}: ${JSON.stringify(found)?.slice(0, 300)} is not ${JSON.stringify(wanted)?.slice(0, 300)}`);
  }
};

// stopped in the middle of a fold, then gone on with
const first = spawn(process.execPath, [mer, ...train, '--tensorboard', join(work, 'live')]);
let text = '';
let epochs = 0;
await new Promise((ended) => {
  first.stdout.on('data', (data) => {
    text += data;
    epochs = text.split('"type":"epoch"').length - 1;
    if (epochs > 100) first.kill('SIGINT');
  });
  first.on('exit', ended);
});
const second = spawnSync(process.execPath, [mer, ...train, '--tensorboard', join(work, 'live')], { encoding: 'utf8' });
if (second.status !== 0) fail(second.stderr);
const events = [...text.split('\n'), ...second.stdout.split('\n')]
  .filter((line) => line.startsWith('{'))
  .map((line) => JSON.parse(line));
const told = events.filter(({ type }) => type === 'epoch');
const written = spawnSync(
  process.execPath,
  [mer, 'report', run, '--no-pictures', '--tensorboard', join(work, 'after'), '--mlflow', join(work, 'mlruns')],
  { encoding: 'utf8' },
);
if (written.status !== 0) fail(written.stderr);

const histories = {};
for (const seed of readdirSync(join(run, 'folds'))) {
  for (const fold of readdirSync(join(run, 'folds', seed))) {
    histories[`${seed}/${fold}`] = JSON.parse(
      readFileSync(join(run, 'folds', seed, fold, 'history.json'), 'utf8'),
    ).epochs;
  }
}
const curve = (epochs, key) => epochs.map((record) => [record.epoch, Math.fround(record[key])]);
for (const [at, history] of Object.entries(histories)) {
  const [seed, fold] = at.split('/');
  // of an interrupted fold the epochs of both commands are told: the last ones count
  const last = told.filter((event) => String(event.seed) === seed && event.fold === fold).slice(-history.length);
  same(
    `epochs told of ${at}`,
    last.map(({ record }) => record),
    history,
  );
}
for (const logs of ['live', 'after']) {
  const answer = spawnSync(values.python, [here('prove-tracking.py'), join(work, logs), join(work, 'mlruns')], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  if (answer.status !== 0) fail(answer.stderr);
  const { scalars, texts, runs } = JSON.parse(answer.stdout.trim().split('\n').at(-1));
  const [name] = Object.keys(scalars).map((path) => path.split('/')[0]);
  for (const [at, history] of Object.entries(histories)) {
    for (const [tag, key] of [
      ['training/loss', 'loss'],
      ['training/accuracy', 'accuracy'],
      ['training/learning rate', 'learningRate'],
    ]) {
      same(`${logs}: ${tag} of ${at}`, scalars[`${name}/${at}`]?.[tag], curve(history, key));
    }
  }
  const summary = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'));
  for (const { seed, scores } of summary.perSeed) {
    same(`${logs}: UF1 of seed ${seed}`, scalars[`${name}/${seed}`]?.['scores/UF1'], [[0, Math.fround(scores[0].uf1)]]);
  }
  if (texts !== 1) fail(`${logs}: ${texts} texts in place of the experiment`);
  const parents = runs.filter(({ parent }) => !parent);
  same('runs of MLflow', [runs.length - 1, parents.length], [Object.keys(histories).length, 1]);
  same(
    'MLflow: UF1',
    parents[0].metrics.uf1,
    summary.perSeed.map(({ seed, scores }) => [seed, scores[0].uf1]),
  );
  same('MLflow: artifacts', parents[0].artifacts.sort(), ['experiment.json', 'summary.json']);
  for (const child of runs.filter(({ parent }) => parent)) {
    const [fold, seed] = child.name.split(', seed ');
    same(
      `MLflow: losses of ${child.name}`,
      child.metrics['training/loss'],
      histories[`${seed}/${fold}`].map(({ epoch, loss }) => [epoch, loss]),
    );
  }
  console.log(
    `${logs}: ${Object.keys(histories).length} folds, ${Object.values(scalars).reduce((sum, tags) => sum + Object.values(tags).reduce((n, points) => n + points.length, 0), 0)} scalars read back equal by TensorBoard; ${runs.length} runs by MLflow, ${parents[0].params} settings`,
  );
}
console.log(`${told.length} epochs told: ${epochs} by the command that was stopped, and those of the one that went on`);
rmSync(work, { recursive: true, force: true });
