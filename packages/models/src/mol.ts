import { choice, integer, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { declareModel } from './declare-model.js';
import { flowNet } from './flow-net.js';
import { ChannelGraphConv } from './layers/channel-graph-conv.js';
import { Regroup } from './layers/combine.js';
import { FullContextConv } from './layers/full-context-conv.js';
import { type LayerBuilder, layerBuilder, type Node } from './layers/layer-builder.js';
import { SpaceTimeConv, SpaceTimeMaxPool } from './layers/space-time-conv.js';
import { StoredWeights } from './layers/stored-weights.js';
import { TakeFrames } from './layers/take-frames.js';
import { networkOptions } from './network-options.js';

const molOptions = {
  ...networkOptions(
    { classes: 5, inputShape: [8, 128, 128, 1] },
    'Frames (at least 4), height, width and channels of a clip, height and width alike: a multiple of 64, at most 256.',
  ),
  variant: choice(
    '`paper`: the graph joins channels, an edge is the difference of its ends. `released`: what the code of the authors computes, whose graph joins places and subtracts twice.',
    ['paper', 'released'],
    { default: 'paper' },
  ),
  nodes: choice('What the graph joins; as in `variant` by default.', ['channels', 'places'], { optional: true }),
  edges: choice('What an edge sees; as in `variant` by default.', ['difference', 'released'], { optional: true }),
  neighbors: integer('Neighbors of a node, itself included.', { min: 1, default: 4 }),
  norm: choice(
    'What batch norm takes the statistics of in training: of each frame of all clips by itself, as the code of the authors does, or of all frames at once, which is quicker.',
    ['frame', 'batch'],
    { default: 'frame' },
  ),
  width: integer('Maps of a frame, a multiple of 16.', { min: 16, default: 128 }),
  flow: integer('Maps of the first convolution of the flow network, even.', { min: 2, default: 64 }),
  landmarks: integer("Width of the landmark network's hidden layer.", { min: 1, default: 512 }),
  hidden: integer("Width of the classifier's hidden layer.", { min: 1, default: 256 }),
  dropout: number('Share of the features that training drops before both layers of the classifier.', {
    min: 0,
    below: 1,
    default: 0.5,
  }),
  outputs: choice(
    '`all`: logits, flow between neighboring frames and landmarks of the later one: what the loss `mol` compares.',
    ['logits', 'all'],
    { default: 'logits' },
  ),
};

/** Options of {@link createMol}. */
export type MolOptions = OptionsOf<typeof molOptions>;

/** Maps of the convolutions over place and time and of the landmarks. */
const MAPS = 32;

/** MOL as a definition: paper, inputs, options, results. */
export const mol = /* @__PURE__ */ declareModel({
  name: 'mol',
  title: 'MOL: micro-expression, optical flow and landmarks in one network',
  paper: 'Shao, Cheng et al. 2025, arXiv 2506.14511',
  origin: 'authors-code',
  ours: 'With outputs logits the flow and landmark networks are left out. The released code finds the neighbors of places where it means channels, and subtracts a node twice: variant released has both.',
  inputs: [
    {
      name: 'frames',
      shape: [8, 128, 128, 1],
      representations: [],
      values: 'eight aligned gray frames, evenly spaced, about -1 to 1',
    },
  ],
  parameters: { classes: 5, trainable: 1054861 },
  results: [],
  presets: { small: { inputShape: [8, 64, 64, 1], width: 32, flow: 4, landmarks: 64, hidden: 64 } },
  options: molOptions,
  create: build,
});

/**
 * MOL: micro-expression, optical flow between frames and landmarks, learned together from features of every frame by convolutions over the whole picture and over
 * a graph of channels.
 *
 * Input `[batch, frames, height, width, 1]`, gray. Outputs: logits `[batch, classes]`; with `outputs: 'all'` also the flow of each frame to the next, in
 * pixels, `[batch, frames - 1, height, width, 2]`, and the landmarks of each frame but the first, in pixels, `[batch, frames - 1, 68, 2]`. 44,105,379
 * parameters with `outputs: 'all'`, the stored and never used ones included. Weights of the authors' PyTorch network load by name.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createMol } from '@mer/models';
 *
 * const model = createMol({ inputShape: [4, 64, 64, 1], width: 16, flow: 2, landmarks: 8, hidden: 8, outputs: 'all' });
 * const outputs = model.predict(tf.zeros([1, 4, 64, 64, 1])) as tf.Tensor[];
 * console.log(outputs.map(({ shape }) => shape.join(' ')).join(', ')); // 1 5, 1 3 64 64 2, 1 3 68 2
 * ```
 *
 * Reference: arXiv 2506.14511; layers and names of the authors' code.
 */
export function createMol(options: MolOptions = {}): tfl.LayersModel {
  return mol.create(options);
}

type Plan = Resolved<typeof molOptions>;

function build(plan: Plan): tfl.LayersModel {
  const { inputShape, width, outputs, norm, seed } = plan;
  checkPlan(plan);
  const [frames, height, side, channels] = inputShape;
  const pairs = frames - 1;
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'frames' });
  const each = nn.apply(new Regroup({ ...nn.named('each'), shape: [-2, height, side, channels] }), input);
  const x = encoded(nn, each, width);
  const earlier = pictureFeatures(nn, taken(nn, x, frames, 0), 1, plan);
  const later = pictureFeatures(nn, taken(nn, x, frames, 1), 2, plan);
  const logits = classified(nn, [earlier, later], plan);
  const name = 'mol';
  if (outputs === 'logits') {
    return buildModel({
      name,
      inputs: input,
      outputs: logits,
      torchNames: { code: CODE, unused: ['flownet.', 'ldm_predictor.'] },
    });
  }
  const flow = flowNet(layerBuilder({ seed, prefix: 'flownet.' }), each, [earlier, later], {
    width: plan.flow,
    frames,
    perFrame: norm === 'frame',
  });
  const ldm = layerBuilder({ seed, prefix: 'ldm_predictor.' });
  let points = ldm.conv(later, 'convldm', { filters: MAPS, kernelSize: 3, activation: 'relu' });
  points = ldm.linear(ldm.flatten(points, 'flatten'), 'fc1', { units: plan.landmarks, activation: 'relu' });
  points = ldm.linear(points, 'fc2', { units: 136 });
  const inClips = (given: Node, layer: string, shape: number[]) =>
    nn.apply(new Regroup({ ...nn.named(layer), shape: [-2, pairs, ...shape] }), given);
  return buildModel({
    name,
    inputs: input,
    outputs: [logits, inClips(flow, 'flow', [height, side, 2]), inClips(points, 'landmarks', [68, 2])],
    torchNames: { code: CODE },
  });
}

const CODE = 'github.com/CYF-cuber/MOL';

function checkPlan({ inputShape, width, flow }: Plan): void {
  const [frames, height, side] = inputShape;
  if (frames < 4 || height !== side || side % 64 !== 0 || side > 256) {
    throw new RangeError(
      `Cannot create mol as inputShape must have at least 4 frames, as high as wide, with a multiple of 64 up to 256 as side: current value is [${inputShape}]`,
    );
  }
  for (const [name, value, step] of [['width', width, 16] as const, ['flow', flow, 2] as const]) {
    if (value % step !== 0) {
      throw new RangeError(`Cannot create mol as ${name} must be a multiple of ${step}: current value is ${value}`);
    }
  }
}

/** Four convolutions with nothing between, to an eighth of the side. */
function encoded(nn: LayerBuilder, x: Node, width: number): Node {
  const layers = [
    { filters: width / 16, kernelSize: 4, stride: 2 },
    { filters: width / 4, kernelSize: 3, stride: 2 },
    { filters: width / 2, kernelSize: 2, stride: 2, padding: 1 },
    { filters: width, kernelSize: 1 },
  ];
  return layers.reduce((given, args, i) => nn.conv(given, `conv_stack.conv_stack.${i}`, args), x);
}

/** The frames of every pair that come first (`start` 0) or second (1), one after the other in the batch. */
function taken(nn: LayerBuilder, x: Node, frames: number, start: 0 | 1): Node {
  const name = start === 0 ? 'earlier' : 'later';
  const shape = [-2, frames, ...(x.shape.slice(1) as number[])];
  const clips = nn.apply(new Regroup({ ...nn.named(`${name}-clips`), shape }), x);
  return nn.apply(new TakeFrames({ ...nn.named(name), start, count: frames - 1 }), clips);
}

/** Features of the first or second picture of every pair. */
function pictureFeatures(nn: LayerBuilder, x: Node, number: 1 | 2, plan: Plan): Node {
  const { variant, neighbors, norm, inputShape, width } = plan;
  const released = variant === 'released';
  const { nodes = released ? 'places' : 'channels', edges = released ? 'released' : 'difference' } = plan;
  const frames = norm === 'frame' ? inputShape[0] - 1 : 1;
  const name = `FCC_${number}`;
  const stored = neverUsed(`${name}.ffn`, width);
  const kept = { names: stored.map(([weight]) => weight), shapes: stored.map(([, shape]) => shape) };
  let y = nn.apply(new FullContextConv({ ...nn.named(name), frames }), x);
  y = nn.apply(new StoredWeights({ ...nn.named(`${name}.stored`), ...kept }), y);
  const graph = nn.apply(new ChannelGraphConv({ ...nn.named(`CCC_${number}`), neighbors, nodes, edges }), y);
  return nn.add([y, graph], `features_${number}`);
}

/** What the authors' full-context convolution stores beside its own weights. */
function neverUsed(name: string, width: number): [string, number[]][] {
  const norm = ['weight', 'bias', 'running_mean', 'running_var'];
  return [
    ...norm.map((entry): [string, number[]] => [`${name}.0.${entry}`, [width]]),
    [`${name}.1.weight`, [2, width, 1, 1]],
    [`${name}.1.bias`, [2]],
    [`${name}.4.weight`, [width, 2, 1, 1]],
    [`${name}.4.bias`, [width]],
  ];
}

/** Both pictures of each pair in a row, through a convolution over place and time, to logits. */
function classified(nn: LayerBuilder, pictures: readonly Node[], { inputShape, hidden, classes, dropout }: Plan): Node {
  const shape = pictures[0]!.shape.slice(1) as number[];
  const single = pictures.map((picture, i) =>
    nn.apply(new Regroup({ ...nn.named(`picture_${i + 1}`), shape: [1, ...shape] }), picture),
  );
  const both = nn.apply(tfl.layers.concatenate({ name: 'pairs', axis: 1 }), single);
  let x = nn.apply(new Regroup({ ...nn.named('in-a-row'), shape: [-2, 2 * (inputShape[0] - 1), ...shape] }), both);
  x = nn.apply(new SpaceTimeConv({ ...nn.named('mer_3dcnn.conv3d'), filters: MAPS }), x);
  x = nn.apply(new SpaceTimeMaxPool(nn.named('mer_3dcnn.maxpooling3d')), x);
  x = nn.dropout(x, 'mer_3dcnn.dropout', dropout);
  // as PyTorch flattens: maps, rows, columns, moments
  x = nn.apply(tfl.layers.permute({ name: 'mer_3dcnn.permute', dims: [4, 2, 3, 1] }), x);
  x = nn.apply(new Regroup({ ...nn.named('mer_3dcnn.flatten'), shape: [-1] }), x);
  x = nn.linear(x, 'mer_3dcnn.fc1', { units: hidden, activation: 'relu' });
  return nn.linear(nn.dropout(x, 'mer_3dcnn.dropout2', dropout), 'mer_3dcnn.fc2', { units: classes, head: true });
}
