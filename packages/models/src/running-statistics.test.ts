import { useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { madeUpStateDict } from '../test/fill.js';
import { madeUpImages, readGolden } from '../test/parity.js';
import { createAfn } from './afn.js';
import { createAhmsaNet } from './ahmsa-net.js';
import { createDenseNet121 } from './backbones/densenet121.js';
import { createEfficientNetB0 } from './backbones/efficientnet-b0.js';
import { createResNet18, createResNet50 } from './backbones/resnet.js';
import { createDiaNet } from './dianet.js';
import { createDualBranch } from './dual-branch.js';
import { createFdp } from './fdp.js';
import { createFmaNet } from './fmanet.js';
import { loadWeights, modelParameters, runModel } from './index.js';
import { NetworkLayer } from './layers/network-layer.js';
import { withParts } from './layers/own-layer.js';
import { SeededDropout } from './layers/seeded-dropout.js';
import { createLearNet } from './learnet.js';
import { createMegaNet } from './meganet.js';
import { createMmNet } from './mmnet.js';
import { createRcnA } from './rcn-a.js';
import { createStstNet } from './ststnet.js';
import { createTsfMicro } from './tsfmicro.js';

const inputShape = [64, 64, 3] as const;
const backbone = { classes: 5, inputShape: [64, 64, 3] as [number, number, number] };
const micro = { inputShape, widths: [8, 8, 16, 16], projection: 24 } as const;
const clip = {
  inputShape: [8, 32, 32, 1],
  stem: [8, 6, 8],
  depths: [1, 2],
  local: [32, 40],
  global: [128, 160],
  reductions: [4, 2],
  hidden: 12,
} as const;

const networks: Record<string, () => tfl.LayersModel> = {
  ststnet: () => createStstNet({ classes: 3 }),
  'rcn-a': () => createRcnA({ inputShape: [28, 28, 3], width: 8, grid: 5 }),
  afn: () => createAfn({ inputShape, width: 8 }),
  'afn-recurrent': () => createAfn({ inputShape, width: 8, recurrent: { windows: 3, units: 12 } }),
  dianet: () => createDiaNet({ inputShape, width: 4, hidden: 16 }),
  fmanet: () => createFmaNet({ inputShape, width: 8 }),
  meganet: () => createMegaNet({ inputShape, widths: [8, 16, 32, 64] }),
  'ahmsa-net': () => createAhmsaNet({ widths: [4, 6, 8], joined: 10 }),
  'dual-branch': () => createDualBranch({ inputShape: [28, 28, 3], widths: [8, 16], inception: 8 }),
  learnet: () => createLearNet({ inputShape: [80, 80, 3], width: 4, hidden: 12 }),
  mmnet: () => createMmNet({ inputShape, stem: 12, widths: [8, 8, 16, 32] }),
  tsfmicro: () => createTsfMicro({ ...micro, fusion: 'parallel' }),
  'tsfmicro-early': () => createTsfMicro({ ...micro, fusion: 'early' }),
  'tsfmicro-temporal-to-spatial': () => createTsfMicro({ ...micro, fusion: 'temporal-to-spatial' }),
  'tsfmicro-spatial-to-temporal': () => createTsfMicro({ ...micro, fusion: 'spatial-to-temporal' }),
  'tsfmicro-residual': () => createTsfMicro({ ...micro, fusion: 'residual' }),
  fdp: () => createFdp({ ...clip, outputs: 'all', decoder: 4 }),
  'fdp-released': () => createFdp({ ...clip, variant: 'released', outputs: 'all', decoder: 4 }),
  resnet18: () => createResNet18(backbone),
  resnet50: () => createResNet50(backbone),
  'efficientnet-b0': () => createEfficientNetB0(backbone),
  densenet121: () => createDenseNet121(backbone),
};

const golden: Record<string, Record<string, [number, number, number, number]>> = readGolden('running-statistics');

/** Sums of the running means and variances, the first mean and the last variance of each batch norm. */
function statistics(model: tfl.LayersModel) {
  const read = (suffix: string) =>
    new Map(
      modelParameters(model)
        .filter(({ torchName }) => torchName.endsWith(suffix))
        .map(({ torchName, variable }) => [torchName.slice(0, -suffix.length), variable.read().dataSync()]),
    );
  const variances = read('.running_var');
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
  return Object.fromEntries(
    [...read('.running_mean')].map(([name, mean]) => {
      const variance = variances.get(name)!;
      return [name, [sum(mean), sum(variance), mean[0]!, variance.at(-1)!] as const];
    }),
  );
}

/** Turns dropout and stochastic depth off. */
function withoutDropout(model: tfl.LayersModel): tfl.LayersModel {
  for (const layer of model.layers.flatMap((each) => (each instanceof NetworkLayer ? withParts(each) : []))) {
    if (layer instanceof SeededDropout) Object.assign(layer['options'], { rate: 0 });
  }
  return model;
}

describe('running statistics after one step are those of PyTorch', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it('of every network that the reference file has', () => {
    expect(Object.keys(networks).sort()).toEqual(Object.keys(golden).sort());
  });

  it.each(Object.keys(networks))('%s', (name) => {
    const model = withoutDropout(networks[name]!());
    loadWeights(model, madeUpStateDict(model));
    const inputs = madeUpImages(model, ['afn-recurrent', 'fdp', 'fdp-released'].includes(name) ? 2 : 4);
    const start = model.getWeights().map((weight) => tf.clone(weight));
    for (const run of [
      () => model.apply(inputs.length === 1 ? inputs[0]! : inputs, { training: true }),
      () => runModel(model, inputs, { training: true }),
    ]) {
      model.setWeights(start);
      tf.tidy(() => void run());
      const found = statistics(model);
      expect(Object.keys(found).sort()).toEqual(Object.keys(golden[name]!).sort());
      for (const [norm, values] of Object.entries(golden[name]!)) {
        values.forEach((value, i) => {
          const tolerance = 1e-4 * Math.max(1, Math.abs(value));
          expect(Math.abs(found[norm]![i]! - value), `${norm}, number ${i}`).toBeLessThan(tolerance);
        });
      }
    }
    tf.dispose([inputs, start]);
    model.dispose();
  });
});
