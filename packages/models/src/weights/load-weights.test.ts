import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { madeUpStateDict } from '../../test/fill.js';
import { createModel, createSoftnet, createStstNet, exportWeights, loadWeights, type WeightArray } from '../index.js';

const stst = (options = {}) => createStstNet({ classes: 3, ...options });

describe('loadWeights()', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('takes what exportWeights() gives, in both layouts', async () => {
    const source = stst({ seed: 1 });
    const own = await exportWeights(source);
    for (const layout of ['tfjs', 'pytorch'] as const) {
      const target = stst({ seed: 2 });
      const report = loadWeights(target, await exportWeights(source, { layout }));
      expect(report.loaded.length).toBe(20);
      expect(await exportWeights(target)).toEqual(own);
    }
  });

  it("drops the prefix of DataParallel and ignores batch norm's counter", () => {
    const model = stst();
    const arrays = Object.fromEntries(
      Object.entries({
        ...madeUpStateDict(model),
        'bn1.num_batches_tracked': { shape: [], data: BigInt64Array.from([5n]) },
      }).map(([name, array]) => [`module.${name}`, array]),
    );
    expect(loadWeights(model, arrays).loaded.length).toBe(20);
  });

  it('finds the state dict in a checkpoint, and asks which where two fit', async () => {
    const state = await exportWeights(stst({ seed: 1 }), { layout: 'pytorch' });
    const other = await exportWeights(stst({ seed: 2 }), { layout: 'pytorch' });
    const below = (prefix: string, arrays: Record<string, WeightArray>) =>
      Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}.${name}`, array]));
    const saved: Record<string, WeightArray> = {
      best: { shape: [], data: [0.5] },
      ...below('state_dict.module', state),
      ...below('optimizer', { 'state.0.exp_avg': other['conv1.weight']! }),
    };
    const target = stst();
    expect(loadWeights(target, saved).entry).toBe('state_dict');
    expect(await exportWeights(target, { layout: 'pytorch' })).toEqual(state);
    // the same arrays under two names are one
    expect(loadWeights(target, { ...below('net', state), ...below('best', state) }).entry).toBe('net');
    const two = { ...below('net', state), ...below('ema', other) };
    expect(() => loadWeights(target, two)).toThrow(
      'as one state dict of the file must fit: net and ema do; say which with entry',
    );
    expect(loadWeights(target, two, { entry: 'ema' }).entry).toBe('ema');
    expect(await exportWeights(target, { layout: 'pytorch' })).toEqual(other);
    expect(() => loadWeights(target, two, { entry: 'weights' })).toThrow('(net, ema): current value is weights');
    delete saved['state_dict.module.fc.bias'];
    expect(() => loadWeights(target, saved)).toThrow(
      /as the arrays of state_dict must fit.*1 of them do not\n {2}missing: fc\.bias \[3\]$/,
    );
  });

  it('matches names that Keras gives in a process that made other networks before', async () => {
    const source = createSoftnet({ seed: 1 });
    const own = await exportWeights(source);
    const late = Object.fromEntries(
      Object.entries(own).map(([name, array]) => {
        const renamed = name.replace(
          /^(conv|fc)(\d)/,
          (_, kind, number) => `${kind === 'conv' ? 'conv2d' : 'dense'}_${Number(number) + 3}`,
        );
        return [`${renamed}:0`, array];
      }),
    );
    expect(Object.keys(late)[0]).toBe('conv2d_4/kernel:0');
    const target = createSoftnet({ seed: 2 });
    expect(loadWeights(target, late).missing).toEqual([]);
    expect(await exportWeights(target)).toEqual(own);
  });

  it('lists everything that does not fit in one error and changes nothing', async () => {
    const model = stst();
    const before = await exportWeights(model);
    const arrays: Record<string, WeightArray> = { ...madeUpStateDict(model) };
    delete arrays['conv2.bias'];
    arrays['conv1.weight'] = { shape: [3, 3, 5, 5], data: new Float32Array(225) };
    arrays['bn1.weight'] = { shape: [3], data: new Float32Array(2) };
    arrays['classifier.weight'] = { shape: [2, 2], data: new Float32Array(4) };
    let message = '';
    try {
      loadWeights(model, arrays);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message.split('\n')).toEqual([
      'Cannot load the weights into ststnet as the arrays must fit its weights: 4 of them do not',
      '  wrong shape: conv1.weight must be [3, 3, 3, 3] and is [3, 3, 5, 5]',
      '  wrong length: bn1.weight is [3] and holds 2 values',
      '  missing: conv2.bias [5]',
      '  extra: classifier.weight [2, 2]',
    ]);
    expect(await exportWeights(model)).toEqual(before);
  });

  it('reports instead with strict: false, but refuses wrong shapes and files without any of its weights', () => {
    const model = stst();
    const { 'conv2.bias': _, ...arrays } = madeUpStateDict(model);
    const extra = { 'other.weight': { shape: [1], data: [1] } };
    const report = loadWeights(model, { ...arrays, ...extra }, { strict: false });
    expect(report.missing).toEqual(['streams/conv2.bias']);
    expect(report.extra).toEqual(['other.weight']);
    expect(() => loadWeights(model, { 'fc.bias': { shape: [4], data: [1, 2, 3, 4] } }, { strict: false })).toThrow(
      'wrong shape: fc.bias must be [3] and is [4]',
    );
    expect(() => loadWeights(model, extra, { strict: false })).toThrow('nothing fits: the file has other.weight');
  });

  it('keeps a head of another number of classes only when asked', async () => {
    const arrays = madeUpStateDict(stst({ classes: 5 }));
    const model = stst({ classes: 3 });
    const { 'fc/kernel': kernel } = await exportWeights(model);
    expect(() => loadWeights(model, arrays)).toThrow(
      "fc.weight must be [3, 400] and is [5, 400] (head: 'reinitialize' keeps the model's own)",
    );
    const report = loadWeights(model, arrays, { head: 'reinitialize' });
    expect(report.reinitialized).toEqual(['fc/kernel', 'fc/bias']);
    expect(report.loaded.length).toBe(18);
    expect((await exportWeights(model))['fc/kernel']).toEqual(kernel);
    // another width of the features is no matter of classes
    const wider = { ...arrays, 'fc.weight': { shape: [5, 900], data: new Float32Array(4500) } };
    expect(() => loadWeights(model, wider, { head: 'reinitialize' })).toThrow('fc.weight must be [3, 400]');
  });

  it('puts one file into several places with a mapping', async () => {
    const afn = createModel('afn', { classes: 3, preset: 'small' });
    const resnet = createModel('resnet18', { classes: 10, preset: 'small' });
    const arrays = await exportWeights(resnet, { layout: 'pytorch' });
    const report = loadWeights(afn, arrays, {
      mapping: (name) => (name.startsWith('fc.') ? null : [`temporal.${name}`, `motion.${name}`]),
      strict: false,
    });
    expect(report.extra).toEqual([]);
    expect(report.missing.every((name) => /^(fusion|norm|fc)\//.test(name))).toBe(true);
    const after = await exportWeights(afn, { layout: 'pytorch' });
    expect(after['motion.layer4.1.conv2.weight']!.data).toEqual(arrays['layer4.1.conv2.weight']!.data);
    const twice = (name: string) => `motion.${name.replace('layer4.1.conv1', 'layer4.1.conv2')}`;
    expect(() => loadWeights(afn, arrays, { mapping: twice, strict: false })).toThrow(
      'twice: layer4.1.conv2.weight names motion.layer4.1.conv2/kernel, which another array names already',
    );
  });

  it('reads the names of older DenseNet and ViT files', async () => {
    for (const [name, from, to] of [
      ['densenet121', /\.(norm|conv)([12])\.(?=\w+$)/, '.$1.$2.'],
      ['vit-b16', /\.mlp\.([03])\./, '.mlp.linear_$1.'],
    ] as const) {
      const model = createModel(name, { classes: 3, preset: 'small' });
      const state = Object.entries(await exportWeights(model, { layout: 'pytorch' }));
      const old = state.map(([key, array]) => {
        const renamed = key.includes('denselayer') || name === 'vit-b16' ? key.replace(from, to) : key;
        return [renamed.replace('linear_0', 'linear_1').replace('linear_3', 'linear_2'), array] as const;
      });
      expect(old.some(([key], index) => key !== state[index]![0])).toBe(true);
      expect(loadWeights(model, Object.fromEntries(old)).loaded.length).toBe(state.length);
    }
  });

  it('names an unknown option', () => {
    expect(() => loadWeights(stst(), {}, { strictly: true } as never)).toThrow('"strictly" is not an option');
    expect(() => loadWeights(stst(), {}, { head: 'drop' as never })).toThrow('head must be one of load, reinitialize');
  });
});

describe('exportWeights()', () => {
  it('gives copies', async () => {
    const model = stst();
    const weights = await exportWeights(model);
    weights['fc/bias']!.data[0] = 99;
    expect((await exportWeights(model))['fc/bias']!.data[0]).not.toBe(99);
  });
});
