import '@tensorflow/tfjs-layers';
import { reserveMemory, useBackend } from '@mer/backends';
import { createModel } from '@mer/models';
import { checkOptions } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { fit } from './fit.js';
import { memoryPlanText, NoRoomError, type PlanMemoryOptions, planMemory } from './memory-plan.js';
import { trainingOptions } from './training-options.js';

beforeAll(() => useBackend('wasm'));

const settingsOf = (training: object = {}) =>
  checkOptions('plan', trainingOptions(), { epochs: 1, batchSize: 16, optimizer: 'adam', ...training });

const resnet = () => createModel('resnet18', { classes: 5, preset: 'small', inputShape: [64, 64, 3] });
const vgg = () => createModel('vgg19', { classes: 5, preset: 'small', inputShape: [64, 64, 3] });

function plan(makeModel: PlanMemoryOptions['makeModel'], limit: number, training: object = {}, batch = 16) {
  return planMemory({ makeModel, settings: settingsOf(training), batch, fits: ({ total }) => total <= limit });
}

describe('planMemory()', () => {
  it('takes the fastest strategy that has room', () => {
    const free = plan(resnet, Number.POSITIVE_INFINITY);
    expect(free.strategy).toEqual({ name: 'fused' });
    const tight = plan(resnet, 0.97 * free.step.total);
    expect(tight.strategy.name).toBe('recomputing');
    expect(tight.step.total).toBeLessThanOrEqual(0.97 * free.step.total);
  });

  it('splits batches only where samples do not depend on each other, unless told to', () => {
    const whole = plan(vgg, Number.POSITIVE_INFINITY);
    expect(plan(vgg, 0.99 * whole.step.total).strategy).toEqual({ name: 'fused', microBatch: 8 });
    expect(plan(resnet, 0.97 * plan(resnet, 1e12).step.total).strategy.microBatch).toBeUndefined();
    expect(plan(resnet, 1e12, { microBatch: 4 }).strategy).toEqual({ name: 'fused', microBatch: 4 });
  });

  it('leaves a strategy that is given as it is', () => {
    for (const memory of ['plain', 'releasing', 'fused', 'recomputing'] as const) {
      expect(plan(resnet, 1e12, { memory }).strategy.name).toBe(memory);
    }
  });

  it('says the largest batch where nothing has room', () => {
    const small = plan(resnet, 1e12, {}, 2).step.total;
    const error = (() => {
      try {
        plan(resnet, small, { memory: 'fused' });
      } catch (reason) {
        return reason as NoRoomError;
      }
      return undefined;
    })();
    expect(error).toBeInstanceOf(NoRoomError);
    expect(error!.largestBatch).toBeGreaterThanOrEqual(2);
    expect(error!.largestBatch).toBeLessThan(6);
    expect(memoryPlanText(error!.least)[1]).toMatch(/^\d+ MB at most: .* scratch$/);
  });

  it('adds the copies of an average and of the best epoch', () => {
    const { step } = plan(resnet, 1e12);
    const averaged = plan(resnet, 1e12, { ema: 0.9 });
    expect(averaged.step.weights).toBe(2 * step.weights);
  });

  it('is what a training takes, and leaves the backend as it was', async () => {
    const before = tf.memory();
    const planned = plan(resnet, 1e12);
    expect(tf.memory().numTensors).toBe(before.numTensors);
    const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
    reserveMemory(planned.step.blocks);
    const model = resnet();
    const values = new Float32Array(16 * 64 * 64 * 3).map((_, i) => Math.sin(i));
    const data = {
      classes: ['a', 'b', 'c', 'd', 'e'],
      labels: Array.from({ length: 16 }, (_, i) => i % 5),
      inputs: [{ shape: [64, 64, 3], values }],
    };
    await fit(model, data, { train: data.labels.map((_, i) => i), ...settingsOf({ epochs: 3 }), key: [1] });
    // one stretch for what the rehearsal does not see, such as the metrics of an epoch
    expect(wasm.HEAPU8.length).toBeLessThanOrEqual(planned.step.heap + 2 ** 24);
    model.dispose();
  });
});
