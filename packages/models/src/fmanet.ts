import { choice, flag, integer, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { RESNET_PARTS, resnetStages, resnetStem } from './backbones/resnet-features.js';
import { buildModel } from './build-model.js';
import { declareModel } from './declare-model.js';
import { ChannelSlice } from './layers/combine.js';
import { GatedFusion } from './layers/gated-fusion.js';
import { layerBuilder, type Node } from './layers/layer-builder.js';
import { MagnitudeModulation } from './layers/magnitude-modulation.js';
import { MotionAttention } from './layers/motion-attention.js';
import { networkOptions } from './network-options.js';
import { SUMMARY } from './published.js';

const fmanetOptions = {
  ...networkOptions(
    { classes: 5, inputShape: [224, 224, 3] },
    'Height, width and the 3 channels (u, v, magnitude) of each phase.',
  ),
  width: integer('Maps of the stems; the later stages have 2, 4 and 8 times as many.', { min: 1, default: 64 }),
  modulation: flag("Whether the magnitude modulates the stems' maps.", { default: true }),
  fusion: choice('How the phases are joined; `sum` is an ablation.', ['gated', 'sum'], { default: 'gated' }),
  attention: flag('Whether the last maps pass motion attention.', { default: true }),
  dropout: number('Share of the pooled features that training drops.', { min: 0, below: 1, default: 0.5 }),
};

/** Options of {@link createFmaNet}. */
export type FmaNetOptions = OptionsOf<typeof fmanetOptions>;

/** FMANet as a definition: paper, inputs, options, results. */
export const fmanet = /* @__PURE__ */ declareModel({
  name: 'fmanet',
  title: 'FMANet: fusion of motion in both phases with learned magnitude modulation',
  paper: 'FMANet 2025, arXiv 2510.07810',
  origin: 'abstract',
  ours: 'Every layer and equation; from the abstract: both phases, learnable magnitude modulation, fusion, attention to salient regions.',
  inputs: [
    {
      name: 'rise',
      shape: [224, 224, 3],
      representations: ['flow'],
      values: 'u, v and magnitude of onset to apex, over a constant of the data set',
    },
    {
      name: 'fall',
      shape: [224, 224, 3],
      representations: ['flow'],
      values: 'u, v and magnitude of apex to offset, over the same constant',
    },
  ],
  parameters: { classes: 5, trainable: 11152064 },
  results: [
    {
      id: 'casme2-arxivlens',
      dataset: 'CASME II',
      protocol: 'not stated',
      scores: { accuracy: 0.873 },
      source: 'FMANet paper, by arxivlens',
      caveat: `${SUMMARY} 87.30 % is 213 of 244, a list of five classes that others use too.`,
    },
    {
      id: 'samm-arxivlens',
      dataset: 'SAMM',
      protocol: 'not stated',
      scores: { accuracy: 0.8456 },
      source: 'FMANet paper, by arxivlens',
      caveat: `${SUMMARY} 84.56 % is 115 of 136, which fits the five classes.`,
    },
  ],
  presets: { small: { inputShape: [48, 48, 3], width: 8 } },
  options: fmanetOptions,
  create: build,
});

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
  return fmanet.create(options);
}

function build({
  classes,
  inputShape,
  width,
  modulation,
  fusion,
  attention,
  dropout,
  seed,
}: Resolved<typeof fmanetOptions>): tfl.LayersModel {
  if (inputShape[2] !== 3) {
    throw new RangeError(
      `Cannot create fmanet as inputShape must have the 3 channels u, v and magnitude: current value is [${inputShape}]`,
    );
  }
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
