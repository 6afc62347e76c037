import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { checkCommonOptions, checkInteger, checkKeys, checkRate } from './checks.js';
import { GradientAttention } from './layers/gradient-attention.js';
import { layerBuilder, type Node } from './layers/layer-builder.js';
import { registerLayers } from './layers/register-layers.js';

/** Options of {@link createMegaNet}. */
export interface MegaNetOptions {
  /** Number of classes; 5 by default. */
  classes?: number;
  /** Height, width and channels of the image; `[224, 224, 3]` by default. */
  inputShape?: readonly [number, number, number];
  /** Maps of each stage; every stage halves height and width. `[64, 128, 256, 512]` by default. */
  widths?: readonly number[];
  /** Whether {@link GradientAttention} follows each stage; true by default. */
  attention?: boolean;
  /** Share of the pooled features that training drops; 0.5 by default. */
  dropout?: number;
  /** Seed of the initial weights and of the dropout masks; 0 by default. */
  seed?: number;
}

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
  const task = 'create MEGANet';
  checkKeys(task, options, ['classes', 'inputShape', 'widths', 'attention', 'dropout', 'seed']);
  const { classes = 5, inputShape = [224, 224, 3], widths = [64, 128, 256, 512], attention = true } = options;
  const { dropout = 0.5, seed = 0 } = options;
  checkCommonOptions(task, { classes, inputShape, seed });
  for (const width of widths) checkInteger(task, 'each of widths', width);
  checkRate(task, 'dropout', dropout);
  registerLayers();
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
