import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { checkCommonOptions, checkInteger, checkKeys, checkOneOf, checkRate } from './checks.js';
import { ChannelSlice } from './layers/combine.js';
import { layerBuilder, type Node } from './layers/layer-builder.js';
import { registerLayers } from './layers/register-layers.js';

/** Options of {@link createOffApexNet}. */
export interface OffApexNetOptions {
  /** Number of classes; 3 by default. */
  classes?: number;
  /** Height, width and channels of the flow image, at least 2 channels; `[28, 28, 2]` by default. */
  inputShape?: readonly [number, number, number];
  /** Which channels hold the horizontal and the vertical flow; `[0, 1]` by default. */
  flow?: readonly [number, number];
  /** Maps of the two convolutions; `[6, 16]` by default. */
  widths?: readonly [number, number];
  /** Width of the two hidden linear layers; 1024 by default. */
  hidden?: number;
  /** What follows each convolution; `relu` by default. */
  activation?: 'relu' | 'linear';
  /** Share of the hidden units that training drops; 0.5 by default. */
  dropout?: number;
  /** Seed of the initial weights and of the dropout masks; 0 by default. */
  seed?: number;
}

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
  const task = 'create OFF-ApexNet';
  checkKeys(task, options, ['classes', 'inputShape', 'flow', 'widths', 'hidden', 'activation', 'dropout', 'seed']);
  const { classes = 3, inputShape = [28, 28, 2], flow = [0, 1], widths = [6, 16], hidden = 1024 } = options;
  const { activation = 'relu', dropout = 0.5, seed = 0 } = options;
  checkCommonOptions(task, { classes, inputShape, seed });
  for (const channel of flow) {
    checkInteger(task, 'each of flow', channel, 0);
    if (channel >= inputShape[2]) {
      throw new RangeError(
        `Cannot ${task} as flow must be channels of inputShape [${inputShape}]: current value is [${flow}]`,
      );
    }
  }
  for (const width of widths) checkInteger(task, 'each of widths', width);
  checkInteger(task, 'hidden', hidden);
  checkOneOf(task, 'activation', activation, ['relu', 'linear']);
  checkRate(task, 'dropout', dropout);
  registerLayers();
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
  return buildModel({ name: 'off-apexnet', inputs: input, outputs });
}
