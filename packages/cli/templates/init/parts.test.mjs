import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useBackend } from '@mer/backends';
import { fit, predictLogits } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import { network } from './network.mjs';
import { change } from './representation.mjs';

await useBackend('wasm'); // with the kernels that training needs

test('a face that does not move is gray', () => {
  const clip = { frames: tf.fill([5, 8, 8, 3], 0.3), onset: 0, apex: 2, offset: 4 };
  const picture = change(clip);
  assert.deepEqual(picture.shape, [8, 8, 3]);
  assert.ok(picture.dataSync().every((value) => value === 0.5));
  tf.dispose([clip.frames, picture]);
});

test('the network learns to tell bright from dark', async () => {
  const labels = Array.from({ length: 16 }, (_, i) => i % 2);
  const shape = [16, 16, 3];
  const values = new Float32Array(labels.flatMap((label) => new Array(16 * 16 * 3).fill(label === 1 ? 0.9 : 0.1)));
  const data = { classes: ['dark', 'bright'], labels, inputs: [{ shape, values }] };
  const model = network.create({ classes: 2, inputShape: shape, seed: 1 });
  await fit(model, data, { epochs: 30, batchSize: 8, learningRate: 0.01 });
  const [dark, bright] = await predictLogits(model, data, [0, 1]);
  assert.ok(dark[0] > dark[1] && bright[1] > bright[0]);
  model.dispose();
});
