import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { checkCommonOptions, checkInteger, checkKeys, checkRate } from './checks.js';
import { ClassMapAttention } from './layers/class-map-attention.js';
import { layerBuilder, type Node } from './layers/layer-builder.js';
import { RecurrentConv } from './layers/recurrent-conv.js';
import { registerLayers } from './layers/register-layers.js';

/** Options of {@link createRcnA}. */
export interface RcnAOptions {
  /** Number of classes; 3 by default. */
  classes?: number;
  /** Height, width and channels of the flow image; `[60, 60, 3]` by default. */
  inputShape?: readonly [number, number, number];
  /** Maps of every convolution; 64 by default. */
  width?: number;
  /** Number of recurrent convolutions; 1 by default. */
  blocks?: number;
  /** Side of the grid before the classifier; 7 by default. */
  grid?: number;
  /** Share of the elements that training drops after each pooling; 0.5 by default. */
  dropout?: number;
  /** Seed of the initial weights and of the dropout masks; 0 by default. */
  seed?: number;
}

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
  const task = 'create RCN-A';
  checkKeys(task, options, ['classes', 'inputShape', 'width', 'blocks', 'grid', 'dropout', 'seed']);
  const { classes = 3, inputShape = [60, 60, 3], width = 64, blocks = 1, grid = 7, dropout = 0.5, seed = 0 } = options;
  checkCommonOptions(task, { classes, inputShape, seed });
  for (const [name, value] of Object.entries({ width, blocks, grid })) checkInteger(task, name, value);
  checkRate(task, 'dropout', dropout);
  registerLayers();
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
  return buildModel({ name: 'rcn-a', inputs: input, outputs: nn.apply(head, [early, x]) });
}
