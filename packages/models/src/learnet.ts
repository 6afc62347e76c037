import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { checkCommonOptions, checkInteger, checkKeys, checkRate } from './checks.js';
import { layerBuilder, type Node } from './layers/layer-builder.js';
import { registerLayers } from './layers/register-layers.js';

/** Options of {@link createLearNet}. */
export interface LearNetOptions {
  /** Number of classes; 5 by default. */
  classes?: number;
  /** Height, width and channels of the dynamic image; `[112, 112, 3]` by default. */
  inputShape?: readonly [number, number, number];
  /** Maps of the first convolution; the others have 1, 2, 4 and 16 times as many. 16 by default. */
  width?: number;
  /** Width of the hidden linear layer; 256 by default. */
  hidden?: number;
  /** Share of the hidden units that training drops; 0.5 by default. */
  dropout?: number;
  /** Seed of the initial weights and of the dropout masks; 0 by default. */
  seed?: number;
}

/**
 * LEARNet: four lateral branches on a dynamic image, two of which add up their neighbour's maps on the way.
 *
 * Input `[batch, 112, 112, 3]`; output logits `[batch, classes]` (the authors' code ends in a softmax). Every convolution has
 * step 2, TensorFlow's `same` padding and a ReLU. Layers bear the names of the authors' Keras code, the batch norms those of
 * its variables; arrays of a Keras file (`Conv_S/kernel`, …) load by name, without transposing.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createLearNet } from '@mer/models';
 *
 * const model = createLearNet({ classes: 5, inputShape: [48, 48, 3], width: 4, hidden: 32 });
 * console.log((model.predict(tf.zeros([2, 48, 48, 3])) as tf.Tensor).shape); // [ 2, 5 ]
 * ```
 *
 * Reference: Verma, Vipparthi, Singh, Murala 2020, arXiv 1904.09410; layers of the authors' code.
 */
export function createLearNet(options: LearNetOptions = {}): tfl.LayersModel {
  const task = 'create LEARNet';
  checkKeys(task, options, ['classes', 'inputShape', 'width', 'hidden', 'dropout', 'seed']);
  const { classes = 5, inputShape = [112, 112, 3], width = 16, hidden = 256, dropout = 0.5, seed = 0 } = options;
  checkCommonOptions(task, { classes, inputShape, seed });
  checkInteger(task, 'width', width);
  checkInteger(task, 'hidden', hidden);
  checkRate(task, 'dropout', dropout);
  registerLayers();
  const nn = layerBuilder({ seed });
  const start = 'xavier-uniform' as const;
  const conv = (x: Node, name: string, filters: number, kernelSize: number) =>
    nn.conv(x, name, { filters, kernelSize, stride: 2, padding: 'same', activation: 'relu', start });
  const norm = (x: Node, name: string) => nn.batchNorm(x, name, { epsilon: 1e-3, momentum: 0.01 });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  const first = conv(input, 'Conv_S', width, 3);

  /** Three convolutions of growing kernels. */
  const plain = (n: number) => {
    const a = conv(first, `Conv_${n}_1`, width, 1);
    const b = conv(a, `Conv_${n}_2`, 2 * width, 3);
    return { a, b, c: conv(b, `Conv_${n}_3`, 4 * width, 5) };
  };
  /** The same, with the maps of a plain branch added after the first two. */
  const accretive = (n: number, beside: { a: Node; b: Node }, norms: readonly [string, string]) => {
    const a = nn.add([beside.a, conv(first, `Conv_${n}_1`, width, 1)], `add_${n}_1`);
    const b = conv(norm(a, norms[0]), `Conv_${n}_2`, 2 * width, 3);
    const c = nn.add([beside.b, b], `add_${n}_2`);
    return conv(norm(c, norms[1]), `Conv_x_${n}`, 4 * width, 5);
  };
  const one = plain(1);
  const two = accretive(2, one, ['batch_r11', 'batch_r12']);
  const three = plain(3);
  const four = accretive(4, three, ['batch_r13', 'batch_r14']);
  let x = norm(nn.concat([one.c, two, three.c, four], 'concat'), 'batch_X');
  x = conv(x, 'Conv_5_1', 16 * width, 3);
  x = nn.apply(tfl.layers.flatten({ name: 'flatten' }), x);
  x = nn.linear(x, 'FC1', { units: hidden, activation: 'relu', start });
  x = nn.dropout(x, 'drop', dropout);
  const outputs = nn.linear(x, 'out', { units: classes, start, head: true });
  return buildModel({ name: 'learnet', inputs: input, outputs });
}
