import { useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLASSES, images, make, names, steady } from '../test/networks.js';
import { adamStep } from '../test/train-step.js';

describe('every network', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it.each(names)('%s learns 16 samples by heart', (name) => {
    const model = make(name, steady[name] ?? { dropout: 0 });
    const given = images(model, 16);
    const labels = Array.from({ length: 16 }, (_, index) => index % CLASSES);
    const optimizer = tf.train.adam(name === 'vgg19' ? 0.001 : 0.005);
    const correct = () => {
      const predicted = tf.tidy(() => tf.argMax(model.predict(given) as tf.Tensor, 1).dataSync());
      return labels.filter((label, index) => label === predicted[index]).length;
    };
    let loss = Number.POSITIVE_INFINITY;
    let right = 0;
    for (let step = 1; step <= 400 && right < 16; step++) {
      loss = adamStep(model, given, labels, optimizer);
      if (loss > 0.05 || step % 5 !== 0) continue;
      // let the running statistics of batch norm catch up with the weights
      for (let pass = 0; pass < 20; pass++) tf.dispose(model.apply(given, { training: true }) as tf.Tensor);
      right = correct();
    }
    expect(right, `after a loss of ${loss}`).toBe(16);
    tf.dispose(given);
    optimizer.dispose();
    model.dispose();
  });
});
