import { Regroup } from './layers/combine.js';
import { Conv2dTranspose } from './layers/conv2d-transpose.js';
import { Correlation } from './layers/correlation.js';
import type { LayerBuilder, Node } from './layers/layer-builder.js';
import { TakeFrames } from './layers/take-frames.js';

/** How {@link flowNet} is made. */
export interface FlowNetPlan {
  /** Maps of the first convolution. */
  readonly width: number;
  /** Frames of a clip, one after the other in the batch. */
  readonly frames: number;
  /** Whether batch norm takes the statistics of each frame by itself. */
  readonly perFrame: boolean;
}

/**
 * FlowNetC with batch norm on pairs of neighboring frames: maps of both, how well they fit displaced, further down with the features of both, and up again.
 *
 * `images` are all frames `[clips x frames, height, width, 1]`, `features` those of the first and of the second picture of every pair, an eighth as high and wide.
 * Gives `[clips x (frames - 1), height, width, 2]`, in pixels.
 *
 * Reference: Fischer et al. 2015, arXiv 1504.06852; as in MOL, arXiv 2506.14511, whose last prediction alone is used; names of the MOL authors' code.
 */
export function flowNet(nn: LayerBuilder, images: Node, features: readonly Node[], plan: FlowNetPlan): Node {
  const { width, frames, perFrame } = plan;
  const start = 'he-leaky' as const;
  /** Convolution, norm, leaky rectifier. */
  const conv = (x: Node, name: string, filters: number, kernelSize: number, stride = 1) => {
    // the frames inside a clip are seen twice, as second and as first of a pair
    const alone = /^conv[123]$/.test(name);
    const norm = perFrame ? { frames: alone ? frames : frames - 1, pairs: alone } : {};
    const padding = (kernelSize - 1) >> 1;
    const y = nn.conv(x, `${name}.0`, { filters, kernelSize, stride, padding, bias: false, start });
    return nn.activation(nn.batchNorm(y, `${name}.1`, norm), `${name}.2`, 'leaky-relu');
  };
  const grown = (x: Node, name: string, filters: number) =>
    nn.apply(new Conv2dTranspose({ ...nn.named(name), filters, bias: false, start }), x);
  const ofPairs = (x: Node, name: string, first: 0 | 1) => {
    const shape = [-2, frames, ...(x.shape.slice(1) as number[])];
    const clips = nn.apply(new Regroup({ ...nn.named(`${name}.clips`), shape }), x);
    return nn.apply(new TakeFrames({ ...nn.named(name), start: first, count: frames - 1 }), clips);
  };

  const one = conv(images, 'conv1', width, 6, 2);
  const two = conv(one, 'conv2', 2 * width, 4, 2);
  const three = conv(two, 'conv3', 4 * width, 2, 2);
  const [a, b] = [ofPairs(three, 'conv3a', 0), ofPairs(three, 'conv3b', 1)];
  const fits = nn.activation(
    nn.apply(new Correlation(nn.named('correlation')), [a, b]),
    'correlation.activation',
    'leaky-relu',
  );
  const redirected = conv(a, 'conv_redir', width / 2, 1);
  const joined = nn.concat([redirected, fits, ...features], 'conv3.joined');
  const third = conv(joined, 'conv3_1', 4 * width, 3);
  const fourth = conv(conv(third, 'conv4', 8 * width, 3, 2), 'conv4_1', 8 * width, 3);
  const fifth = conv(conv(fourth, 'conv5', 8 * width, 3, 2), 'conv5_1', 8 * width, 3);
  let x = conv(conv(fifth, 'conv6', 16 * width, 3, 2), 'conv6_1', 16 * width, 3);

  const levels = [
    { skip: fifth, maps: 8 * width },
    { skip: fourth, maps: 4 * width },
    { skip: third, maps: 2 * width },
    { skip: ofPairs(two, 'conv2a', 0), maps: 2 * width },
    { skip: ofPairs(one, 'conv1a', 0), maps: width },
    { skip: ofPairs(images, 'image', 0), maps: width / 2 },
  ];
  const predicted = (level: number) =>
    nn.conv(x, `predict_flow${level}`, { filters: 2, kernelSize: 3, padding: 1, bias: false, start });
  levels.forEach(({ skip, maps }, i) => {
    const level = 5 - i;
    const flow = grown(predicted(level + 1), `upsampled_flow${level + 1}_to_${level}`, 2);
    const up = nn.activation(grown(x, `deconv${level}.0`, maps), `deconv${level}.1`, 'leaky-relu');
    x = nn.concat([skip, up, flow], `concat${level}`);
  });
  return predicted(0);
}
