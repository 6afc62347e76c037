import { flag, integer, number, type OptionsOf, type Resolved, tuple } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel, type StoredEntry, storedNorm } from './build-model.js';
import { checkSides } from './check-sides.js';
import { declareModel, type PublishedResult } from './declare-model.js';
import { Difference } from './layers/combine.js';
import { ContinuousAttention } from './layers/continuous-attention.js';
import { type LayerBuilder, layerBuilder, type Node } from './layers/layer-builder.js';
import { networkOptions } from './network-options.js';
import { positionBranch, storedByPositionBranch } from './position-branch.js';
import { IMAGENET_VALUES } from './published.js';

const mmnetOptions = {
  ...networkOptions(
    { classes: 5, inputShape: [224, 224, 3] },
    'Height, width and channels of a frame, height and width multiples of 16.',
  ),
  stem: integer('Maps of the stem.', { min: 1, default: 180 }),
  widths: tuple('Maps of the four blocks, the last divisible by 4.', ['first', 'second', 'third', 'fourth'], {
    default: [128, 128, 256, 512],
  }),
  positionDepth: integer(
    'Transformer blocks of the position branch; the network that the authors train on three classes has 3.',
    {
      min: 1,
      default: 2,
    },
  ),
  expansion: number("Width of these blocks' hidden layers over that of their tokens; 2 for three classes.", {
    above: 0,
    default: 4,
  }),
  dropPath: number(
    'Share of the samples whose last residual branch of the position branch training drops, less for earlier ones; 0.3 for three classes.',
    { min: 0, below: 1, default: 0 },
  ),
  antialias: flag(
    'Whether the onset frame is averaged when it is shrunk; not in torchvision before 0.17, which the authors had.',
    { default: false },
  ),
};

/** Options of {@link createMmNet}. */
export type MmNetOptions = OptionsOf<typeof mmnetOptions>;

/** MMNet as a definition: paper, inputs, options, results. */
export const mmnet = /* @__PURE__ */ declareModel({
  name: 'mmnet',
  title: 'MMNet: muscle motion guided network',
  paper: 'Li, Sui, Zhu, Zhao 2022, arXiv 2201.05297',
  origin: 'authors-code',
  inputs: [
    { name: 'onset', shape: [224, 224, 3], representations: ['frame'], values: IMAGENET_VALUES },
    { name: 'apex', shape: [224, 224, 3], representations: ['frame'], values: IMAGENET_VALUES },
  ],
  parameters: { classes: 5, trainable: 9438841 },
  results: [
    mmnetResult('casme2-5-paper', 'CASME II, 5 classes', { uf1: 0.8676, accuracy: 0.8835 }),
    mmnetResult('casme2-3-paper', 'CASME II, 3 classes', { uf1: 0.9494, accuracy: 0.9551 }),
    mmnetResult('samm-5-paper', 'SAMM, 5 classes', { uf1: 0.7291, accuracy: 0.8014 }),
    mmnetResult('samm-3-paper', 'SAMM, 3 classes', { uf1: 0.8391, accuracy: 0.9022 }),
    mmnetResult('mmew-4-paper', 'MMEW, 4 classes', { uf1: 0.8635, accuracy: 0.8745 }),
  ],
  presets: { small: { inputShape: [48, 48, 3], stem: 24, widths: [16, 16, 32, 64] } },
  options: mmnetOptions,
  create: build,
});

/**
 * MMNet: the difference of apex and onset through blocks of continuous attention, plus where on the face it happens.
 *
 * Inputs: `onset` and `apex`, `[batch, height, width, 3]` each, RGB from 0 to 1 less the ImageNet mean over the deviation.
 * Output: logits `[batch, classes]`. Weights of the authors' PyTorch network load by name; what it stores and never uses is
 * left out. `positionDepth: 3`, `expansion: 2` and `dropPath: 0.3` make the network of their scripts for three classes, but for its first convolution, whose two
 * groups no three channels can be divided into.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createMmNet } from '@mer/models';
 *
 * const model = createMmNet({ inputShape: [32, 32, 3], stem: 8, widths: [8, 8, 16, 32] });
 * const frame = tf.zeros([2, 32, 32, 3]);
 * console.log((model.predict([frame, frame]) as tf.Tensor).shape); // [ 2, 5 ]
 * ```
 *
 * Reference: Li, Sui, Zhu, Zhao 2022, arXiv 2201.05297; layers and names of the authors' code.
 */
export function createMmNet(options: MmNetOptions = {}): tfl.LayersModel {
  return mmnet.create(options);
}

function build(options: Resolved<typeof mmnetOptions>): tfl.LayersModel {
  const { classes, inputShape, stem, widths, positionDepth, expansion, dropPath, antialias, seed } = options;
  checkSides('create mmnet', inputShape, 16);
  const nn = layerBuilder({ seed });
  const onset = tfl.input({ shape: [...inputShape], name: 'onset' });
  const apex = tfl.input({ shape: [...inputShape], name: 'apex' });
  const motion = nn.apply(new Difference(nn.named('difference')), [apex, onset]);
  const first = { filters: stem, kernelSize: 3, stride: 2, padding: 1, bias: false };
  let x = nn.conv(motion, 'conv_act.0', first);
  x = nn.activation(nn.batchNorm(x, 'conv_act.1'), 'conv_act.2', 'relu');
  x = motionBranch(layerBuilder({ seed, prefix: 'main_branch.' }), x, widths);
  const grid = [inputShape[0] / 16, inputShape[1] / 16] as const;
  const places = positionBranch(nn, onset, {
    grid,
    width: widths[3],
    antialias,
    depth: positionDepth,
    expansion,
    dropPath,
  });
  x = nn.flatten(nn.add([x, places], 'fusion'), 'flatten');
  return buildModel({
    name: 'mmnet',
    inputs: [onset, apex],
    outputs: nn.linear(x, 'main_branch.fc', { units: classes, head: true }),
    torchNames: { code: 'github.com/muse1998/MMNet', stored: neverUsed(inputShape, widths[3]) },
  });
}

/** What the authors' class stores beside its own weights. */
function neverUsed([height, side, channels]: readonly [number, number, number], width: number): StoredEntry[] {
  return [
    ...storedByPositionBranch(width),
    ['pos.0.weight', [width, channels, 1, 1]],
    ...storedNorm('pos.1', width),
    ['head.1.weight', [38, (height / 2) * (side / 2)]],
    ['timeembed', [1, 4, height / 2 - 1, side / 2 - 1]],
  ];
}

/** Convolution, then four residual blocks, each of whose attention continues the one before. */
function motionBranch(nn: LayerBuilder, input: Node, widths: readonly number[]): Node {
  const he = { bias: false, start: 'he-fan-out' } as const;
  let x = nn.conv(input, 'conv1', { filters: widths[0]!, kernelSize: 3, padding: 1, ...he });
  x = nn.activation(nn.batchNorm(x, 'bn1'), 'relu', 'relu');
  let attention: Node | null = null;
  let channels = widths[0]!;
  widths.forEach((filters, index) => {
    const name = `layer${index + 1}.0`;
    const stride = index === 0 ? 1 : 2;
    let y = nn.conv(x, `${name}.conv1`, { filters, kernelSize: 3, stride, padding: 1, ...he });
    y = nn.activation(nn.batchNorm(y, `${name}.bn1`), `${name}.relu1`, 'relu');
    y = nn.batchNorm(nn.conv(y, `${name}.conv2`, { filters, kernelSize: 1, ...he }), `${name}.bn2`);
    let shortcut = x;
    if (stride !== 1 || channels !== filters) {
      shortcut = nn.conv(x, `${name}.downsample.0`, { filters, kernelSize: 1, stride, ...he });
      shortcut = nn.batchNorm(shortcut, `${name}.downsample.1`);
    }
    y = nn.activation(nn.add([y, shortcut], `${name}.add`), `${name}.relu2`, 'relu');
    const before: Node | null =
      attention === null ? null : nn.maxPool(attention, `${name}.before`, { size: 3, stride: 2, padding: 1 });
    const layer = new ContinuousAttention(nn.named(`${name}.attn`));
    [x, attention] = layer.apply(before === null ? y : [y, before]) as unknown as [Node, Node];
    channels = filters;
  });
  return x;
}

// @__NO_SIDE_EFFECTS__
function mmnetResult(id: string, dataset: string, scores: PublishedResult['scores']): PublishedResult {
  return {
    id,
    dataset,
    protocol: 'leave one subject out, best epoch on the test subject',
    scores,
    source: `MMNet paper, ${dataset}`,
    caveat:
      'The released code takes the best epoch on the test subject: not comparable with others, but with oracle scores only. From memory of the field, as cited in later papers; not checked in the paper.',
  };
}
