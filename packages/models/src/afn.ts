import { choice, either, group, integer, number, type OptionsOf, type Resolved, tuple } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { RESNET_PARTS, resnet18Features } from './backbones/resnet-features.js';
import { buildModel } from './build-model.js';
import { declareModel } from './declare-model.js';
import { AdaptiveFusion } from './layers/adaptive-fusion.js';
import { Regroup } from './layers/combine.js';
import { Gru } from './layers/gru.js';
import { type LayerBuilder, layerBuilder, type Node } from './layers/layer-builder.js';
import { LayerNormalization } from './layers/layer-normalization.js';
import { networkOptions } from './network-options.js';
import { SYMMETRIC, UNSTATED } from './published.js';

const afnOptions = {
  ...networkOptions({ classes: 5, inputShape: [224, 224, 3] }),
  inputShape: either(
    'Height, width and channels of each image; with `recurrent` also with the number of windows in front.',
    [
      tuple('One image.', ['height', 'width', 'channels'], {}),
      tuple('One for each window.', ['windows', 'height', 'width', 'channels'], {}),
    ],
    { default: [224, 224, 3] },
  ),
  width: integer('Maps of the first stage of each ResNet-18.', { min: 1, default: 64 }),
  fusion: choice(
    'How the streams are joined: `adaptive`, both gates; the others are ablations.',
    ['adaptive', 'channel', 'stream', 'concat', 'mean', 'temporal', 'motion'],
    { default: 'adaptive' },
  ),
  recurrent: either(
    'Recurrent variant, or false for one image each.',
    [
      choice('One image each.', [false], {}),
      group(
        'Several windows of a clip.',
        {
          windows: integer('Windows of a clip; 4, or as `inputShape` says, by default.', { min: 1, optional: true }),
          units: integer('Width of the recurrent state.', { min: 1, default: 256 }),
        },
        { optional: false },
      ),
    ],
    { default: false },
  ),
  dropout: number('Share of the fused features that training drops.', { min: 0, below: 1, default: 0.5 }),
};

/** Options of {@link createAfn}. */
export type AfnOptions = OptionsOf<typeof afnOptions>;

/** AFN as a definition: paper, inputs, options, results. */
export const afn = /* @__PURE__ */ declareModel({
  name: 'afn',
  title: 'AFN: adaptive fusion of temporal-ranked and motion-intensity dynamic images',
  paper: 'Man, Nguyen, Khuong, Le, Ngo 2025, arXiv 2510.09730',
  origin: 'abstract',
  ours: 'ResNet-18 streams, the equations of the gates, the head, the recurrent variant; from the abstract: the two dynamic images and an adaptive fusion.',
  inputs: [
    { name: 'temporal', shape: [224, 224, 3], representations: ['trdi'], values: SYMMETRIC },
    { name: 'motion', shape: [224, 224, 3], representations: ['midi'], values: SYMMETRIC },
  ],
  parameters: { classes: 5, trainable: 22619591 },
  results: [
    {
      id: 'casme2-abstract',
      dataset: 'CASME II (classes not stated)',
      protocol: 'not stated',
      scores: { accuracy: 0.9395, uf1: 0.8972 },
      source: 'AFN paper, abstract',
      caveat: `${UNSTATED} No usual number of clips gives 93.95 % exactly; it may be a mean over folds.`,
    },
    {
      id: 'samm-abstract',
      dataset: 'SAMM (classes not stated)',
      protocol: 'not stated',
      scores: { accuracy: 0.8247, uf1: 0.6652 },
      source: 'AFN paper, abstract',
      caveat: `${UNSTATED} 82.47 % fits no usual number of clips; its low UF1 speaks for more than five classes or for a mean over folds.`,
    },
    {
      id: 'mmew-abstract',
      dataset: 'MMEW (classes not stated)',
      protocol: 'not stated',
      scores: { accuracy: 0.76 },
      source: 'AFN paper, abstract',
      caveat: `${UNSTATED} 76.00 % is 228 of 300, which fits all clips in seven classes.`,
    },
  ],
  presets: { small: { inputShape: [48, 48, 3], width: 8 } },
  options: afnOptions,
  create: build,
});

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
  return afn.create(options);
}

type AfnChoices = Resolved<typeof afnOptions>;

function build(options: AfnChoices): tfl.LayersModel {
  const { classes, width, fusion, dropout, seed } = options;
  const { inputShape, recurrent } = plannedInput(options);
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
function plannedInput({ inputShape, recurrent }: AfnChoices): StreamInput {
  const sequence = inputShape.length === 4;
  if (recurrent === false) {
    if (!sequence) return { inputShape, recurrent: null };
    throw new RangeError(
      `Cannot create afn as inputShape must be [height, width, channels] where recurrent is false: current value is [${inputShape.join(', ')}]`,
    );
  }
  const { windows = sequence ? inputShape[0] : 4, units } = recurrent;
  if (sequence && windows !== inputShape[0]) {
    throw new RangeError(
      `Cannot create afn as inputShape must begin with the number of windows, ${windows}: current value is [${inputShape.join(', ')}]`,
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

function join(nn: LayerBuilder, [temporal, motion]: [Node, Node], fusion: AfnChoices['fusion']): Node {
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
