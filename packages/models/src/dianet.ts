import { choice, integer, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { RESNET_PARTS, resnet18Features } from './backbones/resnet-features.js';
import { buildModel } from './build-model.js';
import { declareModel } from './declare-model.js';
import { Regroup } from './layers/combine.js';
import { CrossAttention } from './layers/cross-attention.js';
import { PositionEmbedding } from './layers/embedding.js';
import { FeedForward } from './layers/feed-forward.js';
import { type LayerBuilder, layerBuilder, type Node } from './layers/layer-builder.js';
import { LayerNormalization } from './layers/layer-normalization.js';
import { networkOptions } from './network-options.js';
import { SUMMARY, SYMMETRIC } from './published.js';

const dianetOptions = {
  ...networkOptions({ classes: 5, inputShape: [224, 224, 3] }),
  width: integer('Maps of the first stage of each ResNet-18.', { min: 1, default: 64 }),
  heads: integer('Number of attention heads, which divides 8 times `width`.', { min: 1, default: 4 }),
  hidden: integer("Width of the classifier's hidden layer.", { min: 1, default: 256 }),
  fusion: choice(
    'How the phases are joined; all but `cross-attention` are controls.',
    ['cross-attention', 'concat', 'sum', 'rise', 'fall'],
    { default: 'cross-attention' },
  ),
  dropout: number('Share of the features that training drops before the last layer.', {
    min: 0,
    below: 1,
    default: 0.5,
  }),
};

/** Options of {@link createDiaNet}. */
export type DiaNetOptions = OptionsOf<typeof dianetOptions>;

/** DIANet as a definition: paper, inputs, options, results. */
export const dianet = /* @__PURE__ */ declareModel({
  name: 'dianet',
  title: 'DIANet: dual-phase dynamic images joined by cross-attention',
  paper: 'DIANet 2025, arXiv 2510.12219',
  origin: 'abstract',
  ours: 'ResNet-18, token positions, one layer of four heads, the feed-forward block, the head; from the abstract: two phases, a CNN each, cross-attention.',
  inputs: [
    {
      name: 'rise',
      shape: [224, 224, 3],
      representations: ['dual-phase', 'dynamic-image'],
      values: `onset to apex, ${SYMMETRIC}`,
    },
    {
      name: 'fall',
      shape: [224, 224, 3],
      representations: ['dual-phase', 'dynamic-image'],
      values: `apex to offset, ${SYMMETRIC}`,
    },
  ],
  parameters: { classes: 5, trainable: 26872453 },
  results: [
    {
      id: 'casme2-arxivlens',
      dataset: 'CASME II',
      protocol: 'not stated',
      scores: { accuracy: 0.7 },
      source: 'DIANet paper, by arxivlens',
      caveat: `${SUMMARY} 70.00 % is 35 of 50 (a hold-out of a fifth) or 175 of 250.`,
    },
    {
      id: 'samm-arxivlens',
      dataset: 'SAMM',
      protocol: 'not stated',
      scores: { accuracy: 0.6889 },
      source: 'DIANet paper, by arxivlens',
      caveat: `${SUMMARY} 68.89 % is 31 of 45 or 93 of 135.`,
    },
    {
      id: 'mmew-arxivlens',
      dataset: 'MMEW',
      protocol: 'not stated',
      scores: { accuracy: 0.6424 },
      source: 'DIANet paper, by arxivlens',
      caveat: `${SUMMARY} 64.24 % is 97 of 151, which fits no usual number of clips.`,
    },
  ],
  presets: { small: { inputShape: [64, 64, 3], width: 8, hidden: 32 } },
  options: dianetOptions,
  create: build,
});

/**
 * DIANet: one dynamic image per phase (onset to apex, apex to offset), one CNN each, joined by cross-attention.
 *
 * Inputs: `rise` and `fall`, `[batch, height, width, 3]` each. Output: logits `[batch, classes]`. Per phase ResNet-18, its
 * last maps as tokens, plus a learned vector per place; then A' = norm(A + attention(A to B)), B' = norm(B + attention(B to
 * A)), a feed-forward block each, the mean of the tokens; side by side, hidden layer, dropout, linear.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createDiaNet } from '@mer/models';
 *
 * const model = createDiaNet({ classes: 5, inputShape: [64, 64, 3], width: 4 });
 * const image = tf.zeros([2, 64, 64, 3]);
 * console.log((model.predict([image, image]) as tf.Tensor).shape); // [ 2, 5 ]
 * ```
 *
 * Reference: arXiv 2510.12219 (4DMR at IJCAI 2025). From the abstract: two phases, a CNN each, cross-attention. This project's
 * choices: ResNet-18, token positions, one layer of four heads, the feed-forward block, the head.
 */
export function createDiaNet(options: DiaNetOptions = {}): tfl.LayersModel {
  return dianet.create(options);
}

function build({
  classes,
  inputShape,
  width,
  heads,
  hidden,
  fusion,
  dropout,
  seed,
}: Resolved<typeof dianetOptions>): tfl.LayersModel {
  const phases = fusion === 'rise' || fusion === 'fall' ? [fusion] : ['rise', 'fall'];
  const inputs = phases.map((name) => tfl.input({ shape: [...inputShape], name }));
  const maps = inputs.map((input, index) =>
    resnet18Features(layerBuilder({ seed, prefix: `${phases[index]}.` }), input, width),
  );
  const nn = layerBuilder({ seed });
  let x = nn.linear(join(nn, maps, { fusion, width, heads }), 'fc1', { units: hidden, activation: 'relu' });
  x = nn.dropout(x, 'dropout', dropout);
  const outputs = nn.linear(x, 'fc2', { units: classes, head: true });
  const backbone = { copies: ['rise.', 'fall.'], parts: RESNET_PARTS };
  return buildModel({ name: 'dianet', inputs, outputs, torchNames: { backbone } });
}

interface JoinPlan {
  fusion: Resolved<typeof dianetOptions>['fusion'];
  width: number;
  heads: number;
}

function join(nn: LayerBuilder, maps: readonly Node[], { fusion, width, heads }: JoinPlan): Node {
  if (fusion === 'cross-attention') return crossAttended(nn, maps, { width: 8 * width, heads });
  const means = maps.map((map, index) => nn.globalAveragePool(map, `avgpool${index + 1}`));
  if (means.length === 1) return means[0]!;
  return fusion === 'sum' ? nn.add(means, 'sum') : nn.concat(means, 'concat');
}

function crossAttended(
  nn: LayerBuilder,
  maps: readonly Node[],
  { width, heads }: { width: number; heads: number },
): Node {
  const tokens = maps.map((map, index) => {
    const flat = nn.apply(new Regroup({ ...nn.named(`tokens${index + 1}`), shape: [-1, width] }), map);
    return nn.apply(new PositionEmbedding(nn.named(`position${index + 1}`)), flat);
  });
  const means = tokens.map((own, index) => {
    const n = index + 1;
    const other = tokens[1 - index]!;
    const seen = nn.apply(new CrossAttention({ ...nn.named(`attention${n}`), heads }), [own, other]);
    const kept = nn.apply(new LayerNormalization(nn.named(`norm${n}`)), nn.add([own, seen], `residual${n}`));
    return nn.globalAveragePool(nn.apply(new FeedForward(nn.named(`feed_forward${n}`)), kept), `mean${n}`);
  });
  return nn.concat(means, 'concat');
}
