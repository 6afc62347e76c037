import { integer, list, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { declareModel } from './declare-model.js';
import { BlockTransformer } from './layers/block-transformer.js';
import { CausalRelations } from './layers/causal-relations.js';
import { Regroup } from './layers/combine.js';
import { type LayerBuilder, layerBuilder, type Node } from './layers/layer-builder.js';
import { LayerNormalization } from './layers/layer-normalization.js';
import { TakeFrames } from './layers/take-frames.js';
import { networkOptions } from './network-options.js';
import { MEGC2019 } from './published.js';

const causalNetOptions = {
  ...networkOptions(
    { classes: 3, inputShape: [4, 28, 28, 3] },
    'Images (four), height, width and channels, height and width alike: `patch` times a power of 2 that `depths` gives.',
  ),
  patch: integer('Side of a patch.', { min: 1, default: 7 }),
  width: integer(
    'Width of the tokens of the first level, a multiple of 8; every level doubles it. 256 is the published network.',
    {
      min: 8,
      default: 64,
    },
  ),
  heads: integer('Number of heads of the first level; every level doubles it.', { min: 1, default: 3 }),
  depths: list(
    'Transformer blocks per level, three levels; the last is the depth of the attention between images too.',
    integer('Blocks.', { min: 1 }),
    {
      min: 3,
      max: 3,
      default: [3, 3, 9],
    },
  ),
  gamma: number('How much the score of a diagonal neighbor is lowered, times its number from 1.', { default: 0.5 }),
  hidden: integer('Width of the layer before the classifier, which has no activation.', { min: 1, default: 2048 }),
};

/** Options of {@link createCausalNet}. */
export type CausalNetOptions = OptionsOf<typeof causalNetOptions>;

/** Heads of the attention between images. */
const HEADS = 8;

/** CausalNet as a definition: paper, inputs, options, results. */
export const causalnet = /* @__PURE__ */ declareModel({
  name: 'causalnet',
  title: 'CausalNet: causal relations between the flows of a whole sequence',
  paper: 'Zhang, Tang, Chen 2025, arXiv 2508.06640',
  origin: 'authors-code',
  ours: 'A fourth of the published width by default, as 276 million weights do not fit training in WebAssembly. No dropout, which the released training has at 0.',
  inputs: [
    {
      name: 'frames',
      shape: [4, 28, 28, 3],
      representations: ['uv-strain', 'flow'],
      values: 'four flow images of a clip; the first two are followed in time, the later two say where things move',
    },
  ],
  parameters: { classes: 3, trainable: 18477961 },
  results: [
    {
      id: 'megc2019-readme',
      dataset: MEGC2019,
      protocol: 'leave one subject out, best of 200 epochs on the test subject, gamma and depths searched there too',
      scores: { uf1: 0.8976, uar: 0.902, accuracy: 0.9118 },
      source: "README of the authors' code",
      caveat: 'Epoch, gamma and depths are chosen on the test subjects: not comparable with others.',
    },
  ],
  presets: { small: { width: 16, depths: [1, 1, 2], hidden: 64 } },
  options: causalNetOptions,
  create: build,
});

/**
 * CausalNet: two hierarchical transformers on four flow images, attention that learns where things move, and causal attention forwards and backwards.
 *
 * Input `[batch, 4, 28, 28, 3]`, output logits `[batch, classes]`. 276,590,089 parameters with `width: 256`, as published. Weights of the authors' PyTorch network
 * load by name.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createModel } from '@mer/models';
 *
 * const model = createModel('causalnet', { preset: 'small' });
 * console.log((model.predict(tf.zeros([2, 4, 28, 28, 3])) as tf.Tensor).shape); // [ 2, 3 ]
 * ```
 *
 * Reference: Zhang, Tang, Chen, ICCV 2025, arXiv 2508.06640; layers and names of the authors' code.
 */
export function createCausalNet(options: CausalNetOptions = {}): tfl.LayersModel {
  return causalnet.create(options);
}

type Plan = Resolved<typeof causalNetOptions>;

function build(plan: Plan): tfl.LayersModel {
  const { classes, inputShape, patch, width, depths, gamma, hidden, seed } = plan;
  const side = patch * 2 ** (depths.length - 1);
  if (inputShape[0] !== 4 || inputShape[1] !== side || inputShape[2] !== side) {
    throw new RangeError(
      `Cannot create causalnet as inputShape must have 4 images of ${side} x ${side} (patch ${patch}, ${depths.length} levels): current value is [${inputShape}]`,
    );
  }
  if (width % HEADS !== 0) {
    throw new RangeError(`Cannot create causalnet as width must be a multiple of ${HEADS}: current value is ${width}`);
  }
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'frames' });
  const features = [
    tower(nn, input, 0, ['to_patch_embedding', 'layers'], plan),
    tower(nn, input, 2, ['to_patch_embedding1', 'layers1'], plan),
  ];
  const relations = new CausalRelations({ ...nn.named('relations'), heads: HEADS, depth: depths.at(-1)!, gamma });
  let x = nn.apply(relations, features);
  x = nn.apply(new Regroup({ ...nn.named('flat'), shape: [12 * width] }), x);
  x = nn.linear(x, 'mlp_head.0', { units: hidden });
  return buildModel({
    name: 'causalnet',
    inputs: input,
    outputs: nn.linear(x, 'mlp_head.1', { units: classes, head: true }),
    torchNames: { code: 'github.com/tony19980810/CausalNet' },
  });
}

/** HTNet's levels on two images of each sample: `[2 batch, 4 width]`. */
function tower(
  nn: LayerBuilder,
  input: Node,
  start: number,
  [patches, layers]: readonly [string, string],
  { patch, width, heads, depths }: Plan,
): Node {
  let x = nn.apply(new TakeFrames({ ...nn.named(`${patches}.frames`), start, count: 2 }), input);
  x = nn.conv(x, `${patches}.1`, { filters: width, kernelSize: patch, stride: patch, layout: 'patches' });
  depths.forEach((depth, level) => {
    const blocks = 2 ** (depths.length - 1 - level);
    x = nn.apply(
      new BlockTransformer({ ...nn.named(`${layers}.${level}.0`), blocks, depth, heads: heads * 2 ** level }),
      x,
    );
    if (level === depths.length - 1) return;
    x = nn.conv(x, `${layers}.${level}.1.0`, { filters: width * 2 ** (level + 1), kernelSize: 3, padding: 1 });
    x = nn.apply(new LayerNormalization({ ...nn.named(`${layers}.${level}.1.1`), style: 'channels' }), x);
    x = nn.maxPool(x, `${layers}.${level}.1.2`, { size: 3, stride: 2, padding: 1 });
  });
  return nn.apply(new Regroup({ ...nn.named(`${layers}.flat`), shape: [4 * width] }), x);
}
