import { integer, list, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { declareModel } from './declare-model.js';
import { layerBuilder, type Node } from './layers/layer-builder.js';
import { networkOptions } from './network-options.js';

const smallCnnOptions = {
  ...networkOptions({ classes: 3, inputShape: [64, 64, 3] }),
  widths: list('Maps of each stage; every stage halves height and width.', integer('Maps.', { min: 1 }), {
    min: 1,
    default: [16, 32, 64],
  }),
  dropout: number('Share of the pooled features that training drops.', { min: 0, below: 1, default: 0.2 }),
};

/** Options of {@link createSmallCnn}. */
export type SmallCnnOptions = OptionsOf<typeof smallCnnOptions>;

/** The small CNN as a definition: paper, inputs, options, results. */
export const smallCnn = /* @__PURE__ */ declareModel({
  name: 'small-cnn',
  title: 'A small CNN for one image per clip',
  paper: null,
  origin: 'own',
  inputs: [
    {
      name: 'image',
      shape: [64, 64, 3],
      representations: ['dynamic-image'],
      values: 'any, zero mean preferred',
    },
  ],
  parameters: { classes: 3, trainable: 23891 },
  results: [],
  presets: { small: {} },
  options: smallCnnOptions,
  create: build,
});

/**
 * A small convolutional network for one image per clip, such as a dynamic image: it trains in seconds on a laptop.
 *
 * Per stage: convolution 3x3 with step 2, batch norm, ReLU. Then global average, dropout, linear. Input `[batch, height,
 * width, channels]`, zero mean preferred; output logits `[batch, classes]`. With the default options and 3 classes,
 * 23,891 trainable parameters. This project's own choice, from no paper.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createSmallCnn } from '@mer/models';
 *
 * const model = createSmallCnn({ classes: 3, inputShape: [32, 32, 3] });
 * console.log((model.predict(tf.zeros([2, 32, 32, 3])) as tf.Tensor).shape); // [ 2, 3 ]
 * ```
 */
export function createSmallCnn(options: SmallCnnOptions = {}): tfl.LayersModel {
  return smallCnn.create(options);
}

function build({ classes, inputShape, widths, dropout, seed }: Resolved<typeof smallCnnOptions>): tfl.LayersModel {
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  let x: Node = input;
  widths.forEach((filters, index) => {
    const n = index + 1;
    x = nn.conv(x, `conv${n}`, { filters, kernelSize: 3, stride: 2, padding: 1, bias: false, start: 'he-fan-out' });
    x = nn.batchNorm(x, `bn${n}`);
    x = nn.activation(x, `relu${n}`, 'relu');
  });
  x = nn.globalAveragePool(x, 'avgpool');
  x = nn.dropout(x, 'dropout', dropout);
  return tfl.model({ inputs: input, outputs: nn.linear(x, 'fc', { units: classes, head: true }), name: 'small-cnn' });
}
