import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from '../build-model.js';
import { checkCommonOptions, checkInteger, checkKeys } from '../checks.js';
import { type LayerBuilder, layerBuilder, type Node } from '../layers/layer-builder.js';
import { registerLayers } from '../layers/register-layers.js';

/** Options of {@link createDenseNet121}. */
export interface DenseNet121Options {
  /** Number of classes; 1000 by default, as in ImageNet. */
  classes?: number;
  /** Height, width and channels of the input, at least 32; `[224, 224, 3]` by default. */
  inputShape?: readonly [number, number, number];
  /** Maps that each layer adds; the stem has twice as many. 32 by default. */
  growth?: number;
  /** Layers per block; `[6, 12, 24, 16]` by default. */
  depths?: readonly number[];
  /** Seed of the initial weights; 0 by default. */
  seed?: number;
}

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
  const task = 'create densenet121';
  checkKeys(task, options, ['classes', 'inputShape', 'growth', 'depths', 'seed']);
  const { classes = 1000, inputShape = [224, 224, 3], growth = 32, depths = [6, 12, 24, 16], seed = 0 } = options;
  checkCommonOptions(task, { classes, inputShape, seed });
  checkInteger(task, 'growth', growth);
  for (const depth of depths) checkInteger(task, 'each of depths', depth);
  registerLayers();
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
    torchNames: { renamed: [['(denselayer\\d+\\.(?:norm|conv))\\.([12])\\.', '$1$2.']], backbone: { copies: [''] } },
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
