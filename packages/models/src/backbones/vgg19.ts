import { integer, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from '../build-model.js';
import { declareModel } from '../declare-model.js';
import { layerBuilder, type Node } from '../layers/layer-builder.js';
import { networkOptions } from '../network-options.js';
import { cofResult, imagenetResult, TORCHVISION, TORCHVISION_INPUTS } from './torchvision.js';

const vgg19Options = {
  ...networkOptions(
    { classes: 1000, inputShape: [224, 224, 3] },
    'Height, width and channels of an image, at least 32 x 32.',
  ),
  width: integer('Maps of the first stage; the others have 2, 4, 8 and 8 times as many.', { min: 1, default: 64 }),
  hidden: integer('Width of the two hidden linear layers.', { min: 1, default: 4096 }),
  grid: integer('Side of the grid to which the last maps are averaged.', { min: 1, default: 7 }),
  dropout: number('Share of the hidden units that training drops.', { min: 0, below: 1, default: 0.5 }),
};

/** Options of {@link createVgg19}. */
export type Vgg19Options = OptionsOf<typeof vgg19Options>;

/** Convolutions per stage and the maps as a multiple of the width. */
const STAGES = [
  [2, 1],
  [2, 2],
  [4, 4],
  [4, 8],
  [4, 8],
] as const;

/** VGG-19 as a definition: paper, inputs, options, results. */
export const vgg19 = /* @__PURE__ */ declareModel({
  name: 'vgg19',
  title: 'VGG-19',
  paper: 'Simonyan, Zisserman 2015, arXiv 1409.1556',
  origin: 'torchvision',
  inputs: TORCHVISION_INPUTS,
  parameters: { classes: 1000, trainable: 143667240 },
  results: [
    imagenetResult(0.72376),
    cofResult('casme2-cof', {
      network: 'VGG-19',
      dataset: 'CASME II',
      accuracy: 0.6735,
      fits: '67.35 % is 33 of 49 (a hold-out of a fifth) or 165 of 245.',
    }),
  ],
  presets: { small: { inputShape: [48, 48, 3], width: 8, hidden: 64, grid: 1 } },
  options: vgg19Options,
  create: build,
});

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
  return vgg19.create(options);
}

function build({
  classes,
  inputShape,
  width,
  hidden,
  grid,
  dropout,
  seed,
}: Resolved<typeof vgg19Options>): tfl.LayersModel {
  if (Math.min(inputShape[0], inputShape[1]) < 32) {
    throw new RangeError(
      `Cannot create vgg19 as inputShape must be at least 32 x 32: current value is [${inputShape}]`,
    );
  }
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
  return buildModel({
    name: 'vgg19',
    inputs: input,
    outputs,
    torchNames: { code: TORCHVISION, backbone: { copies: [''] } },
  });
}
