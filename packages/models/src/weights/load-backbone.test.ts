import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createModel, exportWeights, loadBackbone, type WeightArray } from '../index.js';

const inputShape = [32, 32, 3] as const;
const resnet = (options: object = {}) =>
  createModel('resnet18', { classes: 10, inputShape, width: 4, seed: 9, ...options });

describe('loadBackbone()', () => {
  let arrays: Record<string, WeightArray>;

  beforeAll(async () => {
    await tf.setBackend('cpu');
    arrays = await exportWeights(resnet(), { layout: 'pytorch' });
  });

  it.each([
    ['afn', ['temporal', 'motion']],
    ['dianet', ['rise', 'fall']],
  ] as const)('fills both streams of %s and leaves the rest', async (name, streams) => {
    const model = createModel(name, { classes: 3, inputShape: [64, 64, 3], width: 4 });
    const before = await exportWeights(model, { layout: 'pytorch' });
    const report = loadBackbone(model, arrays);
    const after = await exportWeights(model, { layout: 'pytorch' });
    for (const stream of streams) {
      expect(after[`${stream}.conv1.weight`]!.data).toEqual(arrays['conv1.weight']!.data);
      expect(after[`${stream}.layer4.1.bn2.running_var`]!.data).toEqual(arrays['layer4.1.bn2.running_var']!.data);
    }
    expect(report.loaded.length).toBe(2 * (Object.keys(arrays).length - 2));
    expect(report.extra).toEqual(['fc.weight', 'fc.bias']);
    const untouched = Object.keys(before).filter((key) => !streams.some((stream) => key.startsWith(`${stream}.`)));
    for (const key of untouched) expect(after[key], key).toEqual(before[key]);
    expect(report.missing.length + report.reinitialized.length).toBe(untouched.length);
    expect(report.reinitialized.every((key) => key.startsWith('fc'))).toBe(true);
  });

  it('fills the stems and stages of FMANet, the windows of AFN share one ResNet each', () => {
    const fmanet = loadBackbone(createModel('fmanet', { classes: 10, inputShape, width: 4 }), arrays);
    expect(fmanet.loaded.filter((name) => name.startsWith('stem')).length).toBe(10);
    expect(fmanet.extra.filter((name) => !/^(layer1|fc)\./.test(name))).toEqual([]);
    expect(fmanet.reinitialized).toEqual(['fc/kernel', 'fc/bias']);
    expect(fmanet.missing.every((name) => /^(modulation\d|fusion|attention)\//.test(name))).toBe(true);
    const recurrent = { windows: 2, units: 8 };
    const afn = loadBackbone(createModel('afn', { classes: 3, inputShape, width: 4, recurrent }), arrays);
    expect(afn.missing.filter((name) => /gru/.test(name)).length).toBeGreaterThan(0);
    expect(afn.loaded.length).toBe(200);
  });

  it('keeps the classifier of a backbone, and reads names of DataParallel', async () => {
    const model = resnet({ classes: 3, seed: 1 });
    const head = (await exportWeights(model))['fc/kernel'];
    const prefixed = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`module.${name}`, array]));
    const report = loadBackbone(model, prefixed);
    expect(report.reinitialized).toEqual(['fc/kernel', 'fc/bias']);
    expect(report.missing).toEqual([]);
    expect((await exportWeights(model))['fc/kernel']).toEqual(head);
  });

  it.each(['vgg19', 'efficientnet-b0', 'densenet121', 'vit-b16'] as const)('takes %s', async (name) => {
    const make = (classes: number) => createModel(name, { classes, preset: 'small' } as never);
    const report = loadBackbone(make(3), await exportWeights(make(7), { layout: 'pytorch' }));
    expect(report.missing).toEqual([]);
    expect(report.reinitialized.length).toBe(2);
  });

  it('names what does not fit', () => {
    expect(() => loadBackbone(createModel('ststnet', { classes: 3 }), arrays)).toThrow(
      'Cannot load a backbone into ststnet as the model must have one',
    );
    const { 'layer4.1.bn2.running_var': _, ...rest } = arrays;
    expect(() => loadBackbone(createModel('afn', { classes: 3, inputShape, width: 4 }), rest)).toThrow(
      '2 of 200 weights are missing, temporal.layer4.1.bn2.running_var, motion.layer4.1.bn2.running_var; the arrays are conv1.weight',
    );
    expect(() => loadBackbone(createModel('afn', { classes: 3, inputShape, width: 8 }), arrays)).toThrow(
      'wrong shape: conv1.weight must be [8, 3, 7, 7] and is [4, 3, 7, 7]',
    );
  });
});
