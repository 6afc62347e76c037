import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { checkInteger, checkKeys, checkOneOf, checkRate, checkShape } from './checks.js';
import { Regroup } from './layers/combine.js';
import { GlobalFeatureBlock } from './layers/global-feature-block.js';
import { type LayerBuilder, layerBuilder, type Node } from './layers/layer-builder.js';
import { LocalFeatureBlock } from './layers/local-feature-block.js';
import { RankPooling, rankingLoss } from './layers/rank-pooling.js';
import { registerLayers } from './layers/register-layers.js';
import { segNet } from './segnet.js';

/** Options of {@link createFdp}. */
export interface FdpOptions {
  /** Number of classes; 5 by default. */
  classes?: number;
  /** Frames, height, width and channels of a clip, height and width multiples of 32; `[8, 64, 64, 1]` by default. */
  inputShape?: readonly [number, number, number, number];
  /**
   * `paper` (default): global blocks, frames as channels, a rank scorer. `released`: what the authors' code builds, which has
   * no global blocks and no scorer and whose frames are mixed by a reshape.
   */
  variant?: 'paper' | 'released';
  /** Whether each stage ends in a {@link GlobalFeatureBlock}; as in `variant` by default. */
  globalBlocks?: boolean;
  /** How the frames become channels: `permuted`, or `reshaped`, which mixes time and place; as in `variant` by default. */
  frameOrder?: 'permuted' | 'reshaped';
  /** Whether a learned score weighs the frames ({@link RankPooling}); as in `variant` by default. */
  rank?: boolean;
  /** Width of the scorer's hidden layer; 64 by default. */
  scorer?: number;
  /** Maps of the stem's three kinds of convolutions; `[64, 32, 64]` by default. */
  stem?: readonly [number, number, number];
  /** Local blocks per stage; `[3, 4, 10, 3]` by default. */
  depths?: readonly number[];
  /** Maps of the local blocks per stage; `[96, 192, 384, 768]` by default. */
  local?: readonly number[];
  /** Maps of the global block per stage; `[128, 256, 512, 1024]` by default. */
  global?: readonly number[];
  /** Square root of the tokens per key in the global block of each stage; `[8, 4, 2, 1]` by default. */
  reductions?: readonly number[];
  /** Width of the classifier's hidden layer; 256 by default. */
  hidden?: number;
  /** `logits` (default), or `all`: logits, the dynamic image, and the scores where there are any. */
  outputs?: 'logits' | 'all';
  /** Maps of the first stage of the network that draws the dynamic image; 64 by default. */
  decoder?: number;
  /** Share of the samples whose last residual branch training drops, less for earlier ones; 0.1 by default. */
  dropPath?: number;
  /** Seed of the initial weights and of the masks; 0 by default. */
  seed?: number;
}

/**
 * FDP: a local-global transformer per frame, the frames joined over time, with a dynamic image as a second task.
 *
 * Input `[batch, frames, height, width, 1]`, grey, from -1 to 1. Outputs: logits `[batch, classes]`; with `outputs: 'all'` also
 * the dynamic image `[batch, height, width, 1]` from 0 to 1 and the scores `[batch, frames]` (see {@link fdpLoss}). Weights of
 * the authors' PyTorch network load by name into `variant: 'released'`.
 *
 * The authors' code runs the frames one after the other, so that batch norm in training sees one frame of every clip at a
 * time; here it sees all frames of the batch.
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
  const plan = fdpPlan(options);
  const { classes, inputShape, frameOrder, rank, hidden, outputs, decoder, seed } = plan;
  const [frames, height, width, channels] = inputShape;
  registerLayers();
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
  const collapse = { filters: 8, kernelSize: 3, padding: 1, layout: 'conv3dCollapsed' as const };
  const dynamic = nn.conv(x, 'mer.conv3d', collapse);
  x = nn.flatten(nn.maxPool(dynamic, 'mer.maxpooling3d', { size: 3 }), 'mer.flatten');
  x = nn.linear(x, 'mer.fc1', { units: hidden, activation: 'relu' });
  const logits = nn.linear(x, 'mer.fc2', { units: classes, head: true });
  const name = 'fdp';
  if (outputs === 'logits') {
    return buildModel({ name, inputs: input, outputs: logits, torchNames: { unused: ['dyimg_net.'] } });
  }
  const drawn = segNet(layerBuilder({ seed, prefix: 'dyimg_net.' }), dynamic, { width: decoder, outputs: 1 });
  const image = nn.activation(drawn, 'sigmoid', 'sigmoid');
  return buildModel({ name, inputs: input, outputs: scores === null ? [logits, image] : [logits, image, scores] });
}

type FdpPlan = Required<FdpOptions>;

function fdpPlan(options: FdpOptions): FdpPlan {
  const task = 'create FDP';
  const { variant = 'paper' } = options;
  checkOneOf(task, 'variant', variant, ['paper', 'released']);
  const paper = variant === 'paper';
  const plan: FdpPlan = {
    classes: 5,
    inputShape: [8, 64, 64, 1],
    variant,
    globalBlocks: paper,
    frameOrder: paper ? 'permuted' : 'reshaped',
    rank: paper,
    scorer: 64,
    stem: [64, 32, 64],
    depths: [3, 4, 10, 3],
    local: [96, 192, 384, 768],
    global: [128, 256, 512, 1024],
    reductions: [8, 4, 2, 1],
    hidden: 256,
    outputs: 'logits',
    decoder: 64,
    dropPath: 0.1,
    seed: 0,
  };
  checkKeys(task, options, Object.keys(plan));
  Object.assign(plan, Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)));
  checkInteger(task, 'classes', plan.classes, 2);
  checkShape(task, 'inputShape', plan.inputShape, '[frames, height, width, channels]');
  if (plan.inputShape[1] % 32 !== 0 || plan.inputShape[2] % 32 !== 0) {
    throw new RangeError(
      `Cannot ${task} as inputShape must have multiples of 32 as height and width: current value is [${plan.inputShape}]`,
    );
  }
  const { depths, local, global, reductions, stem } = plan;
  for (const [name, list] of Object.entries({ depths, local, global, reductions })) {
    for (const value of list) checkInteger(task, `each of ${name}`, value);
    if (list.length !== depths.length) {
      throw new RangeError(
        `Cannot ${task} as ${name} must have one number per stage (${depths.length}): current value is [${list}]`,
      );
    }
  }
  for (const value of stem) checkInteger(task, 'each of stem', value);
  checkOneOf(task, 'frameOrder', plan.frameOrder, ['permuted', 'reshaped']);
  checkOneOf(task, 'outputs', plan.outputs, ['logits', 'all']);
  checkInteger(task, 'hidden', plan.hidden);
  checkInteger(task, 'decoder', plan.decoder);
  checkInteger(task, 'scorer', plan.scorer);
  checkRate(task, 'dropPath', plan.dropPath);
  checkInteger(task, 'seed', plan.seed, 0);
  return plan;
}

/** Stem, stages of local blocks (each closed by a global one), norm, global average, linear. */
function frameFeatures(nn: LayerBuilder, input: Node, plan: FdpPlan, size: number): Node {
  const { stem, depths, local, global, reductions, globalBlocks, dropPath } = plan;
  const start = 'truncated-normal' as const;
  let x = input;
  [stem[0], stem[1], stem[2], stem[2]].forEach((filters, index) => {
    const stride = index === 0 || index === 3 ? 2 : 1;
    const args = { filters, kernelSize: 3, stride, padding: 1, bias: false, start };
    x = nn.batchNorm(nn.conv(x, `stem.${index}.conv`, args), `stem.${index}.norm`);
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
        })
      : new LocalFeatureBlock({ ...named, filters: local[stage]!, stride, dropPath: rate });
    x = nn.apply(layer, x);
  });
  x = nn.globalAveragePool(nn.batchNorm(x, 'norm'), 'avgpool');
  return nn.linear(x, 'proj_head.0', { units: size, start });
}

/** What {@link fdpLoss} compares the outputs with. */
export interface FdpTargets {
  /** Class of each clip, `[batch]`, int32. */
  labels: tf.Tensor1D;
  /** Dynamic image of each clip, `[batch, height, width, 1]`, from 0 to 1. */
  image: tf.Tensor4D;
}

/** Weights of the terms of {@link fdpLoss}. */
export interface FdpLossOptions {
  /** Weight of the dynamic image's mean squared error; 100 by default. */
  image?: number;
  /** Weight of the {@link rankingLoss}; 0.1 by default, without effect where there are no scores. */
  rank?: number;
}

/**
 * The loss of FDP: cross-entropy + 100 mean squared error of the dynamic image + 0.1 ranking loss of the scores.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { fdpLoss } from '@mer/models';
 *
 * const outputs = [tf.tensor2d([[9, -9]]), tf.zeros([1, 4, 4, 1])];
 * const targets = { labels: tf.tensor1d([0], 'int32'), image: tf.zeros([1, 4, 4, 1]) as tf.Tensor4D };
 * console.log(fdpLoss(outputs, targets).dataSync()[0]! < 1e-6); // true
 * ```
 *
 * Reference: arXiv 2509.06015; the first two weights of the authors' code, the third this project's choice.
 */
export function fdpLoss(
  outputs: readonly tf.Tensor[],
  { labels, image }: FdpTargets,
  { image: imageWeight = 100, rank = 0.1 }: FdpLossOptions = {},
): tf.Scalar {
  return tf.tidy(() => {
    const [logits, drawn, scores] = outputs as [tf.Tensor2D, tf.Tensor4D, tf.Tensor2D | undefined];
    const truth = tf.oneHot(labels, logits.shape[1]);
    const error = tf.mean(tf.square(tf.sub(drawn, image)));
    const sum = tf.add(tf.losses.softmaxCrossEntropy(truth, logits), tf.mul(error, imageWeight));
    return (scores === undefined ? sum : tf.add(sum, tf.mul(rankingLoss(scores), rank))) as tf.Scalar;
  });
}
