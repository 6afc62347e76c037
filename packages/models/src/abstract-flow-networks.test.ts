import { useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { worstDifference } from '../test/compare.js';
import { expectParity, loadMadeUp, madeUpImages, type NetworkGolden, readGolden } from '../test/parity.js';
import { type AhmsaNetOptions, createAhmsaNet } from './ahmsa-net.js';
import { createDualBranch, type DualBranchOptions } from './dual-branch.js';
import { createFeatRef, type FeatRefOptions } from './featref.js';
import { countParameters, layerTable, modelParameters, models } from './index.js';
import { toTorch } from './weights/layouts.js';

interface Sample {
  count: number;
  norm: number;
  values: number[];
}

interface Golden extends NetworkGolden {
  loss: number;
  gradients: Record<string, Sample>;
}

const golden: Record<string, Golden> = readGolden('own-networks');
const dual: DualBranchOptions = { inputShape: [28, 28, 3], widths: [8, 16], inception: 8, dropout: 0 };

const networks: Record<string, () => tfl.LayersModel> = {
  featref: () => createFeatRef({ widths: [2, 4], hidden: 12, outputs: 'all' }),
  'ahmsa-net': () => createAhmsaNet({ widths: [4, 6, 8], joined: 10, dropout: 0 }),
  'dual-branch': () => createDualBranch(dual),
};

/** Cross-entropy, and of a network with proposals the loss of FeatRef. */
function lossOf(outputs: tf.Tensor | tf.Tensor[], truth: tf.Tensor): tf.Scalar {
  const [logits, proposals] = [outputs].flat() as [tf.Tensor, tf.Tensor | undefined];
  const classified = tf.losses.softmaxCrossEntropy(truth, logits) as tf.Scalar;
  if (proposals === undefined) return classified;
  const proposed = tf.losses.sigmoidCrossEntropy(truth, proposals);
  return tf.add(tf.mul(classified, 0.85), tf.mul(proposed, 0.15));
}

describe('networks on one flow image, built from abstracts, against PyTorch', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it.each(Object.keys(networks))('%s: names, logits, and in training the loss and gradients of float64', (name) => {
    const model = networks[name]!();
    const reference = golden[name]!;
    expectParity(model, reference);
    loadMadeUp(model, reference);
    const [images] = madeUpImages(model, 6);
    const classes = reference.logits[0]!.length;
    const labels = Array.from({ length: 6 }, (_, i) => i % classes);
    const truth = tf.oneHot(tf.tensor1d(labels, 'int32'), classes);
    const { value, grads } = tf.variableGrads(() =>
      lossOf(model.apply(images!, { training: true }) as tf.Tensor, truth),
    );
    expect(value.dataSync()[0]).toBeCloseTo(reference.loss, 4);
    const largest = Math.max(...Object.values(reference.gradients).map(({ norm, count }) => norm / Math.sqrt(count)));
    const trained = modelParameters(model).filter(({ torchName }) => torchName in reference.gradients);
    expect(trained).toHaveLength(Object.keys(reference.gradients).length);
    for (const { torchName, variable, shape, layout } of trained) {
      const { count, norm, values } = reference.gradients[torchName]!;
      const own = toTorch(grads[(variable.read() as tf.Variable).name]!.dataSync(), shape, layout);
      const step = Math.max(1, Math.ceil(count / 48));
      const scale = Math.max(norm / Math.sqrt(count), largest / 20);
      const found = Float32Array.from(own).filter((_, i) => i % step === 0);
      expect(worstDifference(found, values) / scale, torchName).toBeLessThan(1e-3);
    }
    tf.dispose([images!, truth, value, grads]);
    model.dispose();
  });
});

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const conv = (from: number, to: number, side: number) => from * to * side * side;
const linear = (from: number, to: number) => from * to + to;
/** A convolution without bias and its batch norm. */
const convNorm = (from: number, to: number, side: number) => conv(from, to, side) + 2 * to;

/** Of narrow networks; that the definitions' counts are those of the full ones is seen by the registry's test. */
describe('parameters are those of the layer tables, counted by hand', () => {
  const expectCount = (model: tfl.LayersModel, count: number) => {
    const { trainable } = countParameters(model);
    expect(trainable).toBe(count);
    expect(sum(layerTable(model).map((row) => row.trainable))).toBe(count);
    model.dispose();
  };

  /** Four paths of one width: 1x1 and 5x5, 1x1 and 3x3, 1x1, 1x1, all with bias. */
  const inception = (from: number, to: number) =>
    4 * (conv(from, to, 1) + to) + conv(to, to, 5) + to + conv(to, to, 3) + to;
  const shared = ([first, second]: readonly [number, number], hidden: number) =>
    2 * (inception(1, first) + inception(4 * first, second)) + linear(2 * 7 * 7 * 4 * second, hidden);

  it('FeatRef', () => {
    const narrow = { widths: [3, 5], hidden: 20 } as const;
    const features = shared(narrow.widths, 20);
    const cases: [number, FeatRefOptions][] = [
      [features + 3 * linear(20, 20) + linear(60, 3), {}],
      [features + 3 * linear(20, 20) + 3 * linear(20, 1) + linear(60, 3), { outputs: 'all' }],
      [features + 5 * (linear(20, 4) + linear(4, 20)) + linear(20, 5), { classes: 5, factor: 4, join: 'sum' }],
      [features + linear(20, 3), { attention: false }],
      [features + 2 * linear(20, 3), { attention: false, outputs: 'all' }],
    ];
    for (const [count, options] of cases) expectCount(createFeatRef({ ...narrow, ...options }), count);
    const full = shared([6, 16], 1024) + 3 * linear(1024, 1024) + linear(3 * 1024, 3);
    expect(models.featref.parameters!.trainable).toBe(full);
  });

  it('AHMSA-Net', () => {
    const ahmsa = (widths: readonly number[], joined: number, attention: (maps: number) => number) =>
      sum(widths.map((to, i) => convNorm(widths[i - 1] ?? 3, to, 3) + attention(to) + conv(to, to, 1) + to)) +
      convNorm(sum(widths), joined, 1) +
      linear(joined, 3);
    const channel = (maps: number) => linear(maps, maps / 8) + linear(maps / 8, maps);
    const spatial = conv(2, 1, 3) + conv(2, 1, 5) + conv(2, 1, 7);
    const widths = [8, 16, 24];
    const cases: [(maps: number) => number, AhmsaNetOptions['attention']][] = [
      [(maps) => channel(maps) + spatial, 'multi-scale'],
      [channel, 'channel'],
      [() => spatial, 'spatial'],
      [() => 0, 'none'],
    ];
    for (const [gates, attention] of cases) {
      expectCount(createAhmsaNet({ widths, joined: 20, attention }), ahmsa(widths, 20, gates));
    }
    const full = ahmsa([32, 64, 128], 128, (maps) => channel(maps) + spatial);
    expect(models['ahmsa-net'].parameters!.trainable).toBe(full);
  });

  it('dual branch', () => {
    const residual = (widths: readonly number[], stem: number) =>
      convNorm(3, stem, 3) +
      sum(
        widths.map((to, i) => {
          const from = widths[i - 1] ?? stem;
          return convNorm(from, to, 3) + 2 * convNorm(to, to, 3) + convNorm(from, to, 1);
        }),
      );
    /** A block of Inception v3: 1x1; 1x1 and 5x5; 1x1 and two 3x3; average and 1x1. */
    const blockA = (from: number, n: number) =>
      2 * convNorm(from, n, 1) +
      (convNorm(from, 0.75 * n, 1) + convNorm(0.75 * n, n, 5)) +
      (convNorm(from, n, 1) + convNorm(n, 1.5 * n, 3) + convNorm(1.5 * n, 1.5 * n, 3));
    const blocks = (n: number, count: number, to: number) =>
      convNorm(3, n, 3) + blockA(n, n) + (count - 1) * blockA(4.5 * n, n) + convNorm(4.5 * n, to, 1);
    const gate = (maps: number) => linear(maps, Math.max(4, maps / 16)) + linear(Math.max(4, maps / 16), maps);
    const attention = (maps: number) => gate(maps) + conv(2, 1, 7);

    const narrow = { inputShape: [28, 28, 3], widths: [8, 16, 32], inception: 8 } as const;
    const [first, second] = [residual(narrow.widths, 8), blocks(8, 2, 32)];
    const cases: [number, DualBranchOptions][] = [
      [first + second + 2 * attention(32) + gate(32) + linear(32, 5), {}],
      [first + second + gate(32) + linear(32, 5), { attention: false }],
      [first + second + 2 * attention(32) + linear(32, 3), { classes: 3, fusion: 'sum' }],
      [first + second + 2 * attention(32) + linear(64, 5), { fusion: 'concat' }],
      [first + attention(32) + linear(32, 5), { branches: 'residual' }],
      [second + attention(32) + linear(32, 5), { branches: 'inception' }],
    ];
    for (const [count, options] of cases) expectCount(createDualBranch({ ...narrow, ...options }), count);
    const branches = residual([64, 128, 256, 512], 64) + blocks(64, 3, 512);
    expect(models['dual-branch'].parameters!.trainable).toBe(
      branches + 2 * attention(512) + gate(512) + linear(512, 5),
    );
  });
});

describe('options that do not fit together', () => {
  it('are named', () => {
    expect(() => createFeatRef({ flow: [0, 3] })).toThrow('flow must be channels of inputShape');
    expect(() => createAhmsaNet({ sizes: [28, 14] })).toThrow('sizes must have one number per level (3)');
    expect(() => createAhmsaNet({ kernelSizes: [4] })).toThrow('kernelSizes must be odd: current value is 4');
    expect(() => createDualBranch({ inception: 6 })).toThrow('inception must be a multiple of 4: current value is 6');
  });
});
