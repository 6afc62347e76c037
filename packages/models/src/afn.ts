import * as tfl from '@tensorflow/tfjs-layers';
import { RESNET_PARTS, resnet18Features } from './backbones/resnet.js';
import { buildModel } from './build-model.js';
import { checkCommonOptions, checkInteger, checkKeys, checkOneOf, checkRate } from './checks.js';
import { AdaptiveFusion } from './layers/adaptive-fusion.js';
import { Regroup } from './layers/combine.js';
import { Gru } from './layers/gru.js';
import { type LayerBuilder, layerBuilder, type Node } from './layers/layer-builder.js';
import { LayerNormalization } from './layers/layer-normalization.js';
import { registerLayers } from './layers/register-layers.js';

/** How {@link createAfn} joins its two streams; all but `adaptive` are ablations. */
export type AfnFusion = 'adaptive' | 'channel' | 'stream' | 'concat' | 'mean' | 'temporal' | 'motion';

/** Options of {@link createAfn}. */
export interface AfnOptions {
  /** Number of classes; 5 by default. */
  classes?: number;
  /** Height, width and channels of each image; `[224, 224, 3]` by default. With `recurrent` also `[windows, height, width, channels]`. */
  inputShape?: readonly [number, number, number] | readonly [number, number, number, number];
  /** Maps of the first stage of each ResNet-18; 64 by default. */
  width?: number;
  /** How the streams are joined: `adaptive` (both gates, default) or an ablation. */
  fusion?: AfnFusion;
  /**
   * Recurrent variant: number of windows of a clip (4 by default, or as `inputShape` says) and width of the recurrent state (256 by default); false
   * (default) for one image each.
   */
  recurrent?: { windows?: number; units?: number } | false;
  /** Share of the fused features that training drops; 0.5 by default. */
  dropout?: number;
  /** Seed of the initial weights and of the dropout masks; 0 by default. */
  seed?: number;
}

const FUSIONS: readonly AfnFusion[] = ['adaptive', 'channel', 'stream', 'concat', 'mean', 'temporal', 'motion'];

/**
 * AFN: a temporal-ranked and a motion-intensity dynamic image, one ResNet-18 each, joined by an adaptive fusion.
 *
 * Inputs: `temporal` and `motion`, `[batch, height, width, 3]` each, or `[batch, windows, height, width, 3]` in the
 * recurrent variant. Output: logits `[batch, classes]`. Per stream ResNet-18 and global average; then
 * {@link AdaptiveFusion}, layer norm, dropout, linear. Recurrent: the ResNets are shared by the windows, and a GRU per stream
 * gives its last state to the fusion.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createAfn } from '@mer/models';
 *
 * const model = createAfn({ classes: 5, inputShape: [32, 32, 3], width: 4 });
 * const image = tf.zeros([2, 32, 32, 3]);
 * console.log((model.predict([image, image]) as tf.Tensor).shape); // [ 2, 5 ]
 * ```
 *
 * Reference: Man, Nguyen, Khuong, Le, Ngo 2025, arXiv 2510.09730. From the abstract: the two dynamic images and an adaptive
 * fusion. This project's choices, each an option where it has one: ResNet-18 streams, the equations of the gates, the head,
 * the recurrent variant.
 */
export function createAfn(options: AfnOptions = {}): tfl.LayersModel {
  const task = 'create AFN';
  checkKeys(task, options, ['classes', 'inputShape', 'width', 'fusion', 'recurrent', 'dropout', 'seed']);
  const { classes = 5, width = 64, fusion = 'adaptive', dropout = 0.5, seed = 0 } = options;
  const { inputShape, recurrent } = plannedInput(task, options);
  checkCommonOptions(task, { classes, inputShape, seed });
  checkInteger(task, 'width', width);
  checkOneOf(task, 'fusion', fusion, FUSIONS);
  checkRate(task, 'dropout', dropout);
  registerLayers();
  const shape = recurrent === null ? [...inputShape] : [recurrent.windows, ...inputShape];
  const inputs = ['temporal', 'motion'].map((name) => tfl.input({ shape, name }));
  const streams = inputs.map((input, index) =>
    stream(layerBuilder({ seed, prefix: index === 0 ? 'temporal.' : 'motion.' }), input, {
      inputShape,
      width,
      recurrent,
    }),
  ) as [Node, Node];
  const nn = layerBuilder({ seed });
  let x = nn.apply(new LayerNormalization(nn.named('norm')), join(nn, streams, fusion));
  x = nn.dropout(x, 'dropout', dropout);
  const outputs = nn.linear(x, 'fc', { units: classes, head: true });
  const used = fusion === 'temporal' ? inputs.slice(0, 1) : fusion === 'motion' ? inputs.slice(1) : inputs;
  const backbone = { copies: ['temporal.', 'motion.'], parts: RESNET_PARTS };
  return buildModel({ name: 'afn', inputs: used, outputs, torchNames: { backbone } });
}

interface Recurrent {
  windows: number;
  units: number;
}

/** The shape of one image, and what the recurrent variant needs besides. */
function plannedInput(task: string, { inputShape = [224, 224, 3], recurrent = false }: AfnOptions): StreamInput {
  if (recurrent === false) return { inputShape, recurrent: null };
  checkKeys(task, recurrent, ['windows', 'units']);
  const sequence = Array.isArray(inputShape) && inputShape.length === 4;
  const { windows = sequence ? inputShape[0]! : 4, units = 256 } = recurrent;
  checkInteger(task, 'recurrent.windows', windows);
  checkInteger(task, 'recurrent.units', units);
  if (sequence && windows !== inputShape[0]) {
    throw new RangeError(
      `Cannot ${task} as inputShape must begin with the number of windows, ${windows}: current value is [${inputShape.join(', ')}]`,
    );
  }
  return { inputShape: sequence ? inputShape.slice(1) : inputShape, recurrent: { windows, units } };
}

interface StreamInput {
  inputShape: readonly number[];
  recurrent: Recurrent | null;
}

interface StreamPlan extends StreamInput {
  width: number;
}

/** ResNet-18 and global average; over windows and a GRU in the recurrent variant. */
function stream(nn: LayerBuilder, input: Node, { inputShape, width, recurrent }: StreamPlan): Node {
  if (recurrent === null) return nn.globalAveragePool(resnet18Features(nn, input, width), 'avgpool');
  const { windows, units } = recurrent;
  const images = nn.apply(new Regroup({ ...nn.named('split'), shape: [-2, ...inputShape] }), input);
  const features = nn.globalAveragePool(resnet18Features(nn, images, width), 'avgpool');
  const steps = nn.apply(new Regroup({ ...nn.named('join'), shape: [-2, windows, 8 * width] }), features);
  return nn.apply(new Gru({ ...nn.named('gru'), units }), steps);
}

function join(nn: LayerBuilder, [temporal, motion]: [Node, Node], fusion: AfnFusion): Node {
  switch (fusion) {
    case 'temporal':
      return temporal;
    case 'motion':
      return motion;
    case 'concat':
      return nn.concat([temporal, motion], 'fusion');
    case 'mean':
      return nn.apply(tfl.layers.average({ name: 'fusion' }), [temporal, motion]);
    case 'adaptive':
      return nn.apply(new AdaptiveFusion(nn.named('fusion')), [temporal, motion]);
    case 'channel':
      return nn.apply(new AdaptiveFusion({ ...nn.named('fusion'), streamHidden: 0 }), [temporal, motion]);
    case 'stream':
      return nn.apply(new AdaptiveFusion({ ...nn.named('fusion'), channelHidden: 0 }), [temporal, motion]);
  }
}
