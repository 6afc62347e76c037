import { readFileSync } from 'node:fs';
import { useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { worstDifference, worstRelativeDifference } from '../../test/compare.js';
import { madeUpInput, madeUpStateDict } from '../../test/fill.js';
import { adamStep } from '../../test/train-step.js';
import { exportWeights, loadWeights, modelParameters } from '../index.js';
import { torchShape } from '../weights/layouts.js';
import { createDenseNet121 } from './densenet121.js';
import { createEfficientNetB0 } from './efficientnet-b0.js';
import { createResNet18, createResNet50 } from './resnet.js';
import { createVgg19 } from './vgg19.js';
import { createVitB16 } from './vit-b16.js';

interface Options {
  classes: number;
  inputShape: [number, number, number];
}

const backbones: Record<string, (options: Options) => tfl.LayersModel> = {
  resnet18: createResNet18,
  resnet50: createResNet50,
  vgg19: (options) => createVgg19({ ...options, hidden: 64 }),
  'efficientnet-b0': createEfficientNetB0,
  densenet121: createDenseNet121,
  'vit-b16': createVitB16,
};

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../test/golden/${name}.json`, import.meta.url), 'utf8'));

describe('backbones against torchvision', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it.each(Object.keys(backbones))('%s has its state dict and gives its logits', (name) => {
    const { size, classes, parameters, state, logits, norm } = read(name);
    const model = backbones[name]!({ classes, inputShape: [size, size, 3] });
    const entries = modelParameters(model);
    expect(
      Object.fromEntries(entries.map((entry) => [entry.torchName, torchShape(entry.shape, entry.layout)])),
    ).toEqual(state);
    const count = entries.filter((entry) => entry.trainable).flatMap(({ shape }) => shape.reduce((a, b) => a * b, 1));
    expect(count.reduce((sum, length) => sum + length, 0)).toBe(parameters);
    const { loaded } = loadWeights(model, madeUpStateDict(model));
    expect(loaded.length).toBe(entries.length);
    const images = tf.tensor4d(madeUpInput('image', 2 * size * size * 3), [2, size, size, 3]);
    const actual = model.predict(images) as tf.Tensor2D;
    expect(
      worstRelativeDifference(tf.slice(actual, [0, 0], [2, Math.min(20, classes)]).arraySync(), logits),
    ).toBeLessThan(1e-4);
    expect(Math.abs(tf.norm(actual).dataSync()[0]! - norm) / norm).toBeLessThan(1e-4);
    tf.dispose([images, actual]);
    model.dispose();
  });

  it('resnet18 takes the Adam step of PyTorch', async () => {
    const { learningRate, labels, loss, state } = read('resnet18-adam');
    const model = createResNet18({ classes: 5, inputShape: [64, 64, 3] });
    loadWeights(model, madeUpStateDict(model));
    const images = tf.tensor4d(madeUpInput('image', 8 * 64 * 64 * 3), [8, 64, 64, 3]);
    const optimizer = tf.train.adam(learningRate, 0.9, 0.999, 1e-8);
    expect(adamStep(model, images, labels, optimizer)).toBeCloseTo(loss, 4);
    const after = await exportWeights(model, { layout: 'pytorch' });
    for (const [name, values] of Object.entries(state as Record<string, number[]>)) {
      const { data } = after[name]!;
      const step = Math.max(1, Math.floor(data.length / 12));
      const sample = data.filter((_, index) => index % step === 0).slice(0, 12);
      expect(worstDifference(sample, values), name).toBeLessThan(1e-4);
    }
    tf.dispose(images);
    optimizer.dispose();
    model.dispose();
  });
});
