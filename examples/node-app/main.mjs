/** A small Node program that uses the packages as installed from npm: two subjects' clips to dynamic images, a network, a score. */
import assert from 'node:assert/strict';
import { useBackend } from '@mer/backends';
import { createSyntheticDataset } from '@mer/datasets';
import { leaveOneSubjectOut, uar } from '@mer/metrics';
import { createSmallCnn } from '@mer/models';
import { dynamicImage } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';

const backend = await useBackend('auto');
console.log(`backend: ${backend.name}`);

const dataset = createSyntheticDataset({ subjects: 2, clipsPerSubject: 3, size: 32, frames: 8 });
const [fold] = leaveOneSubjectOut(dataset.samples);
console.log(`tested subject: ${fold.name}, ${fold.test.length} clips`);

const model = createSmallCnn({ classes: dataset.classes.length, inputShape: [32, 32, 3] });
const predicted = [];
for (const index of fold.test) {
  const clip = await dataset.readClip(index);
  const logits = tf.tidy(() => model.predict(tf.expandDims(dynamicImage(clip, { scaling: 'symmetric' }), 0)));
  predicted.push(tf.argMax(logits, 1).dataSync()[0]);
  tf.dispose([logits, clip.frames]);
}
const truth = fold.test.map((index) => dataset.samples[index].label);
const score = uar({ truth, predicted, classes: dataset.classes });
console.log(`UAR of an untrained network: ${score.toFixed(3)}`);
assert(score >= 0 && score <= 1);
