import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { checkCommonOptions, checkInteger, checkKeys } from './checks.js';
import { Difference } from './layers/combine.js';
import { ContinuousAttention } from './layers/continuous-attention.js';
import { type LayerBuilder, layerBuilder, type Node } from './layers/layer-builder.js';
import { registerLayers } from './layers/register-layers.js';
import { positionBranch, UNUSED_POSITION_NAMES } from './position-branch.js';

/** Options of {@link createMmNet}. */
export interface MmNetOptions {
  /** Number of classes; 5 by default. */
  classes?: number;
  /** Height, width and channels of each frame, height and width multiples of 16; `[224, 224, 3]` by default. */
  inputShape?: readonly [number, number, number];
  /** Maps of the stem; 180 by default. */
  stem?: number;
  /** Maps of the four blocks, the last divisible by 4; `[128, 128, 256, 512]` by default. */
  widths?: readonly [number, number, number, number];
  /** Whether the onset frame is averaged when it is shrunk; false by default, as in torchvision before 0.17. */
  antialias?: boolean;
  /** Seed of the initial weights; 0 by default. */
  seed?: number;
}

/**
 * MMNet: the difference of apex and onset through blocks of continuous attention, plus where on the face it happens.
 *
 * Inputs: `onset` and `apex`, `[batch, height, width, 3]` each, RGB from 0 to 1 less the ImageNet mean over the deviation.
 * Output: logits `[batch, classes]`. Weights of the authors' PyTorch network load by name; what it stores and never uses is
 * left out.
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
  const task = 'create MMNet';
  checkKeys(task, options, ['classes', 'inputShape', 'stem', 'widths', 'antialias', 'seed']);
  const { classes = 5, inputShape = [224, 224, 3], stem = 180, widths = [128, 128, 256, 512] } = options;
  const { antialias = false, seed = 0 } = options;
  checkCommonOptions(task, { classes, inputShape, seed });
  checkInteger(task, 'stem', stem);
  for (const width of widths) checkInteger(task, 'each of widths', width);
  checkMultipleOf16(task, inputShape);
  registerLayers();
  const nn = layerBuilder({ seed });
  const onset = tfl.input({ shape: [...inputShape], name: 'onset' });
  const apex = tfl.input({ shape: [...inputShape], name: 'apex' });
  const motion = nn.apply(new Difference(nn.named('difference')), [apex, onset]);
  const first = { filters: stem, kernelSize: 3, stride: 2, padding: 1, bias: false };
  let x = nn.conv(motion, 'conv_act.0', first);
  x = nn.activation(nn.batchNorm(x, 'conv_act.1'), 'conv_act.2', 'relu');
  x = motionBranch(layerBuilder({ seed, prefix: 'main_branch.' }), x, widths);
  const grid = [inputShape[0] / 16, inputShape[1] / 16] as const;
  const places = positionBranch(nn, onset, { grid, width: widths[3], antialias });
  x = nn.flatten(nn.add([x, places], 'fusion'), 'flatten');
  return buildModel({
    name: 'mmnet',
    inputs: [onset, apex],
    outputs: nn.linear(x, 'main_branch.fc', { units: classes, head: true }),
    torchNames: { unused: [...UNUSED_POSITION_NAMES, 'pos.', 'head.', 'timeembed'] },
  });
}

/** Throws unless height and width are multiples of 16. */
export function checkMultipleOf16(task: string, inputShape: readonly number[]): void {
  if (inputShape[0]! % 16 !== 0 || inputShape[1]! % 16 !== 0) {
    throw new RangeError(
      `Cannot ${task} as inputShape must have multiples of 16 as height and width: current value is [${inputShape}]`,
    );
  }
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
