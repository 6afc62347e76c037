import * as tfl from '@tensorflow/tfjs-layers';
import { checkInteger, checkKeys, checkRate, checkShape } from './checks.js';
import { layerBuilder } from './layers/layer-builder.js';
import { ParallelConvNorm } from './layers/parallel-conv-norm.js';
import { registerLayers } from './layers/register-layers.js';

/** Options of {@link createStstNet}. */
export interface StstNetOptions {
  /** Number of classes; 3 by default, as in MEGC2019. */
  classes?: number;
  /** Height, width and channels of the input; `[28, 28, 3]` by default. */
  inputShape?: readonly [number, number, number];
  /** Share of the pooled maps that training drops; 0.5 by default. */
  dropout?: number;
  /** Seed of the initial weights and of the dropout masks; 0 by default. */
  seed?: number;
}

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
  const task = 'create STSTNet';
  checkKeys(task, options, ['classes', 'inputShape', 'dropout', 'seed']);
  const { classes = 3, inputShape = [28, 28, 3], dropout = 0.5, seed = 0 } = options;
  checkInteger(task, 'classes', classes, 2);
  checkShape(task, 'inputShape', inputShape, '[height, width, channels]');
  checkRate(task, 'dropout', dropout);
  checkInteger(task, 'seed', seed, 0);
  registerLayers();
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  const streams = { ...nn.named('streams'), filters: [3, 5, 8], kernelSize: 3, padding: 2 };
  let x = nn.apply(new ParallelConvNorm(streams), input);
  x = nn.maxPool(x, 'maxpool', { size: 3, stride: 3, padding: 1 });
  x = nn.dropout(x, 'dropout', dropout);
  x = nn.avgPool(x, 'avgpool', { size: 2 });
  x = nn.flatten(x, 'flatten');
  return tfl.model({ inputs: input, outputs: nn.linear(x, 'fc', { units: classes, head: true }), name: 'ststnet' });
}
