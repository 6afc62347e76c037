import { number, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from '../build-model.js';
import { declareModel } from '../declare-model.js';
import { type LayerBuilder, layerBuilder, type Node } from '../layers/layer-builder.js';
import { SqueezeExcitation } from '../layers/squeeze-excitation.js';
import { networkOptions } from '../network-options.js';
import { imagenetResult, TORCHVISION, TORCHVISION_INPUTS } from './torchvision.js';

const efficientnetB0Options = {
  ...networkOptions({ classes: 1000, inputShape: [224, 224, 3] }),
  width: number('Factor of all numbers of maps, which are rounded to multiples of 8.', { above: 0, default: 1 }),
  dropout: number('Share of the pooled features that training drops.', { min: 0, below: 1, default: 0.2 }),
  dropPath: number('Share of the samples whose last residual branch training drops, less for earlier ones.', {
    min: 0,
    below: 1,
    default: 0.2,
  }),
};

/** Options of {@link createEfficientNetB0}. */
export type EfficientNetB0Options = OptionsOf<typeof efficientnetB0Options>;

/** One stage: how much wider a block is inside, side of its kernel, first step, maps, blocks. */
const STAGES = [
  { expand: 1, kernel: 3, stride: 1, maps: 16, blocks: 1 },
  { expand: 6, kernel: 3, stride: 2, maps: 24, blocks: 2 },
  { expand: 6, kernel: 5, stride: 2, maps: 40, blocks: 2 },
  { expand: 6, kernel: 3, stride: 2, maps: 80, blocks: 3 },
  { expand: 6, kernel: 5, stride: 1, maps: 112, blocks: 3 },
  { expand: 6, kernel: 5, stride: 2, maps: 192, blocks: 4 },
  { expand: 6, kernel: 3, stride: 1, maps: 320, blocks: 1 },
] as const;

/** EfficientNet-B0 as a definition: paper, inputs, options, results. */
export const efficientnetB0 = /* @__PURE__ */ declareModel({
  name: 'efficientnet-b0',
  title: 'EfficientNet-B0',
  paper: 'Tan, Le 2019, arXiv 1905.11946',
  origin: 'torchvision',
  inputs: TORCHVISION_INPUTS,
  parameters: { classes: 1000, trainable: 5288548 },
  results: [imagenetResult(0.77692)],
  presets: { small: { inputShape: [48, 48, 3], width: 0.25 } },
  options: efficientnetB0Options,
  create: build,
});

/**
 * EfficientNet-B0, as in torchvision, whose weights load by name.
 *
 * Input `[batch, height, width, 3]`, output logits `[batch, classes]`. 5,288,548 parameters with 1000 classes.
 *
 * @example
 * ```ts
 * import { createEfficientNetB0 } from '@mer/models';
 *
 * const model = createEfficientNetB0({ classes: 5, inputShape: [48, 48, 3], width: 0.25 });
 * console.log(model.outputs[0]!.shape); // [ null, 5 ]
 * ```
 *
 * Reference: Tan, Le 2019, arXiv 1905.11946; layer names of torchvision.
 */
export function createEfficientNetB0(options: EfficientNetB0Options = {}): tfl.LayersModel {
  return efficientnetB0.create(options);
}

function build({
  classes,
  inputShape,
  width,
  dropout,
  dropPath,
  seed,
}: Resolved<typeof efficientnetB0Options>): tfl.LayersModel {
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  let channels = multipleOf8(32 * width);
  let x = convNormSwish(nn, input, 'features.0', { filters: channels, kernelSize: 3, stride: 2 });
  const total = STAGES.reduce((sum, { blocks }) => sum + blocks, 0);
  let done = 0;
  STAGES.forEach(({ expand, kernel, stride, maps, blocks }, stage) => {
    const filters = multipleOf8(maps * width);
    for (let number = 0; number < blocks; number++) {
      const rate = (dropPath * done) / total;
      const block = { expand, kernel, stride: number === 0 ? stride : 1, channels, filters, rate };
      x = invertedBottleneck(nn, x, `features.${stage + 1}.${number}`, block);
      channels = filters;
      done += 1;
    }
  });
  x = convNormSwish(nn, x, 'features.8', { filters: 4 * channels, kernelSize: 1, stride: 1 });
  x = nn.dropout(nn.globalAveragePool(x, 'avgpool'), 'classifier.0', dropout);
  const outputs = nn.linear(x, 'classifier.1', { units: classes, start: 'fan-out', head: true });
  return buildModel({
    name: 'efficientnet-b0',
    inputs: input,
    outputs,
    torchNames: { code: TORCHVISION, backbone: { copies: [''] } },
  });
}

function convNormSwish(
  nn: LayerBuilder,
  x: Node,
  name: string,
  { filters, kernelSize, stride }: { filters: number; kernelSize: number; stride: number },
): Node {
  const padding = (kernelSize - 1) / 2;
  const y = nn.conv(x, `${name}.0`, { filters, kernelSize, stride, padding, bias: false, start: 'he-fan-out' });
  return nn.activation(nn.batchNorm(y, `${name}.1`), `${name}.2`, 'swish');
}

interface BlockPlan {
  expand: number;
  kernel: number;
  stride: number;
  channels: number;
  filters: number;
  rate: number;
}

function invertedBottleneck(nn: LayerBuilder, x: Node, name: string, plan: BlockPlan): Node {
  const { expand, kernel, stride, channels, filters, rate } = plan;
  const common = { bias: false, start: 'he-fan-out' } as const;
  let part = 0;
  let y = x;
  if (expand !== 1) {
    const inner = multipleOf8(channels * expand);
    y = convNormSwish(nn, y, `${name}.block.${part++}`, { filters: inner, kernelSize: 1, stride: 1 });
  }
  const depthwise = `${name}.block.${part++}`;
  y = nn.depthwise(y, `${depthwise}.0`, { kernelSize: kernel, stride, padding: (kernel - 1) / 2, ...common });
  y = nn.activation(nn.batchNorm(y, `${depthwise}.1`), `${depthwise}.2`, 'swish');
  const hidden = Math.max(1, Math.floor(channels / 4));
  const squeeze = { ...nn.named(`${name}.block.${part++}`), hidden, start: 'he-fan-out' as const };
  y = nn.apply(new SqueezeExcitation({ ...squeeze, activation: 'swish' }), y);
  const project = `${name}.block.${part}`;
  y = nn.batchNorm(nn.conv(y, `${project}.0`, { filters, kernelSize: 1, ...common }), `${project}.1`);
  if (stride !== 1 || channels !== filters) return y;
  return nn.add([nn.dropPath(y, `${name}.stochastic_depth`, rate), x], `${name}.add`);
}

/** The nearest multiple of 8, at least 8 and not below 90 % of the value. */
function multipleOf8(value: number): number {
  const near = Math.max(8, Math.floor((value + 4) / 8) * 8);
  return near < 0.9 * value ? near + 8 : near;
}
