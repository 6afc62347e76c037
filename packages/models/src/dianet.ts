import * as tfl from '@tensorflow/tfjs-layers';
import { RESNET_PARTS, resnet18Features } from './backbones/resnet.js';
import { buildModel } from './build-model.js';
import { checkCommonOptions, checkInteger, checkKeys, checkOneOf, checkRate } from './checks.js';
import { Regroup } from './layers/combine.js';
import { CrossAttention } from './layers/cross-attention.js';
import { PositionEmbedding } from './layers/embedding.js';
import { FeedForward } from './layers/feed-forward.js';
import { type LayerBuilder, layerBuilder, type Node } from './layers/layer-builder.js';
import { LayerNormalization } from './layers/layer-normalization.js';
import { registerLayers } from './layers/register-layers.js';

/** How {@link createDiaNet} joins its two phases; all but `cross-attention` are controls. */
export type DiaNetFusion = 'cross-attention' | 'concat' | 'sum' | 'rise' | 'fall';

/** Options of {@link createDiaNet}. */
export interface DiaNetOptions {
  /** Number of classes; 5 by default. */
  classes?: number;
  /** Height, width and channels of each image; `[224, 224, 3]` by default. */
  inputShape?: readonly [number, number, number];
  /** Maps of the first stage of each ResNet-18; 64 by default. */
  width?: number;
  /** Number of attention heads, which divides 8 times `width`; 4 by default. */
  heads?: number;
  /** Width of the classifier's hidden layer; 256 by default. */
  hidden?: number;
  /** How the phases are joined: `cross-attention` (default) or a control. */
  fusion?: DiaNetFusion;
  /** Share of the features that training drops before the last layer; 0.5 by default. */
  dropout?: number;
  /** Seed of the initial weights and of the dropout masks; 0 by default. */
  seed?: number;
}

const FUSIONS: readonly DiaNetFusion[] = ['cross-attention', 'concat', 'sum', 'rise', 'fall'];

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
  const task = 'create DIANet';
  checkKeys(task, options, ['classes', 'inputShape', 'width', 'heads', 'hidden', 'fusion', 'dropout', 'seed']);
  const { classes = 5, inputShape = [224, 224, 3], width = 64, heads = 4, hidden = 256 } = options;
  const { fusion = 'cross-attention', dropout = 0.5, seed = 0 } = options;
  checkCommonOptions(task, { classes, inputShape, seed });
  for (const [name, value] of Object.entries({ width, heads, hidden })) checkInteger(task, name, value);
  checkOneOf(task, 'fusion', fusion, FUSIONS);
  checkRate(task, 'dropout', dropout);
  registerLayers();
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
  fusion: DiaNetFusion;
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
