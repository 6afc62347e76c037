import * as tfl from '@tensorflow/tfjs-layers';
import { RESNET_PARTS, resnetStages, resnetStem } from './backbones/resnet.js';
import { buildModel } from './build-model.js';
import { checkCommonOptions, checkInteger, checkKeys, checkOneOf, checkRate } from './checks.js';
import { ChannelSlice } from './layers/combine.js';
import { GatedFusion } from './layers/gated-fusion.js';
import { layerBuilder, type Node } from './layers/layer-builder.js';
import { MagnitudeModulation } from './layers/magnitude-modulation.js';
import { MotionAttention } from './layers/motion-attention.js';
import { registerLayers } from './layers/register-layers.js';

/** Options of {@link createFmaNet}. */
export interface FmaNetOptions {
  /** Number of classes; 5 by default. */
  classes?: number;
  /** Height, width and channels (u, v, magnitude) of each phase; `[224, 224, 3]` by default. */
  inputShape?: readonly [number, number, 3];
  /** Maps of the stems; the later stages have 2, 4 and 8 times as many. 64 by default. */
  width?: number;
  /** Whether the magnitude modulates the stems' maps; true by default. */
  modulation?: boolean;
  /** How the phases are joined: `gated` (default), or `sum` as an ablation. */
  fusion?: 'gated' | 'sum';
  /** Whether the last maps pass {@link MotionAttention}; true by default. */
  attention?: boolean;
  /** Share of the pooled features that training drops; 0.5 by default. */
  dropout?: number;
  /** Seed of the initial weights and of the dropout masks; 0 by default. */
  seed?: number;
}

/**
 * FMANet: the optical flow of both phases, each modulated by its magnitude, joined by a gate, with motion attention.
 *
 * Inputs: `rise` (onset to apex) and `fall` (apex to offset), `[batch, height, width, 3]` each: u, v and |(u, v)| over one
 * constant of the data set, so that magnitudes stay comparable. Output: logits `[batch, classes]`. Per phase a ResNet stem and
 * {@link MagnitudeModulation}; then {@link GatedFusion}, the stages 2 to 4 of ResNet-18, {@link MotionAttention}, global
 * average, dropout, linear.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createFmaNet } from '@mer/models';
 *
 * const model = createFmaNet({ classes: 5, inputShape: [32, 32, 3], width: 8 });
 * const flow = tf.zeros([2, 32, 32, 3]);
 * console.log((model.predict([flow, flow]) as tf.Tensor).shape); // [ 2, 5 ]
 * ```
 *
 * Reference: arXiv 2510.07810. From the abstract: both phases, learnable magnitude modulation, fusion, attention to salient
 * regions. This project's choices: every layer and equation.
 */
export function createFmaNet(options: FmaNetOptions = {}): tfl.LayersModel {
  const task = 'create FMANet';
  const keys = ['classes', 'inputShape', 'width', 'modulation', 'fusion', 'attention', 'dropout', 'seed'];
  checkKeys(task, options, keys);
  const { classes = 5, inputShape = [224, 224, 3], width = 64, modulation = true, fusion = 'gated' } = options;
  const { attention = true, dropout = 0.5, seed = 0 } = options;
  checkCommonOptions(task, { classes, inputShape, seed });
  if (inputShape[2] !== 3) {
    throw new RangeError(
      `Cannot ${task} as inputShape must have the 3 channels u, v and magnitude: current value is [${inputShape}]`,
    );
  }
  checkInteger(task, 'width', width);
  checkOneOf(task, 'fusion', fusion, ['gated', 'sum']);
  checkRate(task, 'dropout', dropout);
  registerLayers();
  const nn = layerBuilder({ seed });
  const inputs = ['rise', 'fall'].map((name) => tfl.input({ shape: [...inputShape], name }));
  const magnitudes = inputs.map((input, index) =>
    nn.apply(new ChannelSlice({ ...nn.named(`magnitude${index + 1}`), start: 2, size: 1 }), input),
  );
  const stems = inputs.map((input, index) => {
    const maps = resnetStem(layerBuilder({ seed, prefix: `stem${index + 1}.` }), input, width);
    if (!modulation) return maps;
    return nn.apply(new MagnitudeModulation(nn.named(`modulation${index + 1}`)), [maps, magnitudes[index]!]);
  });
  let x: Node = fusion === 'gated' ? nn.apply(new GatedFusion(nn.named('fusion')), stems) : nn.add(stems, 'fusion');
  x = resnetStages(nn, x, { block: 'basic', depths: [2, 2, 2, 2], width }, 2);
  if (attention) x = nn.apply(new MotionAttention(nn.named('attention')), [x, ...magnitudes]);
  x = nn.dropout(nn.globalAveragePool(x, 'avgpool'), 'dropout', dropout);
  const outputs = nn.linear(x, 'fc', { units: classes, head: true });
  const backbone = { copies: ['', 'stem1.', 'stem2.'], parts: RESNET_PARTS };
  return buildModel({ name: 'fmanet', inputs, outputs, torchNames: { backbone } });
}
