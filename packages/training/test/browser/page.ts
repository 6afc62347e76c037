// Somebody's own picture and network (the files that `mer init` writes), trained in a page by `fit`.
import { useBackend } from '@mer/backends';
import { fit, predictLogits } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
// @ts-expect-error: plain JavaScript
import { network } from '../../../cli/templates/init/network.mjs';
// @ts-expect-error: plain JavaScript
import { change } from '../../../cli/templates/init/representation.mjs';

const SIDE = 24;
const CLIPS = 24;

/** A clip in which a spot becomes darker or brighter. */
function clipOf(label: number, i: number) {
  const frames = tf.tidy(() => {
    const [y, x] = [6 + (i % 5), 5 + ((3 * i) % 13)];
    const face = tf.fill([5, SIDE, SIDE, 3], 0.4 + 0.01 * (i % 7));
    const spot = tf.buffer([1, SIDE, SIDE, 1]);
    for (let dy = -2; dy <= 2; dy++)
      for (let dx = -2; dx <= 2; dx++) spot.set(label === 0 ? -0.1 : 0.1, 0, y + dy, x + dx, 0);
    const strength = tf.tensor4d([0, 0.5, 1, 0.5, 0], [5, 1, 1, 1]);
    return tf.add(face, tf.mul(spot.toTensor(), strength)) as tf.Tensor4D;
  });
  return { frames, onset: 0, apex: 2, offset: 4 };
}

async function run(backend: 'wasm' | 'webgl') {
  await useBackend(backend);
  const labels = Array.from({ length: CLIPS }, (_, i) => i % 2);
  const size = SIDE * SIDE * 3;
  const values = new Float32Array(CLIPS * size);
  for (const [i, label] of labels.entries()) {
    const clip = clipOf(label, i);
    const picture = await change().applyAsync(clip);
    values.set(await picture.data(), i * size);
    tf.dispose([clip.frames, picture]);
  }
  const data = { classes: ['darker', 'brighter'], labels, inputs: [{ shape: [SIDE, SIDE, 3], values }] };
  const before = tf.memory().numTensors;
  const model = network.create({ classes: 2, inputShape: [SIDE, SIDE, 3], seed: 1, filters: 8 });
  const train = labels.map((_, i) => i).filter((i) => i % 3 > 0);
  const test = labels.map((_, i) => i).filter((i) => i % 3 === 0);
  const { history } = await fit(model, data, {
    epochs: 30,
    batchSize: 8,
    optimizer: 'adam',
    learningRate: 0.01,
    train,
  });
  const logits = await predictLogits(model, data, test);
  const right = logits.filter((row, i) => row.indexOf(Math.max(...row)) === labels[test[i]!]).length;
  model.dispose();
  return {
    backend: tf.getBackend(),
    losses: [history[0]!.loss, history.at(-1)!.loss],
    right,
    tested: test.length,
    leaked: tf.memory().numTensors - before,
  };
}

const name = new URLSearchParams(location.search).get('backend') as 'wasm' | 'webgl';
(window as unknown as { outcome: unknown }).outcome = await run(name).catch((error: Error) => ({
  error: `${error.message}\n${error.stack}`,
}));
