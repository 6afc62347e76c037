import type { LayerBuilder, Node } from '../layers/layer-builder.js';

/** How the stages of a ResNet are made. */
export interface ResNetPlan {
  /** Residual block: two 3x3 convolutions, or 1x1, 3x3, 1x1 with four times the maps. */
  readonly block: 'basic' | 'bottleneck';
  /** Blocks per stage. */
  readonly depths: readonly number[];
  /** Maps of the first stage. */
  readonly width: number;
}

/** The stages of ResNet-18. */
export const RESNET18 = { block: 'basic', depths: [2, 2, 2, 2] } as const;

/** The stages of ResNet-50. */
export const RESNET50 = { block: 'bottleneck', depths: [3, 4, 6, 3] } as const;

/** How the names of a ResNet's features start. */
export const RESNET_PARTS = ['conv1.', 'bn1.', 'layer'] as const;

/** The ResNet-18 features of an image: `[batch, height / 32, width / 32, 8 width]`. */
export function resnet18Features(nn: LayerBuilder, x: Node, width = 64): Node {
  return resnetStages(nn, resnetStem(nn, x, width), { ...RESNET18, width });
}

/** Convolution 7x7 with step 2, norm, ReLU, max-pool 3 with step 2. */
export function resnetStem(nn: LayerBuilder, input: Node, width: number): Node {
  let x = nn.conv(input, 'conv1', {
    filters: width,
    kernelSize: 7,
    stride: 2,
    padding: 3,
    bias: false,
    start: 'he-fan-out',
  });
  x = nn.activation(nn.batchNorm(x, 'bn1'), 'relu', 'relu');
  return nn.maxPool(x, 'maxpool', { size: 3, stride: 2, padding: 1 });
}

/** The stages of a ResNet from number `first` (1 to 4) on. */
export function resnetStages(nn: LayerBuilder, input: Node, plan: ResNetPlan, first = 1): Node {
  const { block, depths, width } = plan;
  const expansion = block === 'basic' ? 1 : 4;
  let x = input;
  let channels = input.shape[3]!;
  depths.forEach((depth, index) => {
    const stage = index + 1;
    if (stage < first) return;
    for (let number = 0; number < depth; number++) {
      const name = `layer${stage}.${number}`;
      const filters = width * 2 ** index;
      const stride = stage > 1 && number === 0 ? 2 : 1;
      const project = stride !== 1 || channels !== filters * expansion;
      const shortcut = project ? projection(nn, x, name, filters * expansion, stride) : x;
      const branch = block === 'basic' ? basic(nn, x, name, filters, stride) : bottleneck(nn, x, name, filters, stride);
      x = nn.activation(nn.add([branch, shortcut], `${name}.add`), `${name}.relu`, 'relu');
      channels = filters * expansion;
    }
  });
  return x;
}

function projection(nn: LayerBuilder, x: Node, name: string, filters: number, stride: number): Node {
  const y = nn.conv(x, `${name}.downsample.0`, { filters, kernelSize: 1, stride, bias: false, start: 'he-fan-out' });
  return nn.batchNorm(y, `${name}.downsample.1`);
}

function basic(nn: LayerBuilder, x: Node, name: string, filters: number, stride: number): Node {
  const common = { filters, kernelSize: 3, padding: 1, bias: false, start: 'he-fan-out' } as const;
  let y = nn.batchNorm(nn.conv(x, `${name}.conv1`, { ...common, stride }), `${name}.bn1`);
  y = nn.activation(y, `${name}.relu1`, 'relu');
  return nn.batchNorm(nn.conv(y, `${name}.conv2`, common), `${name}.bn2`);
}

function bottleneck(nn: LayerBuilder, x: Node, name: string, filters: number, stride: number): Node {
  const common = { bias: false, start: 'he-fan-out' } as const;
  let y = nn.batchNorm(nn.conv(x, `${name}.conv1`, { ...common, filters, kernelSize: 1 }), `${name}.bn1`);
  y = nn.activation(y, `${name}.relu1`, 'relu');
  y = nn.conv(y, `${name}.conv2`, { ...common, filters, kernelSize: 3, stride, padding: 1 });
  y = nn.activation(nn.batchNorm(y, `${name}.bn2`), `${name}.relu2`, 'relu');
  return nn.batchNorm(nn.conv(y, `${name}.conv3`, { ...common, filters: 4 * filters, kernelSize: 1 }), `${name}.bn3`);
}
