import { rehearse, useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { worstRelativeDifference } from '../test/compare.js';
import { madeUpInput } from '../test/fill.js';
import { expectParity, expectStep, loadMadeUp, madeUpImages, readGolden } from '../test/parity.js';
import { createCausalNet } from './causalnet.js';
import { freezeLayers } from './freeze-layers.js';
import { countParameters, modelParameters, models } from './index.js';
import { createMol } from './mol.js';
import { runFrozen } from './run/run-frozen.js';
import { runModel } from './run/run-model.js';
import { createSkdTstsan } from './skd-tstsan.js';
import { createSlstt } from './slstt.js';

describe('networks against the classes of their authors', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it('SKD-TSTSAN, with its auxiliary classifiers, and a step of its training', () => {
    const golden = readGolden('skd-tstsan');
    const model = createSkdTstsan({ outputs: 'all', dropout: 0 });
    expect(countParameters(model).trainable).toBe(2_946_214);
    expectParity(model, golden);
    const inputs = madeUpImages(model, golden.logits.length);
    const [, ...others] = model.predict(inputs) as tf.Tensor[];
    const sums = others.map((x, i) => (i < 2 ? x : tf.sum(x, 1)).arraySync());
    for (const [i, sum] of sums.entries()) expect(worstRelativeDifference(sum, golden.others[i])).toBeLessThan(1e-5);
    expectStep(model, inputs, golden, (outputs, truth) =>
      tf.addN(outputs.slice(0, 3).map((x) => tf.losses.softmaxCrossEntropy(truth, x) as tf.Tensor)),
    );
    tf.dispose([inputs, others]);
    // without them, from the same state dict
    const alone = createSkdTstsan({ inputShape: [16, 16, 1] });
    loadMadeUp(alone, golden);
    expect(countParameters(alone).trainable).toBe(models['skd-tstsan'].parameters!.trainable);
  });

  it('SLSTT with both heads, a step of its training, and its tokens once', () => {
    const golden = readGolden('slstt');
    const narrow = {
      inputShape: [3, 16, 16, 3],
      patch: 8,
      width: 24,
      depth: 2,
      heads: 3,
      units: 20,
      hidden: 16,
    } as const;
    const model = createSlstt({ ...narrow, dropout: 0 });
    expectParity(model, golden);
    expectParity(createSlstt({ ...narrow, head: 'mean' }), { ...golden, logits: golden.mean });
    const inputs = madeUpImages(model, golden.logits.length);
    // its tokens once, the rest from there
    const thaw = freezeLayers(model, [
      'vit.patch_embedding',
      'vit.class_token',
      'vit.positional_embedding',
      'vit.transformer',
    ]);
    const { calls, values } = runFrozen(model, inputs)!;
    thaw();
    expect(values.map(({ shape }) => shape.slice(1))).toEqual([[3, 24]]);
    const logits = tf.tidy(() => runModel(model, values, { from: calls })[0]!.arraySync());
    expect(worstRelativeDifference(logits, golden.logits)).toBeLessThan(1e-5);
    tf.dispose(values);
    expectStep(model, inputs, golden, ([x], truth) => tf.losses.softmaxCrossEntropy(truth, x!) as tf.Tensor);
    tf.dispose(inputs);
  });

  it('CausalNet, and a step of its training; as many weights as published at full width, as has SLSTT', () => {
    const golden = readGolden('causalnet');
    const model = createCausalNet({ width: 16, depths: [1, 1, 2], hidden: 24 });
    const { state, ...rest } = golden;
    // the tables of neighbors are constants, which making up would spoil
    const tables = modelParameters(model).filter(({ torchName }) => /M_mask|P_matrix/.test(torchName));
    const kept = tables.map(({ variable }) => variable.read().arraySync());
    loadMadeUp(model, golden);
    for (const [i, { variable }] of tables.entries()) variable.write(tf.tensor(kept[i] as number[][]));
    expect(Object.keys(state).sort()).toEqual(
      modelParameters(model)
        .map(({ torchName }) => torchName)
        .sort(),
    );
    const inputs = madeUpImages(model, golden.logits.length);
    const logits = model.predict(inputs[0]!) as tf.Tensor;
    expect(worstRelativeDifference(logits.arraySync(), golden.logits)).toBeLessThan(1e-5);
    expectStep(model, inputs, rest, ([x], truth) => tf.losses.softmaxCrossEntropy(truth, x!) as tf.Tensor);
    // a rehearsal has no memory for weights
    rehearse(() => {
      expect(countParameters(createCausalNet({ width: 256 })).trainable).toBe(276_590_089);
      expect(countParameters(createSlstt())).toEqual({ trainable: 6_961_667, fixed: 93_052_934 - 6_961_667 });
    });
    tf.dispose([inputs, logits]);
  });

  it('MOL, as released and as meant, with its flow and landmarks, and a step of its training', () => {
    const golden = readGolden('mol');
    const narrow = { inputShape: [4, 64, 64, 1], classes: 3, width: 16, flow: 4, landmarks: 8, hidden: 12 } as const;
    const options = { ...narrow, outputs: 'all', dropout: 0 } as const;
    const model = createMol({ ...options, variant: 'released' });
    expectParity(model, golden);
    const inputs = madeUpImages(model, golden.logits.length);
    const [, flow, points] = model.predict(inputs[0]!) as [tf.Tensor, tf.Tensor5D, tf.Tensor4D];
    expect(worstRelativeDifference(tf.sum(flow, [2, 3]).arraySync(), golden.flows)).toBeLessThan(1e-4);
    const first = tf.reshape(tf.slice(points, [0, 0, 0, 0], [-1, -1, 3, -1]), [3, 3, 6]);
    expect(worstRelativeDifference(first.arraySync(), golden.points)).toBeLessThan(1e-4);
    expectStep(model, inputs, golden, ([x, drawn, found], truth) => {
      const target = (name: string, like: tf.Tensor) => tf.tensor(madeUpInput(name, like.size), like.shape);
      return tf.addN([
        tf.losses.softmaxCrossEntropy(truth, x!),
        tf.mean(tf.square(tf.sub(drawn!, target('flow', drawn!)))),
        tf.mean(tf.abs(tf.sub(found!, target('points', found!)))),
      ]);
    });
    expectParity(createMol(options), { ...golden, logits: golden.paper });
    loadMadeUp(createMol(narrow), golden);
    rehearse(() => {
      // what their network stores and never uses is kept beside what is trained
      expect(countParameters(createMol({ outputs: 'all' })).trainable + 2 * 898).toBe(44_105_379);
      expect(countParameters(createMol()).trainable).toBe(models.mol.parameters!.trainable);
    });
    tf.dispose([inputs, flow, points, first]);
  });
});
