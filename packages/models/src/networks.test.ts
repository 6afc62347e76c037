import { useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLASSES, images, make, names } from '../test/networks.js';
import { crossEntropy } from '../test/train-step.js';
import { loadModel, setDropoutStep } from './index.js';

/** Networks that the cpu backend runs on two samples: it is slow. */
const heavy: readonly string[] = ['dianet', 'fdp', 'tsfmicro', 'vgg19'];

describe.each(['cpu', 'wasm'] as const)('every network, narrow, on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it.each(names)('%s: shape, loss, a gradient for every weight; saves and loads; no tensors left', async (name) => {
    const model = make(name);
    const batch = backend === 'cpu' && heavy.includes(name) ? 2 : 4;
    const given = images(model, batch);
    const before = tf.memory().numTensors;
    const logits = model.predict(given) as tf.Tensor;
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(logits.shape).toEqual([batch, CLASSES]);

    setDropoutStep(model, 0);
    const { value, grads } = tf.variableGrads(() => crossEntropy(model, given, [0, 1, 2, 0].slice(0, batch)));
    expect(Number.isFinite(value.dataSync()[0])).toBe(true);
    for (const weight of model.trainableWeights) {
      const gradient = grads[(weight.read() as tf.Variable).name];
      expect(gradient, weight.originalName).toBeDefined();
      const values = gradient!.dataSync();
      expect(values.every(Number.isFinite), weight.originalName).toBe(true);
      expect(
        values.some((element) => element !== 0),
        weight.originalName,
      ).toBe(true);
    }

    let stored: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        stored = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    const again = await loadModel(tf.io.fromMemory(stored!));
    const expected = model.predict(given) as tf.Tensor;
    const actual = again.predict(given) as tf.Tensor;
    expect([...actual.dataSync()]).toEqual([...expected.dataSync()]);
    tf.dispose([given, logits, value, grads, expected, actual]);
    model.dispose();
    again.dispose();
  });
});
