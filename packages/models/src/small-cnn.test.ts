import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { madeUpInput } from '../test/fill.js';
import { adamStep } from '../test/train-step.js';
import { countParameters, createSmallCnn, exportWeights } from './index.js';

describe('createSmallCnn()', () => {
  it('stays under 0.1 M parameters', () => {
    expect(countParameters(createSmallCnn({ classes: 3 })).trainable).toBe(23891);
  });

  it('learns 8 images by heart', () => {
    const model = createSmallCnn({ classes: 2, inputShape: [8, 8, 3], widths: [4, 8], dropout: 0, seed: 1 });
    const images = tf.tensor4d(madeUpInput('images', 8 * 8 * 8 * 3), [8, 8, 8, 3]);
    const labels = [0, 1, 0, 1, 1, 0, 1, 0];
    const optimizer = tf.train.adam(0.02);
    for (let step = 0; step < 60; step++) adamStep(model, images, labels, optimizer);
    const predicted = tf.argMax(model.predict(images) as tf.Tensor, 1).dataSync();
    expect([...predicted]).toEqual(labels);
  });

  it('starts alike from one seed and differently from another', async () => {
    const [first, again, other] = await Promise.all(
      [1, 1, 2].map((seed) => exportWeights(createSmallCnn({ classes: 3, seed }))),
    );
    expect(first).toEqual(again);
    expect(first!['fc/kernel']!.data).not.toEqual(other!['fc/kernel']!.data);
  });

  it('names an unknown option and a wrong class count', () => {
    expect(() => createSmallCnn({ classes: 3, width: 2 } as never)).toThrow('"width" is not an option');
    expect(() => createSmallCnn({ classes: 1 })).toThrow('classes must be an integer of at least 2');
  });
});
