import { integer, list, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from '../build-model.js';
import { declareModel } from '../declare-model.js';
import { type LayerBuilder, layerBuilder, type Node } from '../layers/layer-builder.js';
import { networkOptions } from '../network-options.js';
import { imagenetResult, TORCHVISION, TORCHVISION_INPUTS } from './torchvision.js';

const densenet121Options = {
  ...networkOptions(
    { classes: 1000, inputShape: [224, 224, 3] },
    'Height, width and channels of an image, at least 32 x 32.',
  ),
  growth: integer('Maps that each layer adds; the stem has twice as many.', { min: 1, default: 32 }),
  depths: list('Layers per block.', integer('Layers.', { min: 1 }), { min: 1, default: [6, 12, 24, 16] }),
};

/** Options of {@link createDenseNet121}. */
export type DenseNet121Options = OptionsOf<typeof densenet121Options>;

/** DenseNet-121 as a definition: paper, inputs, options, results. */
export const densenet121 = /* @__PURE__ */ declareModel({
  name: 'densenet121',
  title: 'DenseNet-121',
  paper: 'Huang, Liu, van der Maaten, Weinberger 2017, arXiv 1608.06993',
  origin: 'torchvision',
  inputs: TORCHVISION_INPUTS,
  parameters: { classes: 1000, trainable: 7978856 },
  results: [imagenetResult(0.74434)],
  presets: { small: { inputShape: [48, 48, 3], growth: 6 } },
  options: densenet121Options,
  create: build,
});

/**
 * DenseNet-121, as in torchvision, whose weights load by name, those of older files too.
 *
 * Input `[batch, height, width, 3]`, output logits `[batch, classes]`. 7,978,856 parameters with 1000 classes.
 *
 * @example
 * ```ts
 * import { createDenseNet121 } from '@mer/models';
 *
 * const model = createDenseNet121({ classes: 5, inputShape: [48, 48, 3], growth: 6 });
 * console.log(model.outputs[0]!.shape); // [ null, 5 ]
 * ```
 *
 * Reference: Huang, Liu, van der Maaten, Weinberger 2017, arXiv 1608.06993; layer names of torchvision.
 */
export function createDenseNet121(options: DenseNet121Options = {}): tfl.LayersModel {
  return densenet121.create(options);
}

function build({ classes, inputShape, growth, depths, seed }: Resolved<typeof densenet121Options>): tfl.LayersModel {
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  const stem = { filters: 2 * growth, kernelSize: 7, stride: 2, padding: 3, bias: false, start: 'he-fan-in' } as const;
  let x = nn.conv(input, 'features.conv0', stem);
  x = nn.activation(nn.batchNorm(x, 'features.norm0'), 'features.relu0', 'relu');
  x = nn.maxPool(x, 'features.pool0', { size: 3, stride: 2, padding: 1 });
  let channels = 2 * growth;
  depths.forEach((depth, index) => {
    const block = `features.denseblock${index + 1}`;
    for (let number = 1; number <= depth; number++) x = denseLayer(nn, x, `${block}.denselayer${number}`, growth);
    channels += depth * growth;
    if (index === depths.length - 1) return;
    channels = Math.floor(channels / 2);
    x = transition(nn, x, `features.transition${index + 1}`, channels);
  });
  x = nn.activation(nn.batchNorm(x, 'features.norm5'), 'features.relu5', 'relu');
  x = nn.globalAveragePool(x, 'avgpool');
  return buildModel({
    name: 'densenet121',
    inputs: input,
    outputs: nn.linear(x, 'classifier', { units: classes, head: true }),
    torchNames: {
      code: TORCHVISION,
      renamed: [['(denselayer\\d+\\.(?:norm|conv))\\.([12])\\.', '$1$2.']],
      backbone: { copies: [''] },
    },
  });
}

function denseLayer(nn: LayerBuilder, x: Node, name: string, growth: number): Node {
  const common = { bias: false, start: 'he-fan-in' } as const;
  let y = nn.activation(nn.batchNorm(x, `${name}.norm1`), `${name}.relu1`, 'relu');
  y = nn.conv(y, `${name}.conv1`, { filters: 4 * growth, kernelSize: 1, ...common });
  y = nn.activation(nn.batchNorm(y, `${name}.norm2`), `${name}.relu2`, 'relu');
  y = nn.conv(y, `${name}.conv2`, { filters: growth, kernelSize: 3, padding: 1, ...common });
  return nn.concat([x, y], `${name}.concat`);
}

function transition(nn: LayerBuilder, x: Node, name: string, filters: number): Node {
  const y = nn.activation(nn.batchNorm(x, `${name}.norm`), `${name}.relu`, 'relu');
  const reduced = nn.conv(y, `${name}.conv`, { filters, kernelSize: 1, bias: false, start: 'he-fan-in' });
  return nn.avgPool(reduced, `${name}.pool`, { size: 2 });
}
