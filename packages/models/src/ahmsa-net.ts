import { choice, integer, list, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { declareModel } from './declare-model.js';
import { layerBuilder, type Node } from './layers/layer-builder.js';
import { MultiScaleAttention } from './layers/multi-scale-attention.js';
import { networkOptions } from './network-options.js';
import { MEGC2019, UNSTATED } from './published.js';

const ahmsaNetOptions = {
  ...networkOptions({ classes: 3, inputShape: [28, 28, 3] }),
  sizes: list('Height and width of the maps of each level, fine to coarse.', integer('A side.', { min: 1 }), {
    min: 1,
    default: [28, 14, 7],
  }),
  widths: list('Maps of each level.', integer('Maps.', { min: 1 }), { min: 1, default: [32, 64, 128] }),
  attention: choice(
    'What weighs the maps of each level; `none` leaves the attention out.',
    ['multi-scale', 'channel', 'spatial', 'none'],
    { default: 'multi-scale' },
  ),
  kernelSizes: list('Sides of the spatial attention, odd.', integer('A side.', { min: 1 }), {
    min: 1,
    default: [3, 5, 7],
  }),
  joined: integer('Maps after the levels are joined.', { min: 1, default: 128 }),
  dropout: number('Share of the pooled features that training drops.', { min: 0, below: 1, default: 0.5 }),
};

/** Options of {@link createAhmsaNet}. */
export type AhmsaNetOptions = OptionsOf<typeof ahmsaNetOptions>;

/** AHMSA-Net as a definition: paper, inputs, options, results. */
export const ahmsaNet = /* @__PURE__ */ declareModel({
  name: 'ahmsa-net',
  title: 'AHMSA-Net: adaptive hierarchy of multi-scale attention',
  paper: 'Zhang, Zhang, Tang, Sun, Wang, Li 2025, arXiv 2501.02539',
  origin: 'abstract',
  ours: 'Sizes, widths, the equations of the attention, how the levels are joined; from the abstract: u, v and strain of onset to apex, a hierarchy that adapts the size of the maps from fine to coarse, attention that fuses channel and spatial scales at each level.',
  inputs: [
    {
      name: 'image',
      shape: [28, 28, 3],
      representations: ['uv-strain', 'flow'],
      values: 'u, v and strain of onset to apex',
    },
  ],
  parameters: { classes: 3, trainable: 150641 },
  results: [
    {
      id: 'megc2019-abstract',
      dataset: MEGC2019,
      protocol: 'not stated',
      scores: { accuracy: 0.7821 },
      source: 'AHMSA-Net paper, abstract',
      caveat: `${UNSTATED} 78.21 % of 442 clips is no whole number of them; it may be a mean over folds.`,
    },
    {
      id: 'cas-me3-abstract',
      dataset: 'CAS(ME)^3 (classes not stated)',
      protocol: 'not stated',
      scores: { accuracy: 0.7708 },
      source: 'AHMSA-Net paper, abstract',
      caveat: UNSTATED,
    },
  ],
  presets: { small: { widths: [16, 32, 64], joined: 64 } },
  options: ahmsaNetOptions,
  create: build,
});

/**
 * AHMSA-Net: a flow image at three sizes, fine to coarse, each level weighed by channel and by place at several scales, the levels joined.
 *
 * Input `[batch, height, width, channels]`; output logits `[batch, classes]`. Per level mean over a grid of its size, convolution 3x3, batch norm, ReLU,
 * {@link MultiScaleAttention}; what comes out goes to the next level, and through a convolution 1x1 with ReLU and a mean over the last level's grid to the join:
 * side by side, convolution 1x1, batch norm, ReLU, global average, dropout, linear.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createAhmsaNet } from '@mer/models';
 *
 * const model = createAhmsaNet({ classes: 3, widths: [8, 16, 32] });
 * console.log((model.predict(tf.zeros([2, 28, 28, 3])) as tf.Tensor).shape); // [ 2, 3 ]
 * ```
 *
 * Reference: Zhang, Zhang, Tang, Sun, Wang, Li 2025, arXiv 2501.02539. From the abstract: u, v and strain, a hierarchy that adapts the size of its maps, attention
 * that fuses channel and spatial scales. This project's choices: sizes, widths, equations, the join.
 */
export function createAhmsaNet(options: AhmsaNetOptions = {}): tfl.LayersModel {
  return ahmsaNet.create(options);
}

function build(options: Resolved<typeof ahmsaNetOptions>): tfl.LayersModel {
  const { classes, inputShape, sizes, widths, attention, kernelSizes, joined, dropout, seed } = options;
  if (sizes.length !== widths.length) {
    throw new RangeError(
      `Cannot create ahmsa-net as sizes must have one number per level (${widths.length}): current value is [${sizes}]`,
    );
  }
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  const gates = attention === 'multi-scale' ? 'both' : attention;
  let x: Node = input;
  const levels = widths.map((filters, index) => {
    const level = `level${index + 1}`;
    x = nn.adaptiveAvgPool(x, `${level}.size`, sizes[index]!);
    x = nn.conv(x, `${level}.conv`, { filters, kernelSize: 3, padding: 1, bias: false, start: 'he-fan-out' });
    x = nn.activation(nn.batchNorm(x, `${level}.bn`), `${level}.relu`, 'relu');
    if (gates !== 'none') {
      x = nn.apply(new MultiScaleAttention({ ...nn.named(`${level}.attention`), gates, kernelSizes }), x);
    }
    const out = nn.conv(x, `${level}.join`, { filters, kernelSize: 1, activation: 'relu' });
    return nn.adaptiveAvgPool(out, `${level}.grid`, sizes.at(-1)!);
  });
  let y: Node = levels.length === 1 ? levels[0]! : nn.concat(levels, 'concat');
  y = nn.conv(y, 'join.conv', { filters: joined, kernelSize: 1, bias: false, start: 'he-fan-out' });
  y = nn.activation(nn.batchNorm(y, 'join.bn'), 'join.relu', 'relu');
  y = nn.dropout(nn.globalAveragePool(y, 'avgpool'), 'dropout', dropout);
  return buildModel({ name: 'ahmsa-net', inputs: input, outputs: nn.linear(y, 'fc', { units: classes, head: true }) });
}
