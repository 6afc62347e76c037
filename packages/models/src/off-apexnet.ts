import { choice, integer, number, type OptionsOf, type Resolved, tuple } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { declareModel } from './declare-model.js';
import { ChannelSlice } from './layers/combine.js';
import { layerBuilder, type Node } from './layers/layer-builder.js';
import { networkOptions } from './network-options.js';
import { MEGC2019 } from './published.js';

const offApexnetOptions = {
  ...networkOptions(
    { classes: 3, inputShape: [28, 28, 2] },
    'Height, width and channels of the flow image, at least 2 channels.',
  ),
  flow: tuple('Which channels hold the horizontal and the vertical flow.', ['u', 'v'], {
    default: [0, 1],
    of: 'integers',
  }),
  widths: tuple('Maps of the two convolutions.', ['first', 'second'], { default: [6, 16] }),
  hidden: integer('Width of the two hidden linear layers.', { min: 1, default: 1024 }),
  activation: choice('What follows each convolution.', ['relu', 'linear'], { default: 'relu' }),
  dropout: number('Share of the hidden units that training drops.', { min: 0, below: 1, default: 0.5 }),
};

/** Options of {@link createOffApexNet}. */
export type OffApexNetOptions = OptionsOf<typeof offApexnetOptions>;

/** OFF-ApexNet as a definition: paper, inputs, options, results. */
export const offApexnet = /* @__PURE__ */ declareModel({
  name: 'off-apexnet',
  title: 'OFF-ApexNet: optical flow features from the apex frame',
  paper: 'Liong, Gan, Yau, Huang, Tan 2018, arXiv 1805.08699',
  origin: 'abstract',
  ours: 'The authors published no PyTorch code: sizes and names are those of the re-implementation published with Off-TANet; the ReLU that it lacks (activation) is ours.',
  inputs: [
    {
      name: 'image',
      shape: [28, 28, 2],
      representations: ['flow', 'uv-strain'],
      values: 'u and v of onset to apex',
    },
  ],
  parameters: { classes: 3, trainable: 2664475 },
  results: [
    {
      id: 'megc2019-ststnet-paper',
      dataset: MEGC2019,
      protocol: 'leave one subject out; which epoch is not stated',
      scores: { uf1: 0.7196, uar: 0.7096, accuracy: 0.746 },
      source: 'the STSTNet paper, table II',
      caveat: 'The same table has a UAR that is macro precision for STSTNet; it may be so here.',
    },
  ],
  presets: { small: { hidden: 128 } },
  options: offApexnetOptions,
  create: build,
});

/**
 * OFF-ApexNet: the horizontal and the vertical flow from onset to apex through two convolutions each, then linear layers.
 *
 * Input `[batch, 28, 28, channels]`; output logits `[batch, classes]`. Per component convolution 5x5 with padding 2 (6 maps),
 * max-pool 2, the same with 16 maps; both flattened (channel, row, column) side by side; two hidden layers with ReLU and
 * dropout; linear. 2,664,475 parameters with 3 classes. In a PyTorch state dict the layers are called cnn1.conv1, cnn1.conv2,
 * cnn2.conv1, cnn2.conv2, dense.0, dense.3 and dense.6.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import { countParameters, createOffApexNet } from '@mer/models';
 *
 * console.log(countParameters(createOffApexNet({ classes: 3 })).trainable); // 2664475
 * ```
 *
 * Reference: Liong, Gan, Yau, Huang, Tan 2018, arXiv 1805.08699. The authors published no PyTorch code: sizes and names are
 * those of the re-implementation published with Off-TANet, which has no ReLU after the convolutions (`activation: 'linear'`).
 */
export function createOffApexNet(options: OffApexNetOptions = {}): tfl.LayersModel {
  return offApexnet.create(options);
}

function build({
  classes,
  inputShape,
  flow,
  widths,
  hidden,
  activation,
  dropout,
  seed,
}: Resolved<typeof offApexnetOptions>): tfl.LayersModel {
  if (flow.some((channel) => channel < 0 || channel >= inputShape[2])) {
    throw new RangeError(
      `Cannot create off-apexnet as flow must be channels of inputShape [${inputShape}]: current value is [${flow}]`,
    );
  }
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  const streams = flow.map((channel, index) => {
    const name = `cnn${index + 1}`;
    let x: Node = nn.apply(new ChannelSlice({ ...nn.named(`${name}.flow`), start: channel, size: 1 }), input);
    widths.forEach((filters, layer) => {
      x = nn.conv(x, `${name}.conv${layer + 1}`, { filters, kernelSize: 5, padding: 2, activation });
      x = nn.maxPool(x, `${name}.pool${layer + 1}`, { size: 2 });
    });
    return nn.flatten(x, `${name}.flatten`);
  });
  let x = nn.concat(streams, 'concat');
  for (const number of [0, 3]) {
    x = nn.linear(x, `dense.${number}`, { units: hidden, activation: 'relu' });
    x = nn.dropout(x, `dense.${number + 2}`, dropout);
  }
  const outputs = nn.linear(x, 'dense.6', { units: classes, head: true });
  return buildModel({
    name: 'off-apexnet',
    inputs: input,
    outputs,
    torchNames: { code: 'github.com/ECNU-Cross-Innovation-Lab/PRICAI2021-Off-TANet' },
  });
}
