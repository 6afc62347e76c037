import { choice, flag, integer, list, number, type OptionsOf, type Resolved, tuple } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { checkSides } from './check-sides.js';
import { declareModel } from './declare-model.js';
import { Regroup } from './layers/combine.js';
import { GlobalFeatureBlock } from './layers/global-feature-block.js';
import { type LayerBuilder, layerBuilder, type Node } from './layers/layer-builder.js';
import { LocalFeatureBlock } from './layers/local-feature-block.js';
import { RankPooling } from './layers/rank-pooling.js';
import { networkOptions } from './network-options.js';
import { segNet } from './segnet.js';

const fdpOptions = {
  ...networkOptions(
    { classes: 5, inputShape: [8, 64, 64, 1] },
    'Frames, height, width and channels of a clip, height and width multiples of 32.',
  ),
  variant: choice(
    '`paper`: global blocks, frames as channels, a rank scorer. `released`: what the code of the authors builds, which has no global blocks and no scorer and whose frames are mixed by a reshape and normalized one by one.',
    ['paper', 'released'],
    { default: 'paper' },
  ),
  globalBlocks: flag('Whether each stage ends in a global block; as in `variant` by default.', { optional: true }),
  frameOrder: choice(
    'How the frames become channels; `reshaped` mixes time and place. As in `variant` by default.',
    ['permuted', 'reshaped'],
    { optional: true },
  ),
  norm: choice(
    'What batch norm takes the statistics of in training: of all frames of a batch, or of each frame by itself, one after the other; as in `variant` by default.',
    ['batch', 'frame'],
    { optional: true },
  ),
  rank: flag('Whether a learned score weighs the frames; as in `variant` by default.', { optional: true }),
  scorer: integer("Width of the scorer's hidden layer.", { min: 1, default: 64 }),
  stem: tuple("Maps of the stem's three kinds of convolutions.", ['first', 'second', 'third'], {
    default: [64, 32, 64],
  }),
  depths: list('Local blocks per stage.', integer('Blocks.', { min: 1 }), { min: 1, default: [3, 4, 10, 3] }),
  local: list('Maps of the local blocks per stage.', integer('Maps.', { min: 1 }), {
    min: 1,
    default: [96, 192, 384, 768],
  }),
  global: list('Maps of the global block per stage.', integer('Maps.', { min: 1 }), {
    min: 1,
    default: [128, 256, 512, 1024],
  }),
  reductions: list(
    'Square root of the tokens per key in the global block of each stage.',
    integer('Its root.', { min: 1 }),
    { min: 1, default: [8, 4, 2, 1] },
  ),
  hidden: integer("Width of the classifier's hidden layer.", { min: 1, default: 256 }),
  outputs: choice('`all`: logits, the dynamic image, and the scores where there are any.', ['logits', 'all'], {
    default: 'logits',
  }),
  decoder: integer('Maps of the first stage of the network that draws the dynamic image.', { min: 1, default: 64 }),
  dropPath: number('Share of the samples whose last residual branch training drops, less for earlier ones.', {
    min: 0,
    below: 1,
    default: 0.1,
  }),
};

/** Options of {@link createFdp}. */
export type FdpOptions = OptionsOf<typeof fdpOptions>;

/** FDP as a definition: paper, inputs, options, results. */
export const fdp = /* @__PURE__ */ declareModel({
  name: 'fdp',
  title: 'FDP: fine-grained dynamic perception with a dynamic image as second task',
  paper: 'FDP 2025, arXiv 2509.06015',
  origin: 'authors-code',
  ours: 'The rank scorer, which the code of the authors lacks; in variant paper all frames of a batch are seen by batch norm at once, where that code runs one frame of every clip at a time.',
  inputs: [
    {
      name: 'frames',
      shape: [8, 64, 64, 1],
      representations: [],
      values: 'eight aligned gray frames, evenly spaced, from -1 to 1',
    },
  ],
  parameters: { classes: 5, trainable: 67067085 },
  results: [],
  presets: {
    small: {
      inputShape: [8, 32, 32, 1],
      stem: [16, 16, 16],
      depths: [1, 1],
      local: [32, 32],
      global: [128, 128],
      reductions: [4, 2],
      hidden: 32,
      scorer: 16,
      decoder: 2,
    },
  },
  options: fdpOptions,
  create: build,
});

/**
 * FDP: a local-global transformer per frame, the frames joined over time, with a dynamic image as a second task.
 *
 * Input `[batch, frames, height, width, 1]`, gray, from -1 to 1. Outputs: logits `[batch, classes]`; with `outputs: 'all'` also
 * the dynamic image `[batch, height, width, 1]` from 0 to 1 and the scores `[batch, frames]` (see {@link fdpLoss}). Weights of
 * the authors' PyTorch network load by name into `variant: 'released'`.
 *
 * The authors' code runs the frames one after the other, so that batch norm in training sees one frame of every clip at a
 * time: so with `norm: 'frame'`, as `variant: 'released'` has it; else it sees all frames of the batch.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createFdp } from '@mer/models';
 *
 * const model = createFdp({
 *   inputShape: [8, 32, 32, 1],
 *   stem: [8, 8, 8],
 *   depths: [1, 1],
 *   local: [32, 32],
 *   global: [128, 128],
 *   reductions: [2, 1],
 *   hidden: 16,
 * });
 * console.log((model.predict(tf.zeros([1, 8, 32, 32, 1])) as tf.Tensor).shape); // [ 1, 5 ]
 * ```
 *
 * Reference: arXiv 2509.06015; layers and names of the authors' code. The rank scorer, which that code lacks, is this project's
 * choice.
 */
export function createFdp(options: FdpOptions = {}): tfl.LayersModel {
  return fdp.create(options);
}

function build(options: Resolved<typeof fdpOptions>): tfl.LayersModel {
  const plan = planned(options);
  const { classes, inputShape, frameOrder, rank, hidden, outputs, decoder, seed } = plan;
  const [frames, height, width, channels] = inputShape;
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'frames' });
  const each = nn.apply(new Regroup({ ...nn.named('split'), shape: [-2, height, width, channels] }), input);
  const features = frameFeatures(layerBuilder({ seed, prefix: 'frame_rep.' }), each, plan, height * width);
  let x = nn.apply(new Regroup({ ...nn.named('join'), shape: [-2, frames, height * width] }), features);
  let scores: Node | null = null;
  if (rank) {
    const scorer = new RankPooling({ ...nn.named('rank'), hidden: plan.scorer, pool: false });
    [x, scores] = scorer.apply(x) as unknown as [Node, Node];
  }
  if (frameOrder === 'permuted') x = nn.apply(tfl.layers.permute({ name: 'permute', dims: [2, 1] }), x);
  x = nn.apply(new Regroup({ ...nn.named('maps'), shape: [height, width, frames] }), x);
  const collapse = { filters: 8, kernelSize: 3, padding: 1, layout: 'conv3dCollapsed' as const, steady: true };
  const dynamic = nn.conv(x, 'mer.conv3d', collapse);
  x = nn.flatten(nn.maxPool(dynamic, 'mer.maxpooling3d', { size: 3 }), 'mer.flatten');
  x = nn.linear(x, 'mer.fc1', { units: hidden, activation: 'relu' });
  const logits = nn.linear(x, 'mer.fc2', { units: classes, head: true });
  const name = 'fdp';
  const names =
    plan.globalBlocks || rank ? { noCode: "the authors' code has variant: 'released' alone" } : { code: CODE };
  if (outputs === 'logits') {
    return buildModel({ name, inputs: input, outputs: logits, torchNames: { ...names, unused: ['dyimg_net.'] } });
  }
  const drawn = segNet(layerBuilder({ seed, prefix: 'dyimg_net.' }), dynamic, { width: decoder, outputs: 1 });
  const image = nn.activation(drawn, 'sigmoid', 'sigmoid');
  return buildModel({
    name,
    inputs: input,
    outputs: scores === null ? [logits, image] : [logits, image, scores],
    torchNames: names,
  });
}

const CODE = 'github.com/CYF-cuber/FDP';

type FdpPlan = ReturnType<typeof planned>;

/** The options with what follows from the variant. */
function planned(options: Resolved<typeof fdpOptions>) {
  const { inputShape, depths, local, global, reductions } = options;
  checkSides('create fdp', inputShape, 32);
  for (const [name, list] of Object.entries({ local, global, reductions })) {
    if (list.length !== depths.length) {
      throw new RangeError(
        `Cannot create fdp as ${name} must have one number per stage (${depths.length}): current value is [${list}]`,
      );
    }
  }
  const paper = options.variant === 'paper';
  const { globalBlocks = paper, frameOrder = paper ? 'permuted' : 'reshaped', rank = paper } = options;
  const { norm = paper ? 'batch' : 'frame' } = options;
  return { ...options, globalBlocks, frameOrder, rank, frames: norm === 'frame' ? inputShape[0] : 1 };
}

/** Stem, stages of local blocks (each closed by a global one), norm, global average, linear. */
function frameFeatures(nn: LayerBuilder, input: Node, plan: FdpPlan, size: number): Node {
  const { stem, depths, local, global, reductions, globalBlocks, dropPath, frames } = plan;
  const start = 'truncated-normal' as const;
  let x = input;
  [stem[0], stem[1], stem[2], stem[2]].forEach((filters, index) => {
    const stride = index === 0 || index === 3 ? 2 : 1;
    const args = { filters, kernelSize: 3, stride, padding: 1, bias: false, start };
    x = nn.batchNorm(nn.conv(x, `stem.${index}.conv`, args), `stem.${index}.norm`, { frames });
    x = nn.activation(x, `stem.${index}.act`, 'relu');
  });
  const blocks = depths.flatMap((depth, stage) =>
    Array.from({ length: depth + (globalBlocks ? 1 : 0) }, (_, number) => ({
      stage,
      stride: stage > 0 && number === 0 ? 2 : 1,
      global: number === depth,
    })),
  );
  blocks.forEach((block, index) => {
    const named = nn.named(`features.${index}`);
    const { stage, stride } = block;
    const rate = blocks.length === 1 ? 0 : (dropPath * index) / (blocks.length - 1);
    const layer = block.global
      ? new GlobalFeatureBlock({
          ...named,
          filters: global[stage]!,
          stride,
          reduction: reductions[stage]!,
          dropPath: rate,
          frames,
        })
      : new LocalFeatureBlock({ ...named, filters: local[stage]!, stride, dropPath: rate, frames });
    x = nn.apply(layer, x);
  });
  x = nn.globalAveragePool(nn.batchNorm(x, 'norm', { frames }), 'avgpool');
  return nn.linear(x, 'proj_head.0', { units: size, start });
}
