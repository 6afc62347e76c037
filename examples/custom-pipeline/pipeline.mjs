/**
 * A pipeline without networks and without the trainer, to be read from top to bottom: two representations per clip, histograms as features, nearest class means
 * as a classifier of one's own, and the metrics of leave one subject out.
 */
import { useBackend } from '@mer/backends';
import { createSyntheticDataset } from '@mer/datasets';
import { confusionMatrix, leaveOneSubjectOut, uar, uf1 } from '@mer/metrics';
import { evenLight, hoof, lbpTop, pipe } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';

await useBackend('wasm');

// 1. Clips. `openDataset('casme2', { root })` gives the same for a data set on disk.
const dataset = createSyntheticDataset({ subjects: 8, clipsPerSubject: 6, size: 64, noise: 0.004, seed: 3 });
const labels = dataset.samples.map(({ label }) => label);

// 2. Features: where to and how much the face moves, and its texture over time, in a grid of blocks.
const steps = {
  hoof: pipe(evenLight(), hoof({ blocks: [6, 6], flow: 'farneback', normalize: 'none' })),
  'lbp-top': pipe(evenLight(), lbpTop({ blocks: [4, 4] })),
};
const features = {};
for (const [name, step] of Object.entries(steps)) {
  features[name] = [];
  for (let index = 0; index < dataset.samples.length; index++) {
    const clip = await dataset.readClip(index);
    const histograms = await step.applyAsync(clip);
    features[name].push(await histograms.data());
    tf.dispose([clip.frames, histograms]);
  }
}

// 3. A classifier: each feature scaled by its spread among the training clips, then the nearest class mean. Plain arrays will do.
const mean = (rows) => rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
function learn(rows, truth) {
  const center = mean(rows);
  const spread = center.map((middle, i) => Math.sqrt(mean(rows.map((row) => [(row[i] - middle) ** 2]))[0]) + 1e-6);
  const scaled = (row) => center.map((middle, i) => (row[i] - middle) / spread[i]);
  const means = dataset.classes.map((_, c) => mean(rows.filter((_row, i) => truth[i] === c).map(scaled)));
  const distance = (a, b) => a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
  return (row) => {
    const at = means.map((one) => distance(one, scaled(row)));
    return at.indexOf(Math.min(...at));
  };
}

// 4. Leave one subject out: nothing of the tested subject is learned from, and scores come from all predictions together.
for (const [name, rows] of Object.entries(features)) {
  const predicted = new Array(labels.length);
  for (const { train, test } of leaveOneSubjectOut(dataset.samples)) {
    const classify = learn(
      train.map((i) => Array.from(rows[i])),
      train.map((i) => labels[i]),
    );
    for (const i of test) predicted[i] = classify(Array.from(rows[i]));
  }
  const outcome = { truth: labels, predicted, classes: dataset.classes };
  console.log(`${name}: UF1 ${uf1(outcome).toFixed(3)}, UAR ${uar(outcome).toFixed(3)} (guessing: 0.333)`);
  const named = (row) => Object.fromEntries(row.map((count, i) => [`as ${dataset.classes[i]}`, count]));
  console.table(Object.fromEntries(confusionMatrix(outcome).map((row, i) => [dataset.classes[i], named(row)])));
}
