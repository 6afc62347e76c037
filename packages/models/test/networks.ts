import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { createModel, type ModelName, models } from '../src/index.js';
import { madeUpInput } from './fill.js';

/** The names of all networks. */
export const names = Object.keys(models) as ModelName[];

/** Number of classes in the tests. */
export const CLASSES = 3;

/** Narrower than the small presets, where that matters, so that the tests are quick; with MER_SLOW_TESTS=1 the small presets themselves are tested. */
const tiny: Partial<Record<ModelName, object>> = {
  'linear-classifier': { inputShape: [8, 8, 3], start: 'fan-in' },
  'off-apexnet': { hidden: 16 },
  'rcn-a': { inputShape: [16, 16, 3], width: 8, grid: 3 },
  htnet: { width: 12 },
  featref: { inputShape: [8, 8, 3], widths: [4, 8], hidden: 32 },
  'ahmsa-net': { inputShape: [8, 8, 3], sizes: [8, 4], widths: [8, 16], joined: 16 },
  'dual-branch': { inputShape: [8, 8, 3], widths: [8, 16], inception: 8 },
  afn: { inputShape: [32, 32, 3], width: 4 },
  causalnet: { width: 8, depths: [1, 1, 1], hidden: 16 },
  dianet: { width: 4, hidden: 16 },
  fmanet: { inputShape: [32, 32, 3], width: 4 },
  meganet: { inputShape: [16, 16, 3], widths: [8, 16] },
  learnet: { inputShape: [32, 32, 3], width: 4, hidden: 16 },
  'skd-tstsan': { inputShape: [16, 16, 1], width: 8, encoder: 4 },
  slstt: { inputShape: [3, 16, 16, 3], patch: 8, width: 24, units: 24, hidden: 16 },
  mol: { inputShape: [4, 64, 64, 1], width: 16, hidden: 32, norm: 'batch' },
  'small-cnn': { inputShape: [16, 16, 3], widths: [8, 16] },
  mmnet: { inputShape: [32, 32, 3], stem: 8, widths: [8, 8, 16, 32] },
  tsfmicro: { inputShape: [32, 32, 3], widths: [8, 8, 16, 16], projection: 32 },
  fdp: {
    inputShape: [2, 32, 32, 1],
    stem: [8, 8, 8],
    depths: [1],
    local: [32],
    global: [128],
    reductions: [4],
    hidden: 16,
    scorer: 8,
  },
  resnet18: { inputShape: [32, 32, 3], width: 4 },
  resnet50: { inputShape: [32, 32, 3], width: 2 },
  vgg19: { inputShape: [32, 32, 3], width: 4 },
  densenet121: { inputShape: [32, 32, 3], depths: [2, 2, 2, 2] },
  'vit-b16': { inputShape: [32, 32, 3], width: 32, depth: 2, heads: 2 },
};

const slow = process.env['MER_SLOW_TESTS'] === '1';

/** A network, narrow or, with the slow tests, in its small preset. */
export function make(name: ModelName, options: object = {}, narrow = !slow): tfl.LayersModel {
  const given = { classes: CLASSES, seed: 1, preset: 'small', ...(narrow ? tiny[name] : {}), ...options };
  return createModel(name, given as never);
}

/** Made-up images for the inputs of a model. */
export function images(model: tfl.LayersModel, batch: number): tf.Tensor | tf.Tensor[] {
  const list = model.inputs.map(({ shape }, index) => {
    const sizes = [batch, ...(shape.slice(1) as number[])];
    const values = madeUpInput(
      `images/${index}`,
      sizes.reduce((product, size) => product * size, 1),
    );
    return tf.tensor(values, sizes);
  });
  return list.length === 1 ? list[0]! : list;
}

/** Options of the networks without dropout or with other random masks, which take `dropout: 0`. */
export const steady: Partial<Record<ModelName, object>> = {
  'linear-classifier': {},
  resnet18: {},
  resnet50: {},
  densenet121: {},
  mmnet: {},
  causalnet: {},
  featref: {},
  fdp: { dropPath: 0 },
  tsfmicro: { dropPath: 0 },
  'efficientnet-b0': { dropout: 0, dropPath: 0 },
};
