import { choice, flag, integer, list, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { declareModel } from './declare-model.js';
import { ChannelGatedFusion } from './layers/channel-gated-fusion.js';
import { ConvolutionalAttention } from './layers/convolutional-attention.js';
import { type LayerBuilder, layerBuilder, type Node } from './layers/layer-builder.js';
import { networkOptions } from './network-options.js';
import { UNSTATED } from './published.js';

const dualBranchOptions = {
  ...networkOptions({ classes: 5, inputShape: [112, 112, 3] }),
  widths: list(
    'Maps of the residual stages; every stage halves height and width, and each but the first stands beside an Inception block.',
    integer('Maps.', { min: 1 }),
    { min: 2, default: [64, 128, 256, 512] },
  ),
  inception: integer(
    'Maps of three of the four paths of an Inception block, and of both stems; a multiple of 4. The path of 5x5 begins with three quarters of it, that of two 3x3 has one and a half times as many.',
    { min: 4, default: 64 },
  ),
  branches: choice('Which branches there are; one alone is an ablation.', ['both', 'residual', 'inception'], {
    default: 'both',
  }),
  attention: flag('Whether CBAM follows each branch, its channel and its spatial gate side by side.', {
    default: true,
  }),
  fusion: choice('How the branches are joined; `sum` and `concat` are ablations.', ['adaptive', 'sum', 'concat'], {
    default: 'adaptive',
  }),
  dropout: number('Share of the pooled features that training drops.', { min: 0, below: 1, default: 0.5 }),
};

/** Options of {@link createDualBranch}. */
export type DualBranchOptions = OptionsOf<typeof dualBranchOptions>;

/** The dual-branch network as a definition: paper, inputs, options, results. */
export const dualBranch = /* @__PURE__ */ declareModel({
  name: 'dual-branch',
  title: 'Dual-branch network: residual and Inception features and their fusion',
  paper: 'Dual-branch 2026, arXiv 2602.23950',
  origin: 'abstract',
  ours: 'The input, widths, every equation; from the abstract: a residual and an Inception branch on flow, parallel attention, an adaptive fusion module. From a machine-written summary: ResNet-12, Inception v3, CBAM in each branch, a fusion built on its gates.',
  inputs: [
    {
      name: 'image',
      shape: [112, 112, 3],
      representations: ['uv-strain', 'flow'],
      values: 'u, v and strain of onset to apex',
    },
  ],
  parameters: { classes: 5, trainable: 9092425 },
  results: [
    {
      id: 'casme2-abstract',
      dataset: 'CASME II (classes not stated)',
      protocol: 'not stated',
      scores: { accuracy: 0.7467 },
      source: 'the paper, abstract',
      caveat: UNSTATED,
    },
  ],
  presets: { small: { inputShape: [28, 28, 3], widths: [16, 32, 64], inception: 16 } },
  options: dualBranchOptions,
  create: build,
});

/**
 * The dual-branch network: a residual and an Inception branch on one flow image, attention after each, a gate for each channel that joins them.
 *
 * Input `[batch, height, width, channels]`; output logits `[batch, classes]`. Residual branch: convolution 3x3, then one block of three convolutions 3x3 for each
 * stage, the first with step 2. Inception branch: convolution 3x3 with step 2, then for each further stage a block of four paths (1x1; 1x1 and 5x5; 1x1 and two 3x3;
 * average and 1x1) and max-pool 3 with step 2; convolution 1x1 to the width of the other branch. Every convolution has batch norm and ReLU.
 * {@link ConvolutionalAttention} with both gates side by side after each branch, {@link ChannelGatedFusion}, global average, dropout, linear.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createDualBranch } from '@mer/models';
 *
 * const model = createDualBranch({ classes: 3, inputShape: [28, 28, 3], widths: [8, 16], inception: 8 });
 * console.log((model.predict(tf.zeros([2, 28, 28, 3])) as tf.Tensor).shape); // [ 2, 3 ]
 * ```
 *
 * Reference: arXiv 2602.23950. From the abstract: both kinds of branches on flow, parallel attention, adaptive fusion. This project's choices: the input, the
 * widths, every equation.
 */
export function createDualBranch(options: DualBranchOptions = {}): tfl.LayersModel {
  return dualBranch.create(options);
}

function build(options: Resolved<typeof dualBranchOptions>): tfl.LayersModel {
  const { classes, inputShape, widths, inception, branches, attention, fusion, dropout, seed } = options;
  if (inception % 4 !== 0) {
    throw new RangeError(
      `Cannot create dual-branch as inception must be a multiple of 4: current value is ${inception}`,
    );
  }
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  const made: Node[] = [];
  if (branches !== 'inception') {
    made.push(residualBranch(layerBuilder({ seed, prefix: 'residual.' }), input, widths, inception));
  }
  if (branches !== 'residual') {
    const plan = { blocks: widths.length - 1, width: inception, filters: widths.at(-1)! };
    made.push(inceptionBranch(layerBuilder({ seed, prefix: 'inception.' }), input, plan));
  }
  // a sixteenth of the channels, but not so few that none of the units may be active
  const hidden = Math.max(4, Math.floor(widths.at(-1)! / 16));
  const weighed = made.map((maps, index) => {
    if (!attention) return maps;
    const name = `attention${index + 1}`;
    return nn.apply(new ConvolutionalAttention({ ...nn.named(name), hidden, order: 'parallel' }), maps);
  });
  const x = nn.dropout(nn.globalAveragePool(joined(nn, weighed, { fusion, hidden }), 'avgpool'), 'dropout', dropout);
  return buildModel({
    name: 'dual-branch',
    inputs: input,
    outputs: nn.linear(x, 'fc', { units: classes, head: true }),
  });
}

interface JoinPlan {
  fusion: 'adaptive' | 'sum' | 'concat';
  /** Width of the gate's hidden layer. */
  hidden: number;
}

function joined(nn: LayerBuilder, branches: Node[], { fusion, hidden }: JoinPlan): Node {
  if (branches.length === 1) return branches[0]!;
  if (fusion === 'sum') return nn.add(branches, 'fusion');
  if (fusion === 'concat') return nn.concat(branches, 'fusion');
  return nn.apply(new ChannelGatedFusion({ ...nn.named('fusion'), hidden }), branches);
}

/** A convolution without bias, batch norm and, where `active`, ReLU. */
function convNorm(
  nn: LayerBuilder,
  x: Node,
  name: string,
  args: { filters: number; size: number; stride?: number; active?: boolean },
): Node {
  const { filters, size: kernelSize, stride = 1, active = true } = args;
  const conv = {
    filters,
    kernelSize,
    stride,
    padding: (kernelSize - 1) / 2,
    bias: false,
    start: 'he-fan-out' as const,
  };
  const y = nn.batchNorm(nn.conv(x, `${name}.conv`, conv), `${name}.bn`);
  return active ? nn.activation(y, `${name}.relu`, 'relu') : y;
}

function residualBranch(nn: LayerBuilder, input: Node, widths: readonly number[], stem: number): Node {
  let x = convNorm(nn, input, 'stem', { filters: stem, size: 3 });
  widths.forEach((filters, index) => {
    const stage = `stage${index + 1}`;
    let y = convNorm(nn, x, `${stage}.1`, { filters, size: 3, stride: 2 });
    y = convNorm(nn, y, `${stage}.2`, { filters, size: 3 });
    y = convNorm(nn, y, `${stage}.3`, { filters, size: 3, active: false });
    const shortcut = convNorm(nn, x, `${stage}.shortcut`, { filters, size: 1, stride: 2, active: false });
    x = nn.activation(nn.add([y, shortcut], `${stage}.add`), `${stage}.relu`, 'relu');
  });
  return x;
}

interface InceptionPlan {
  /** Number of blocks. */
  blocks: number;
  /** Maps of the stem and of most paths. */
  width: number;
  /** Maps of the result. */
  filters: number;
}

function inceptionBranch(nn: LayerBuilder, input: Node, { blocks, width, filters }: InceptionPlan): Node {
  let x = convNorm(nn, input, 'stem', { filters: width, size: 3, stride: 2 });
  for (let n = 1; n <= blocks; n++) {
    const block = `block${n}`;
    const fives = convNorm(nn, x, `${block}.path2.1`, { filters: (width * 3) / 4, size: 1 });
    let threes = convNorm(nn, x, `${block}.path3.1`, { filters: width, size: 1 });
    for (const step of [2, 3]) {
      threes = convNorm(nn, threes, `${block}.path3.${step}`, { filters: (width * 3) / 2, size: 3 });
    }
    const mean = nn.avgPool(x, `${block}.path4.pool`, { size: 3, stride: 1, padding: 1 });
    const paths = [
      convNorm(nn, x, `${block}.path1`, { filters: width, size: 1 }),
      convNorm(nn, fives, `${block}.path2.2`, { filters: width, size: 5 }),
      threes,
      convNorm(nn, mean, `${block}.path4`, { filters: width, size: 1 }),
    ];
    x = nn.maxPool(nn.concat(paths, `${block}.concat`), `${block}.pool`, { size: 3, stride: 2, padding: 1 });
  }
  return convNorm(nn, x, 'out', { filters, size: 1 });
}
