import { choice, flag, integer, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { checkSides } from './check-sides.js';
import { declareModel } from './declare-model.js';
import { Regroup } from './layers/combine.js';
import { Conv2d } from './layers/conv2d.js';
import { ClassToken, PositionEmbedding, TakeToken } from './layers/embedding.js';
import { type LayerBuilder, layerBuilder, type Node } from './layers/layer-builder.js';
import { LayerNormalization } from './layers/layer-normalization.js';
import { Lstm } from './layers/lstm.js';
import { StoredWeights } from './layers/stored-weights.js';
import { VitBlock } from './layers/vit-block.js';
import { networkOptions } from './network-options.js';
import { IMAGENET_VALUES, MEGC2019, UNCHECKED } from './published.js';

const slsttOptions = {
  ...networkOptions(
    { classes: 3, inputShape: [11, 384, 384, 3] },
    'Frames, height, width and channels of a sequence, height and width multiples of `patch`.',
  ),
  head: choice(
    'What joins the frames: `lstm`, a recurrent network over them and two linear layers; `mean`, the mean of the logits of each.',
    ['lstm', 'mean'],
    { default: 'lstm' },
  ),
  frozen: flag(
    'Whether training leaves patches, tokens, positions and transformer blocks as they are, as the released code does.',
    { default: true },
  ),
  patch: integer('Side of a patch.', { min: 1, default: 16 }),
  width: integer('Width of the tokens.', { min: 1, default: 768 }),
  depth: integer('Number of transformer blocks.', { min: 1, default: 12 }),
  heads: integer('Number of heads, which divides `width`.', { min: 1, default: 12 }),
  units: integer("Width of the recurrent network's states.", { min: 1, default: 512 }),
  layers: integer('Layers of the recurrent network.', { min: 1, default: 3 }),
  hidden: integer('Width of the layer before the classifier.', { min: 1, default: 256 }),
  dropout: number('Share of the elements of each branch that training drops, in frozen blocks too.', {
    min: 0,
    below: 1,
    default: 0.1,
  }),
};

/** Options of {@link createSlstt}. */
export type SlsttOptions = OptionsOf<typeof slsttOptions>;

/** SLSTT as a definition: paper, inputs, options, results. */
export const slstt = /* @__PURE__ */ declareModel({
  name: 'slstt',
  title: 'SLSTT: transformer on long-term optical flow',
  paper: 'Zhang, Hong, Arandjelovic, Zhao 2022, arXiv 2112.05851',
  origin: 'authors-code',
  ours: 'The scores of the attention are not dropped in training. Weights that a head does not use are kept, untrained, so that state dicts are whole.',
  inputs: [
    {
      name: 'frames',
      shape: [11, 384, 384, 3],
      representations: [],
      values: `flow of the onset to each of 11 frames, drawn in colors, as ${IMAGENET_VALUES}`,
    },
  ],
  parameters: { classes: 3, trainable: 6961667 },
  results: [
    {
      id: 'megc2019-paper',
      dataset: MEGC2019,
      protocol: 'leave one subject out, best epoch on the test subject; LSTM head',
      scores: { uf1: 0.816, uar: 0.79 },
      source: 'SLSTT paper',
      caveat: `The epoch is chosen on the test subject: not comparable with others. ${UNCHECKED}`,
    },
  ],
  presets: {
    small: { inputShape: [5, 32, 32, 3], patch: 8, width: 48, depth: 2, heads: 3, units: 48, layers: 2, hidden: 32 },
  },
  options: slsttOptions,
  create: build,
});

/**
 * SLSTT: a Vision Transformer gives one token for each picture of long-term optical flow; a recurrent network, or their mean, joins them.
 *
 * Input `[batch, 11, 384, 384, 3]`, output logits `[batch, classes]`. 93,052,934 parameters with 3 classes, of which 6,961,667 are trained: the released
 * code takes no gradient of the transformer, so training needs its tokens alone ({@link runFrozen}). Weights of the authors' PyTorch network load by name, and
 * come out whole. The table of positions belongs to one size of the frames.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createModel } from '@mer/models';
 *
 * const model = createModel('slstt', { preset: 'small' });
 * console.log((model.predict(tf.zeros([2, 5, 32, 32, 3])) as tf.Tensor).shape); // [ 2, 3 ]
 * ```
 *
 * Reference: Zhang, Hong, Arandjelovic, Zhao, IEEE TAFFC 2022, arXiv 2112.05851; layers and names of the authors' code.
 */
export function createSlstt(options: SlsttOptions = {}): tfl.LayersModel {
  return slstt.create(options);
}

function build(plan: Resolved<typeof slsttOptions>): tfl.LayersModel {
  const { inputShape, head, classes, patch, width, depth, heads, units, layers, hidden, dropout, seed } = plan;
  if (width % heads !== 0) {
    throw new RangeError(`Cannot create slstt as heads must divide width: current values are ${heads} and ${width}`);
  }
  checkSides('create slstt', inputShape, patch);
  const [frames, ...image] = inputShape;
  const nn = layerBuilder({ seed });
  const still = (name: string) => ({ ...nn.named(`vit.${name}`), trainable: !plan.frozen });
  const input = tfl.input({ shape: [...inputShape], name: 'frames' });
  let x = nn.apply(new Regroup({ ...nn.named('each'), shape: [-2, ...image] }), input);
  x = nn.apply(new Conv2d({ ...still('patch_embedding'), filters: width, kernelSize: patch, stride: patch }), x);
  x = nn.apply(new Regroup({ ...nn.named('patches'), shape: [-1, width] }), x);
  x = nn.apply(new ClassToken(still('class_token')), x);
  x = nn.apply(new PositionEmbedding(still('positional_embedding.pos_embedding')), x);
  for (let number = 0; number < depth; number++) {
    x = nn.apply(new VitBlock({ ...still(`transformer.blocks.${number}`), heads, dropout }), x);
  }
  x = nn.apply(new TakeToken(nn.named('take')), x);
  x = nn.apply(new Regroup({ ...nn.named('frame-tokens'), shape: [-2, frames, width] }), x);
  x = nn.apply(new LayerNormalization({ ...nn.named('vit.norm'), epsilon: 1e-6 }), x);
  const stored: [string, number[]][] = head === 'lstm' ? tokenClassifier(plan) : recurrentClassifier(plan);
  const kept = { names: stored.map(([name]) => name), shapes: stored.map(([, shape]) => shape) };
  x = nn.apply(new StoredWeights({ ...nn.named('stored'), ...kept }), x);
  const outputs = head === 'lstm' ? joined(nn, x, { units, layers, hidden, classes }) : meanOf(nn, x, classes);
  const backbone = {
    copies: ['vit.'],
    parts: ['patch_embedding', 'class_token', 'positional_embedding', 'transformer', 'norm'],
  };
  return buildModel({
    name: 'slstt',
    inputs: input,
    outputs,
    torchNames: { code: 'github.com/Vision-Intelligence-and-Robots-Group/SLSTT', backbone },
  });
}

function joined(nn: LayerBuilder, tokens: Node, plan: Record<'units' | 'layers' | 'hidden' | 'classes', number>): Node {
  let x = nn.apply(new Lstm({ ...nn.named('lstm'), units: plan.units, layers: plan.layers }), tokens);
  x = nn.linear(x, 'fc1', { units: plan.hidden, activation: 'relu' });
  return nn.linear(x, 'fc2', { units: plan.classes, head: true });
}

function meanOf(nn: LayerBuilder, tokens: Node, classes: number): Node {
  return nn.globalAveragePool(nn.linear(tokens, 'vit.fc', { units: classes, head: true, start: 'zeros' }), 'mean');
}

type Sizes = Record<'classes' | 'width' | 'units' | 'layers' | 'hidden', number>;

/** What the head `lstm` does not use. */
function tokenClassifier({ classes, width }: Sizes): [string, number[]][] {
  return [
    ['vit.fc.weight', [classes, width]],
    ['vit.fc.bias', [classes]],
  ];
}

/** What the head `mean` does not use. */
function recurrentClassifier({ classes, width, units, layers, hidden }: Sizes): [string, number[]][] {
  const recurrent = Array.from({ length: layers }, (_, n): [string, number[]][] => [
    [`lstm.weight_ih_l${n}`, [4 * units, n === 0 ? width : units]],
    [`lstm.weight_hh_l${n}`, [4 * units, units]],
    [`lstm.bias_ih_l${n}`, [4 * units]],
    [`lstm.bias_hh_l${n}`, [4 * units]],
  ]);
  return [
    ...recurrent.flat(),
    ['fc1.weight', [hidden, units]],
    ['fc1.bias', [hidden]],
    ['fc2.weight', [classes, hidden]],
    ['fc2.bias', [classes]],
  ];
}
