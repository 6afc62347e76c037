import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { createMtsn, createSfamnet, createSoftnet } from '../src/index.js';
import { images } from './networks.js';

/** The networks that score moments of long recordings, as they are published. */
const spotting = {
  mtsn: () => createMtsn({ seed: 1 }),
  sfamnet: () => createSfamnet({ seed: 1 }),
  softnet: () => createSoftnet({ seed: 1 }),
};

export const spottingNames = Object.keys(spotting) as (keyof typeof spotting)[];

/** Expects a network to score 8 of 16 made-up moments above one half, and to know the classes of all where it names them, within 400 steps of Adam. */
export async function checkSpottingLearning(name: keyof typeof spotting): Promise<void> {
  const model: tfl.LayersModel = spotting[name]();
  const given = images(model, 16);
  const wanted = Array.from({ length: 16 }, (_, index) => Number(index % 2 === 0));
  const labels = Array.from({ length: 16 }, (_, index) => index % 5);
  const optimizer = tf.train.adam(0.005);
  const answers = (training: boolean) => [model.apply(given, { training }) as tf.Tensor2D].flat();
  const loss = () => {
    const [scores, logits] = answers(true);
    const spotted = tf.losses.meanSquaredError(tf.tensor2d(wanted, [16, 1]), scores!) as tf.Scalar;
    if (logits === undefined) return spotted;
    const truth = tf.oneHot(tf.tensor1d(labels, 'int32'), 5);
    return tf.add(spotted, tf.losses.softmaxCrossEntropy(truth, logits)) as tf.Scalar;
  };
  const right = async () => {
    const [scores, logits] = tf.tidy(() => answers(false));
    const above = await scores!.data();
    const named = logits && tf.tidy(() => tf.argMax(logits, 1));
    const classes = await named?.data();
    tf.dispose([scores!, logits ?? [], named ?? []]);
    return wanted.filter((each, i) => above[i]! > 0.5 === (each === 1) && (classes?.[i] ?? labels[i]) === labels[i])
      .length;
  };
  let known = 0;
  for (let step = 1; step <= 400 && known < 16; step++) {
    tf.dispose(optimizer.minimize(loss, false) ?? []);
    if (step % 5 === 0) known = await right();
  }
  expect(known).toBe(16);
  tf.dispose(given);
  optimizer.dispose();
  model.dispose();
}
