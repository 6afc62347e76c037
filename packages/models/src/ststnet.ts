import { number, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { declareModel } from './declare-model.js';
import { layerBuilder } from './layers/layer-builder.js';
import { ParallelConvNorm } from './layers/parallel-conv-norm.js';
import { networkOptions } from './network-options.js';
import { MEGC2019 } from './published.js';

const ststnetOptions = {
  ...networkOptions({ classes: 3, inputShape: [28, 28, 3] }),
  dropout: number('Share of the pooled maps that training drops.', { min: 0, below: 1, default: 0.5 }),
};

/** Options of {@link createStstNet}. */
export type StstNetOptions = OptionsOf<typeof ststnetOptions>;

/** STSTNet as a definition: paper, inputs, options, results. */
export const ststnet = /* @__PURE__ */ declareModel({
  name: 'ststnet',
  title: 'STSTNet: shallow triple stream three-dimensional CNN',
  paper: 'Liong, Gan, See, Khor, Huang 2019, arXiv 1902.03634',
  origin: 'authors-code',
  inputs: [
    {
      name: 'image',
      shape: [28, 28, 3],
      representations: ['uv-strain'],
      values: 'strain, v, u of onset to apex, each min-max scaled per sample to 0..255',
    },
  ],
  parameters: { classes: 3, trainable: 1683 },
  results: [
    {
      id: 'megc2019-paper',
      dataset: MEGC2019,
      protocol: 'leave one subject out; which epoch is not stated',
      scores: { uf1: 0.7353, uar: 0.7605, accuracy: 0.7692 },
      source: 'STSTNet paper, table II (full composite)',
      caveat:
        "Trained in MATLAB. The UAR that its authors' published log gives is 0.7186; 0.7605 comes out only with truth and prediction swapped, and is macro precision.",
    },
    {
      id: 'megc2019-authors-weights',
      dataset: MEGC2019,
      protocol: "leave one subject out, last of 800 epochs, the authors' published weights",
      scores: { uf1: 0.720948, uar: 0.724979, accuracy: 0.739819 },
      source:
        "authors' Python code, log of the last epoch; their PyTorch weights, evaluated by this project, give the same",
      caveat: 'Weights of all 68 folds are public and give these numbers again.',
    },
    {
      id: 'megc2019-retrained',
      dataset: MEGC2019,
      protocol: 'leave one subject out, last of 800 epochs',
      scores: { uf1: 0.6786, uar: 0.6693, accuracy: 0.7149 },
      source: "authors' Python code, trained again from scratch (one unseeded run)",
      caveat: 'How far one run can be from another.',
    },
  ],
  presets: { small: {} },
  options: ststnetOptions,
  create: build,
});

/**
 * STSTNet: three shallow convolutional streams (3, 5 and 8 maps) on one optical-flow image, joined, pooled and classified.
 *
 * Input `[batch, 28, 28, 3]`; the authors feed strain, v, u (their PNG files read as B, G, R) from 0 to 255 without
 * scaling. Output: logits `[batch, classes]`. Each stream: convolution 3x3 with padding 2, ReLU, batch norm, max-pool 3
 * with padding 1, dropout; the streams are computed side by side. Then average pool 2, flatten (channel, row, column), linear. Weights of the authors' PyTorch
 * network load by name with {@link loadWeights}.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createStstNet } from '@mer/models';
 *
 * const model = createStstNet({ classes: 3, seed: 1 });
 * console.log((model.predict(tf.zeros([2, 28, 28, 3])) as tf.Tensor).shape); // [ 2, 3 ]
 * ```
 *
 * Reference: Liong, Gan, See, Khor, Huang 2019, arXiv 1902.03634; layer sizes and order from the authors' PyTorch code.
 */
export function createStstNet(options: StstNetOptions = {}): tfl.LayersModel {
  return ststnet.create(options);
}

function build({ classes, inputShape, dropout, seed }: Resolved<typeof ststnetOptions>): tfl.LayersModel {
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  const streams = { ...nn.named('streams'), filters: [3, 5, 8], kernelSize: 3, padding: 2 };
  let x = nn.apply(new ParallelConvNorm(streams), input);
  x = nn.maxPool(x, 'maxpool', { size: 3, stride: 3, padding: 1 });
  x = nn.dropout(x, 'dropout', dropout);
  x = nn.avgPool(x, 'avgpool', { size: 2 });
  x = nn.flatten(x, 'flatten');
  return buildModel({
    name: 'ststnet',
    inputs: input,
    outputs: nn.linear(x, 'fc', { units: classes, head: true }),
    torchNames: { code: 'github.com/christy1206/STSTNet' },
  });
}
