import { flag, integer, list, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { declareModel } from './declare-model.js';
import { GradientAttention } from './layers/gradient-attention.js';
import { layerBuilder, type Node } from './layers/layer-builder.js';
import { networkOptions } from './network-options.js';
import { SYMMETRIC } from './published.js';

const meganetOptions = {
  ...networkOptions({ classes: 5, inputShape: [224, 224, 3] }),
  widths: list('Maps of each stage; every stage halves height and width.', integer('Maps.', { min: 1 }), {
    min: 1,
    default: [64, 128, 256, 512],
  }),
  attention: flag('Whether gradient attention follows each stage.', { default: true }),
  dropout: number('Share of the pooled features that training drops.', { min: 0, below: 1, default: 0.5 }),
};

/** Options of {@link createMegaNet}. */
export type MegaNetOptions = OptionsOf<typeof meganetOptions>;

/** MEGANet as a definition: paper, inputs, options, results. */
export const meganet = /* @__PURE__ */ declareModel({
  name: 'meganet',
  title: 'MEGANet: gradient attention on a motion image',
  paper: 'MEGANet 2025, arXiv 2509.00056',
  origin: 'abstract',
  ours: 'The equations of the block, the stages, the head; from the abstract: a gradient attention block for fine-grained motion.',
  inputs: [{ name: 'image', shape: [224, 224, 3], representations: ['mesti', 'dynamic-image'], values: SYMMETRIC }],
  parameters: { classes: 5, trainable: 4734793 },
  results: [],
  presets: { small: { inputShape: [48, 48, 3], widths: [16, 32, 64] } },
  options: meganetOptions,
  create: build,
});

/**
 * MEGANet: a plain CNN on one motion image (MESTI or a dynamic image) with gradient attention after each stage.
 *
 * Input `[batch, height, width, 3]`; output logits `[batch, classes]`. Four stages of two convolutions 3x3 with batch norm and
 * ReLU, the first with step 2, and {@link GradientAttention}; then global average, dropout, linear.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createMegaNet } from '@mer/models';
 *
 * const model = createMegaNet({ classes: 5, inputShape: [32, 32, 3], widths: [8, 16] });
 * console.log((model.predict(tf.zeros([2, 32, 32, 3])) as tf.Tensor).shape); // [ 2, 5 ]
 * ```
 *
 * Reference: arXiv 2509.00056. From the abstract: a gradient attention block for fine-grained motion. This project's choices:
 * the block's equations, the stages, the head.
 */
export function createMegaNet(options: MegaNetOptions = {}): tfl.LayersModel {
  return meganet.create(options);
}

function build({
  classes,
  inputShape,
  widths,
  attention,
  dropout,
  seed,
}: Resolved<typeof meganetOptions>): tfl.LayersModel {
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  let x: Node = input;
  widths.forEach((filters, index) => {
    const stage = `stage${index + 1}`;
    for (const [n, stride] of [
      [1, 2],
      [2, 1],
    ] as const) {
      const args = { filters, kernelSize: 3, stride, padding: 1, bias: false, start: 'he-fan-out' } as const;
      x = nn.batchNorm(nn.conv(x, `${stage}.conv${n}`, args), `${stage}.bn${n}`);
      x = nn.activation(x, `${stage}.relu${n}`, 'relu');
    }
    if (attention) x = nn.apply(new GradientAttention(nn.named(`${stage}.attention`)), x);
  });
  x = nn.dropout(nn.globalAveragePool(x, 'avgpool'), 'dropout', dropout);
  const outputs = nn.linear(x, 'fc', { units: classes, head: true });
  return buildModel({ name: 'meganet', inputs: input, outputs });
}
