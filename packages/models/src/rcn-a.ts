import { integer, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { declareModel } from './declare-model.js';
import { ClassMapAttention } from './layers/class-map-attention.js';
import { layerBuilder, type Node } from './layers/layer-builder.js';
import { RecurrentConv } from './layers/recurrent-conv.js';
import { networkOptions } from './network-options.js';
import { MEGC2019, UNCHECKED } from './published.js';

const rcnAOptions = {
  ...networkOptions({ classes: 3, inputShape: [60, 60, 3] }),
  width: integer('Maps of every convolution.', { min: 1, default: 64 }),
  blocks: integer('Number of recurrent convolutions.', { min: 1, default: 1 }),
  grid: integer('Side of the grid before the classifier.', { min: 1, default: 7 }),
  dropout: number('Share of the elements that training drops after each pooling.', { min: 0, below: 1, default: 0.5 }),
};

/** Options of {@link createRcnA}. */
export type RcnAOptions = OptionsOf<typeof rcnAOptions>;

/** RCN-A as a definition: paper, inputs, options, results. */
export const rcnA = /* @__PURE__ */ declareModel({
  name: 'rcn-a',
  title: 'RCN-A: recurrent convolutional network with an attention unit',
  paper: 'Xia, Peng, Khor, Feng, Zhao 2020, arXiv 2006.09674',
  origin: 'authors-code',
  ours: 'The size of the input: the code takes any. Where its attention would divide by zero, the result is 0.',
  inputs: [
    {
      name: 'image',
      shape: [60, 60, 3],
      representations: ['uv-strain', 'flow'],
      values: 'flow of onset to apex from 0 to 1',
    },
  ],
  parameters: { classes: 3, trainable: 55747 },
  results: [
    {
      id: 'megc2019-paper',
      dataset: MEGC2019,
      protocol: 'leave one subject out, last of 100 epochs',
      scores: { uf1: 0.7432, uar: 0.719 },
      source: 'RCN paper',
      caveat: UNCHECKED,
    },
  ],
  presets: { small: { inputShape: [28, 28, 3], width: 16, grid: 5 } },
  options: rcnAOptions,
  create: build,
});

/**
 * RCN-A: a recurrent convolutional network on a flow image with an attention that has no parameters of its own.
 *
 * Input `[batch, height, width, 3]`; output logits `[batch, classes]`. Convolution 5x5, batch norm, ReLU, max-pool 2, dropout;
 * recurrent convolutions, each with max-pool 2 and dropout; {@link ClassMapAttention}. Weights of the authors' PyTorch network
 * (version 3 of its attention) load by name.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createRcnA } from '@mer/models';
 *
 * const model = createRcnA({ inputShape: [28, 28, 3], width: 8, grid: 5 });
 * console.log((model.predict(tf.ones([2, 28, 28, 3])) as tf.Tensor).shape); // [ 2, 3 ]
 * ```
 *
 * Reference: Xia, Peng, Khor, Feng, Zhao 2020, arXiv 2006.09674; layers and names of the authors' code, whose attention divides
 * by zero on a constant map where this one gives 0. The input size is this project's choice: the code takes any.
 */
export function createRcnA(options: RcnAOptions = {}): tfl.LayersModel {
  return rcnA.create(options);
}

function build({
  classes,
  inputShape,
  width,
  blocks,
  grid,
  dropout,
  seed,
}: Resolved<typeof rcnAOptions>): tfl.LayersModel {
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  let x: Node = nn.conv(input, 'conv1.0', { filters: width, kernelSize: 5, start: 'he-fan-out' });
  x = nn.activation(nn.batchNorm(x, 'conv1.1'), 'conv1.2', 'relu');
  x = nn.dropout(nn.maxPool(x, 'conv1.3', { size: 2 }), 'conv1.4', dropout);
  const early = x;
  for (let number = 0; number < blocks; number++) {
    x = nn.apply(new RecurrentConv(nn.named(`rcls.${number}`)), x);
    x = nn.dropout(nn.maxPool(x, `rcls.${number}.pool`, { size: 2 }), `rcls.${number}.dropout`, dropout);
  }
  const head = new ClassMapAttention({ ...nn.named('classifier'), classes, grid, head: true });
  return buildModel({
    name: 'rcn-a',
    inputs: input,
    outputs: nn.apply(head, [early, x]),
    torchNames: { code: 'github.com/xiazhaoqiang/ParameterFreeRCNs-MicroExpressionRec' },
  });
}
