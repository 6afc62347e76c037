// What every app computes, in a page, a worker or Node: a clip that went through PNG files, its picture, and what a small network says of it before and after
// it was trained.
import { encodeImage, readImage } from '@mer/io';
import { createStstNet } from '@mer/models';
import { uvStrain } from '@mer/representations';
import { predictLogits, fit as train } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';

const SIDE = 28;

/** A bright spot on a wavy background, that moves; each frame is written to a PNG and read again. */
async function clip() {
  const frames = [];
  for (let frame = 0; frame < 3; frame++) {
    const values = Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
      const [y, x] = [Math.floor(i / SIDE), i % SIDE];
      const spot = Math.exp(-((y - 12) ** 2 + (x - 12 - frame) ** 2) / 18);
      return 0.3 + 0.2 * Math.sin(x / 5) * Math.cos(y / 7) + 0.4 * spot;
    });
    frames.push(await readImage(await encodeImage(tf.tensor3d(values, [SIDE, SIDE, 1]), 'png')));
  }
  return { frames: tf.stack(frames), onset: 0, apex: 2, offset: 2 };
}

/** Two numbers in which every step has a part. */
export async function numbers() {
  const picture = await uvStrain().applyAsync(await clip());
  const values = new Float32Array([...(await picture.data()), ...(await tf.neg(picture).data())]);
  const data = { classes: ['a', 'b', 'c'], labels: [0, 1], inputs: [{ shape: picture.shape, values }] };
  const model = createStstNet({ classes: 3, seed: 1 });
  const sum = async () => {
    const logits = await predictLogits(model, data, [0, 1]);
    return logits.flatMap((row) => [...row]).reduce((all, logit, i) => all + (i + 1) * logit, 0);
  };
  const before = await sum();
  await train(model, data, { epochs: 3, batchSize: 2, optimizer: 'sgd', learningRate: 0.01 });
  return [before, await sum()];
}
