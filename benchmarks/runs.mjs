// Our own runs on generated clips: with and without anything to learn, scored as a run is, by the epoch that was best on the test subjects,
// and by the mean over folds. What they show stands in docs/guides/evaluating.md.
//
//   node benchmarks/runs.mjs [--work runs/benchmark] [--workers 2] [--no-csv]
//
// Packages must be built; about four minutes. Results: benchmarks/results/runs.csv, one row for each run, seed, choice of the epoch and way of pooling.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { useBackend } from '@mer/backends';
import { writeSyntheticDataset } from '@mer/datasets';
import { readExperiment, readFold, readManifest, runExperiment } from '@mer/experiments';
import { accuracy, uar, uf1 } from '@mer/metrics';
import * as tf from '@tensorflow/tfjs-core';
import { hardware, saveRows } from './parts/results.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: {
    work: { type: 'string', default: here('../runs/benchmark') },
    workers: { type: 'string', default: '2' },
    'no-csv': { type: 'boolean', default: false },
  },
});

const still = ['data.options.amplitude=0'];
const seeds = ['seeds=[0,1,2]', 'training.oracle=true'];
const runs = [
  ['first-steps', 'three generated emotions, one dynamic image of each clip', 'first-steps', seeds],
  ['no-movement', 'the same without any movement: there is nothing to learn', 'first-steps', [...still, ...seeds]],
  ['quickstart', 'five generated emotions in the layout of CASME II, TRDI and MIDI', 'quickstart', []],
  ['quickstart-trdi', 'the same, TRDI alone', 'quickstart-trdi', []],
  ['quickstart-midi', 'the same, MIDI alone', 'quickstart-midi', []],
];

/** The three scores of predictions. */
const scoresOf = (predictions, classes) => {
  const pairs = {
    truth: predictions.map(({ truth }) => truth),
    predicted: predictions.map(({ predicted }) => predicted),
    classes,
  };
  return { uf1: uf1(pairs), uar: uar(pairs), accuracy: accuracy(pairs) };
};

const mean = (numbers) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

/** The mean of each score over folds, as some code reports it; a fold scores 0 for classes that it has not. */
const overFolds = (folds, classes) => {
  const each = folds.map((predictions) => scoresOf(predictions, classes));
  return Object.fromEntries(
    ['uf1', 'uar', 'accuracy'].map((key) => [key, mean(each.map((scores) => scores[key]).filter(Number.isFinite))]),
  );
};

await useBackend('wasm');
await rm(values.work, { recursive: true, force: true });
await mkdir(values.work, { recursive: true });
const data = join(values.work, 'data');
await writeSyntheticDataset(data, {
  subjects: 10,
  clips: 120,
  height: 64,
  width: 64,
  leastFrames: 16,
  mostFrames: 28,
  difficulty: 'easy',
});

const rows = [];
for (const [run, about, recipe, set] of runs) {
  const root = recipe === 'first-steps' ? [] : [`data.root=${data}`];
  const experiment = await readExperiment(here(`../packages/experiments/recipes/${recipe}.yaml`), {
    set: [...set, ...root],
  });
  const out = join(values.work, run);
  await runExperiment(experiment, { out, workers: Number(values.workers) });
  const { classes, folds } = await readManifest(out);
  for (const seed of experiment.seeds) {
    const done = await Promise.all(
      folds.filter((fold) => fold.seed === seed).map(({ name }) => readFold(out, seed, name)),
    );
    const choices = { last: done.map(({ predictions }) => predictions) };
    if (experiment.training.oracle) choices.oracle = done.map(({ oracle }) => oracle.predictions);
    for (const [choice, each] of Object.entries(choices)) {
      const all = each.flat();
      for (const [pooling, scores] of Object.entries({
        pooled: scoresOf(all, classes),
        folds: overFolds(each, classes),
      })) {
        rows.push({
          ...{ run, about, seed, choice, pooling },
          ...{ n: all.length, subjects: new Set(all.map(({ subject }) => subject)).size, classes: classes.length },
          ...Object.fromEntries(Object.entries(scores).map(([key, value]) => [key, value.toFixed(4)])),
          ...{
            date: new Date().toISOString().slice(0, 10),
            tfjs: tf.version_core,
            node: process.version,
            hardware: hardware(),
          },
        });
      }
    }
  }
  console.log(`${run} (${Math.round(process.uptime())} s)`);
}
console.table(rows, ['run', 'seed', 'choice', 'pooling', 'uf1', 'uar', 'accuracy']);
if (!values['no-csv']) saveRows('runs', rows, ['run', 'seed', 'choice', 'pooling']);
process.exit();
