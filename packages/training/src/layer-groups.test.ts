import { useBackend } from '@mer/backends';
import { createModel, exportWeights, modelParameters, runModel } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { checkOptions } from '@mer/options';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { type FitOptions, fit } from './fit.js';
import { planMemory } from './memory-plan.js';
import { trainingOptions } from './training-options.js';

beforeAll(() => useBackend('wasm'));

const makeModel = () => createModel('resnet18', { classes: 2, inputShape: [16, 16, 3], width: 2, seed: 3 });
const data = {
  classes: ['a', 'b'],
  labels: [0, 1, 0, 1, 0, 1],
  inputs: [{ shape: [16, 16, 3], values: Float32Array.from({ length: 6 * 768 }, (_, i) => Math.sin(i * i)) }],
};
const DEFAULTS = checkOptions('plan', trainingOptions(), { epochs: 1 });
const plain = { epochs: 2, batchSize: 6, optimizer: { name: 'sgd', learningRate: 0.01, momentum: 0 } } as const;

/** Names in the state dict of what training changed. */
async function moved(options: Partial<FitOptions>): Promise<{ names: string[]; model: LayersModel }> {
  const model = makeModel();
  const before = await exportWeights(model, { layout: 'pytorch' });
  await fit(model, data, { ...plain, ...options });
  const after = await exportWeights(model, { layout: 'pytorch' });
  const differs = (name: string) =>
    (after[name]!.data as Float32Array).some((value, i) => value !== before[name]!.data[i]);
  return { names: Object.keys(before).filter(differs), model };
}

describe('freeze', () => {
  it('leaves frozen layers as they are, running statistics too, and all others move', async () => {
    const { names, model } = await moved({ freeze: ['conv1', 'bn1', 'layer1.', 'layer2'] });
    expect(names.filter((name) => /^(conv1|bn1|layer[12])\b/.test(name))).toEqual([]);
    const rest = modelParameters(model).filter(({ torchName }) => /^(layer[34]|fc)\b/.test(torchName));
    expect(names.length).toBe(rest.length);
    // and it was only for the time of the training
    expect(model.trainableWeights.length).toBe(62);
    model.dispose();
  });

  it('with statistics: moving keeps weights and lets running statistics move, as requires_grad_(False) does', async () => {
    const { names, model } = await moved({ freeze: { layers: ['(body)'], statistics: 'moving' } });
    expect(names.filter((name) => !/running_/.test(name))).toEqual(['fc.weight', 'fc.bias']);
    expect(names.filter((name) => /running_/.test(name)).length).toBe(40);
    model.dispose();
  });

  it('runs frozen layers as in evaluation, and gradients go through them', async () => {
    const model = makeModel();
    const images = tf.tensor4d(data.inputs[0]!.values, [6, 16, 16, 3]);
    const { freezeLayers } = await import('@mer/models');
    const thaw = freezeLayers(model, ['(body)']);
    const [frozen] = runModel(model, [images], { training: true });
    const [evaluated] = runModel(model, [images]);
    expect(tf.max(tf.abs(tf.sub(frozen!, evaluated!))).dataSync()[0]).toBe(0);
    thaw();
    const [trained] = runModel(model, [images], { training: true });
    expect(tf.max(tf.abs(tf.sub(trained!, evaluated!))).dataSync()[0]).toBeGreaterThan(1e-3);
    // below a frozen layer there is something that trains
    const { names } = await moved({ freeze: ['layer4', 'fc'] });
    expect(names).toContain('conv1.weight');
    expect(names.some((name) => /^(layer4|fc)\b/.test(name))).toBe(false);
    tf.dispose([images, frozen, evaluated, trained]);
    model.dispose();
  });

  it('says which names there are, and refuses to freeze everything', async () => {
    const model = makeModel();
    const names = model.trainableWeights.length;
    await expect(fit(model, data, { ...plain, freeze: ['stem'] })).rejects.toThrow(
      'Cannot find layers of resnet18 as a name must be that of a layer, or the start of several (conv1, bn1, layer1, layer2, layer3, layer4, fc), or one of (backbone), (head), (body): current value is stem',
    );
    await expect(fit(model, data, { ...plain, freeze: ['(body)', 'fc'] })).rejects.toThrow('no weight would be left');
    await expect(
      fit(model, data, { ...plain, freeze: ['fc'], groups: [{ layers: ['fc'], learningRate: 1 }] }),
    ).rejects.toThrow('those of fc are frozen');
    expect(model.trainableWeights.length).toBe(names);
    model.dispose();
  });

  it('needs less memory for a step, and the plan knows', () => {
    const planOf = (freeze: string[] | undefined) =>
      planMemory({
        makeModel,
        settings: { ...DEFAULTS, freeze },
        batch: 6,
        fits: () => true,
      }).step;
    const [all, head] = [planOf(undefined), planOf(['(body)'])];
    expect(head.weights).toBe(all.weights);
    expect(head.optimizer).toBeLessThan(all.optimizer / 50);
    expect(head.activations).toBeLessThan(all.activations / 2);
  });
});

describe('groups', () => {
  it('moves a group by its own learning rate: with plain descent exactly in proportion', async () => {
    const step = async (groups: FitOptions['groups']) => {
      const model = makeModel();
      const before = await exportWeights(model, { layout: 'pytorch' });
      await fit(model, data, { ...plain, epochs: 1, clipNorm: 0.5, groups });
      const after = await exportWeights(model, { layout: 'pytorch' });
      model.dispose();
      return (name: string) =>
        Array.from(after[name]!.data as Float32Array, (value, i) => value - Number(before[name]!.data[i]));
    };
    const [one, two] = [
      await step(undefined),
      await step([
        { layers: ['layer4', 'layer3'], learningRate: 0.04 },
        { layers: ['(head)'], learningRate: 0.02 },
      ]),
    ];
    for (const [name, times] of [
      ['layer4.0.conv1.weight', 4],
      ['layer3.1.bn2.bias', 4],
      ['fc.bias', 2],
      ['layer1.0.conv1.weight', 1],
    ] as const) {
      const [a, b] = [one(name), two(name)];
      const worst = Math.max(...a.map((value, i) => Math.abs(times * value - b[i]!)));
      expect(worst, name).toBeLessThan(1e-6);
      expect(Math.max(...a.map(Math.abs)), name).toBeGreaterThan(1e-6);
    }
    const model = makeModel();
    await expect(
      fit(model, data, {
        ...plain,
        groups: [
          { layers: ['fc'], learningRate: 1 },
          { layers: ['(head)'], learningRate: 1 },
        ],
      }),
    ).rejects.toThrow('Cannot train as a layer must be in one of groups: fc.weight is in two');
    model.dispose();
  });
});
