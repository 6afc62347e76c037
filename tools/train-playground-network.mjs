/**
 * Trains the small network of the playground on generated faces, tests it on faces that it has not seen, and writes the files of
 * apps/docs/playground/network: an exported folder, and what the page says of it. Needs a build; a minute or two. `npm run format` afterwards.
 *
 *   node tools/train-playground-network.mjs
 */
import { fileURLToPath } from 'node:url';
import { useBackend } from '@mer/backends';
import { createSyntheticDataset } from '@mer/datasets';
import { encodeSafetensors, writeFileAtomic } from '@mer/io';
import { uar } from '@mer/metrics';
import { countParameters, createModel, exportWeights } from '@mer/models';
import { createStep } from '@mer/representations';
import { predictLogits, fit as train } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import { playgroundModelFile } from './playground-model-file.mjs';

const here = (name) => fileURLToPath(new URL(`../apps/docs/playground/network/${name}`, import.meta.url));
const SIDE = 64;
const classes = ['happiness', 'disgust', 'surprise'];
const picture = [
  { step: 'resize', options: { size: SIDE } },
  { step: 'dynamic-image', options: { variant: 'linear', span: 'onset-apex' } },
];
const scaling = { step: 'normalize', options: { mean: 0.5, std: 0.25 } };
const model = { name: 'small-cnn', options: { inputShape: [SIDE, SIDE, 3] } };
/** Clips as weak, noisy and drifting as a microscope of movement would not like them: several looks, so that it does not know one alone. */
const looks = [
  { amplitude: 1.2, noise: 0.004, drift: 0.05, size: 64 },
  { amplitude: 2.4, noise: 0.004, drift: 0.1, size: 128 },
  { amplitude: 1.6, noise: 0.01, drift: 0.1, size: 96 },
];
const clips = { subjects: 40, clipsPerSubject: 9, frames: 24, classes };
const test = { subjects: 20, clipsPerSubject: 9, frames: 24, classes };

await useBackend('wasm');
const represent = createStep({ pipe: [...picture, scaling] });

/** The pictures of generated clips. */
async function prepared(sets) {
  const [values, labels] = [[], []];
  for (const options of sets) {
    const faces = createSyntheticDataset(options);
    for (const [index, { label }] of faces.samples.entries()) {
      const clip = await faces.readClip(index);
      const image = tf.tidy(() => represent(clip));
      values.push(await image.data());
      labels.push(label);
      tf.dispose([clip.frames, image]);
    }
  }
  const flat = new Float32Array(values.length * SIDE * SIDE * 3);
  values.forEach((one, i) => {
    flat.set(one, i * one.length);
  });
  return { classes, labels, inputs: [{ shape: [SIDE, SIDE, 3], values: flat }] };
}

const training = await prepared(looks.map((look, i) => ({ ...clips, ...look, seed: 1000 + i })));
const unseen = await prepared(looks.map((look, i) => ({ ...test, ...look, seed: 2000 + i })));
console.log(
  `${training.labels.length} clips to train on, ${unseen.labels.length} to test (${process.uptime().toFixed(0)} s)`,
);

const network = createModel(model.name, { ...model.options, classes: classes.length, seed: 0 });
await train(network, training, {
  epochs: 30,
  batchSize: 32,
  optimizer: 'adam',
  learningRate: 0.003,
  schedule: { name: 'cosine', warmup: 1 },
  key: 'playground',
});
const logits = await predictLogits(
  network,
  unseen,
  unseen.labels.map((_, i) => i),
);
const predicted = logits.map((one) => one.indexOf(Math.max(...one)));
const score = uar({ truth: unseen.labels, predicted, classes });
console.log(`UAR on unseen faces: ${score.toFixed(3)} (${process.uptime().toFixed(0)} s)`);

const arrays = await exportWeights(network);
const subjectsOf = ({ subjects }) => subjects * looks.length;
const weights = encodeSafetensors(arrays, { model: model.name, trainedOn: 'generated faces' });
await writeFileAtomic(here('weights.safetensors'), weights);
const facts = {
  madeBy: 'tools/train-playground-network.mjs',
  model,
  classes,
  parameters: countParameters(network).trainable,
  picture,
  scaling,
  training: { clips: training.labels.length, subjects: subjectsOf(clips) },
  tested: { clips: unseen.labels.length, subjects: subjectsOf(test), uar: Number(score.toFixed(3)) },
};
await writeFileAtomic(here('network.json'), new TextEncoder().encode(`${JSON.stringify(facts, null, 2)}\n`));
await writeFileAtomic(here('model.json'), new TextEncoder().encode(playgroundModelFile(facts, weights)));
