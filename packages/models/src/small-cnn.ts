import * as tfl from '@tensorflow/tfjs-layers';
import { checkInteger, checkKeys, checkRate, checkShape } from './checks.js';
import { layerBuilder, type Node } from './layers/layer-builder.js';
import { registerLayers } from './layers/register-layers.js';

/** Options of {@link createSmallCnn}. */
export interface SmallCnnOptions {
  /** Number of classes. */
  classes: number;
  /** Height, width and channels of the input; `[64, 64, 3]` by default. */
  inputShape?: readonly [number, number, number];
  /** Maps of each stage; every stage halves height and width. `[16, 32, 64]` by default. */
  widths?: readonly number[];
  /** Share of the pooled features that training drops; 0.2 by default. */
  dropout?: number;
  /** Seed of the initial weights and of the dropout masks; 0 by default. */
  seed?: number;
}

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
export function createSmallCnn(options: SmallCnnOptions): tfl.LayersModel {
  const task = 'create a small CNN';
  checkKeys(task, options, ['classes', 'inputShape', 'widths', 'dropout', 'seed']);
  const { classes, inputShape = [64, 64, 3], widths = [16, 32, 64], dropout = 0.2, seed = 0 } = options;
  checkInteger(task, 'classes', classes, 2);
  checkShape(task, 'inputShape', inputShape, '[height, width, channels]');
  checkRate(task, 'dropout', dropout);
  checkInteger(task, 'seed', seed, 0);
  for (const width of widths) checkInteger(task, 'each of widths', width);
  registerLayers();
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
