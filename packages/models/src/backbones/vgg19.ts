import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from '../build-model.js';
import { checkCommonOptions, checkInteger, checkKeys, checkRate } from '../checks.js';
import { layerBuilder, type Node } from '../layers/layer-builder.js';
import { registerLayers } from '../layers/register-layers.js';

/** Options of {@link createVgg19}. */
export interface Vgg19Options {
  /** Number of classes; 1000 by default, as in ImageNet. */
  classes?: number;
  /** Height, width and channels of the input, at least 32; `[224, 224, 3]` by default. */
  inputShape?: readonly [number, number, number];
  /** Maps of the first stage; the others have 2, 4, 8 and 8 times as many. 64 by default. */
  width?: number;
  /** Width of the two hidden linear layers; 4096 by default. */
  hidden?: number;
  /** Side of the grid to which the last maps are averaged; 7 by default. */
  grid?: number;
  /** Share of the hidden units that training drops; 0.5 by default. */
  dropout?: number;
  /** Seed of the initial weights and of the dropout masks; 0 by default. */
  seed?: number;
}

/** Convolutions per stage and the maps as a multiple of the width. */
const STAGES = [
  [2, 1],
  [2, 2],
  [4, 4],
  [4, 8],
  [4, 8],
] as const;

/**
 * VGG-19 without batch norm, as in torchvision, whose weights load by name.
 *
 * Input `[batch, height, width, 3]`, output logits `[batch, classes]`. 143,667,240 parameters with 1000 classes.
 *
 * @example
 * ```ts
 * import { createVgg19 } from '@mer/models';
 *
 * const model = createVgg19({ classes: 5, inputShape: [48, 48, 3], width: 8, hidden: 64, grid: 1 });
 * console.log(model.outputs[0]!.shape); // [ null, 5 ]
 * ```
 *
 * Reference: Simonyan, Zisserman 2015, arXiv 1409.1556; layer names of torchvision.
 */
export function createVgg19(options: Vgg19Options = {}): tfl.LayersModel {
  const task = 'create vgg19';
  checkKeys(task, options, ['classes', 'inputShape', 'width', 'hidden', 'grid', 'dropout', 'seed']);
  const { classes = 1000, inputShape = [224, 224, 3], width = 64, hidden = 4096, grid = 7 } = options;
  const { dropout = 0.5, seed = 0 } = options;
  checkCommonOptions(task, { classes, inputShape, seed });
  for (const [name, value] of Object.entries({ width, hidden, grid })) checkInteger(task, name, value);
  checkRate(task, 'dropout', dropout);
  if (Math.min(inputShape[0], inputShape[1]) < 32) {
    throw new RangeError(`Cannot ${task} as inputShape must be at least 32 x 32: current value is [${inputShape}]`);
  }
  registerLayers();
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  let x: Node = input;
  let index = 0;
  for (const [count, times] of STAGES) {
    for (let number = 0; number < count; number++) {
      x = nn.conv(x, `features.${index}`, {
        filters: width * times,
        kernelSize: 3,
        padding: 1,
        activation: 'relu',
        start: 'he-fan-out',
      });
      index += 2;
    }
    x = nn.maxPool(x, `features.${index}`, { size: 2 });
    index += 1;
  }
  x = nn.flatten(nn.adaptiveAvgPool(x, 'avgpool', grid), 'flatten');
  const start = 'normal' as const;
  x = nn.linear(x, 'classifier.0', { units: hidden, activation: 'relu', start });
  x = nn.dropout(x, 'classifier.2', dropout);
  x = nn.linear(x, 'classifier.3', { units: hidden, activation: 'relu', start });
  x = nn.dropout(x, 'classifier.5', dropout);
  const outputs = nn.linear(x, 'classifier.6', { units: classes, start, head: true });
  return buildModel({ name: 'vgg19', inputs: input, outputs, torchNames: { backbone: { copies: [''] } } });
}
