import * as tf from '@tensorflow/tfjs-core';
import { replaceKernels } from './replace-kernels.js';

type Kernel = (args: { inputs: Record<string, tf.Tensor>; attrs: Attrs; backend: unknown }) => tf.TensorInfo;
type Attrs = Record<string, unknown> & { pad?: unknown; dilations?: unknown };

/** One spatial axis of a window: its size without dilation, and the border that it looks at. */
type Axis = { size: number; dilation: number; before: number; after: number; shares: number[] };

/** Which inputs and attributes of a kernel have the shape of the image, and what lies in its border. */
type Kind = {
  window: 'conv' | 'depthwise' | 'pool' | 'pool3d';
  /** Inputs that get the border. */
  bordered: readonly string[];
  /** Whether the result loses the border again. */
  cropped?: true;
  /** Value of the border; 0 by default. */
  border?: number;
  /** For averages: what is scaled to count only what lies inside the image. */
  scaled?: 'result' | 'dy';
};

const kinds: Readonly<Record<string, Kind>> = Object.freeze({
  Conv2D: { window: 'conv', bordered: ['x'] },
  FusedConv2D: { window: 'conv', bordered: ['x'] },
  Conv2DBackpropFilter: { window: 'conv', bordered: ['x'] },
  Conv2DBackpropInput: { window: 'conv', bordered: [], cropped: true },
  DepthwiseConv2dNative: { window: 'depthwise', bordered: ['x'] },
  FusedDepthwiseConv2D: { window: 'depthwise', bordered: ['x'] },
  DepthwiseConv2dNativeBackpropFilter: { window: 'depthwise', bordered: ['x'] },
  DepthwiseConv2dNativeBackpropInput: { window: 'depthwise', bordered: [], cropped: true },
  MaxPool: { window: 'pool', bordered: ['x'], border: Number.NEGATIVE_INFINITY },
  MaxPoolGrad: { window: 'pool', bordered: ['input'], border: Number.NEGATIVE_INFINITY, cropped: true },
  AvgPool: { window: 'pool', bordered: ['x'], scaled: 'result' },
  AvgPoolGrad: { window: 'pool', bordered: ['input'], cropped: true, scaled: 'dy' },
  MaxPool3D: { window: 'pool3d', bordered: ['x'], border: Number.NEGATIVE_INFINITY },
  MaxPool3DGrad: { window: 'pool3d', bordered: ['input'], border: Number.NEGATIVE_INFINITY, cropped: true },
  AvgPool3D: { window: 'pool3d', bordered: ['x'], scaled: 'result' },
  AvgPool3DGrad: { window: 'pool3d', bordered: ['input'], cropped: true, scaled: 'dy' },
});

/**
 * Lets tfjs-node convolve and pool with a border given in pixels, which TensorFlow knows but tfjs-node refuses, and
 * convolve by channel with dilation, which TensorFlow's processor kernels refuse.
 */
export function repairNodeKernels(): void {
  const bordered = Object.entries(kinds).map(([name, kind]) => [name, (stock: Kernel) => withBorder(kind, stock)]);
  replaceKernels<Kernel>('tensorflow', Object.fromEntries(bordered));
}

/** A kernel that gets its border as part of its input where the stock kernel refuses to make it. */
function withBorder(kind: Kind, stock: Kernel): Kernel {
  return (args) => {
    const { inputs, attrs, backend } = args;
    const { dataFormat = 'NHWC' } = attrs as { dataFormat?: string };
    const isDilated =
      kind.window === 'depthwise' && [attrs.dilations].flat().some((value) => value !== 1 && value != null);
    if ((typeof attrs.pad === 'string' && !isDilated) || !['NHWC', 'NDHWC'].includes(dataFormat)) return stock(args);
    return tf.tidy(() => {
      const imageShape = (attrs['inputShape'] ?? (inputs['x'] ?? inputs['input'])!.shape) as number[];
      const axes = windowAxes(kind.window, imageShape, inputs, attrs);
      const around: [number, number][] = [
        [0, 0],
        ...axes.map((axis): [number, number] => [axis.before, axis.after]),
        [0, 0],
      ];
      const given = { ...inputs };
      for (const name of kind.bordered) given[name] = tf.pad(inputs[name]!, around, kind.border);
      if (isDilated && given['filter']) given['filter'] = spread(given['filter'], axes);
      if (kind.scaled === 'dy') given['dy'] = byShares(given['dy']!, axes);
      const changed: Attrs = { ...attrs, pad: 'valid' };
      if (kind.window === 'depthwise') changed.dilations = [1, 1];
      if (attrs['inputShape']) {
        changed['inputShape'] = imageShape.map((length, i) => length + around[i]![0] + around[i]![1]);
      }
      if (isDilated && attrs['filterShape']) {
        changed['filterShape'] = (attrs['filterShape'] as number[]).map((size, i) =>
          i < 2 ? spreadSize(axes[i]!) : size,
        );
      }
      let result = asTensor(stock({ inputs: given, attrs: changed, backend }));
      if (kind.scaled === 'result') result = byShares(result, axes);
      if (kind.cropped) {
        result = tf.slice(
          result,
          around.map(([before]) => before),
          imageShape,
        );
      }
      return isDilated && attrs['filterShape'] ? gathered(result, axes) : result;
    });
  };
}

/** What a kernel returns, as a tensor of its own. */
function asTensor(result: tf.TensorInfo): tf.Tensor {
  return result instanceof tf.Tensor ? result : tf.engine().makeTensorFromTensorInfo(result);
}

type WindowAttrs = Record<'strides' | 'pad' | 'dimRoundingMode' | 'filterSize', never>;

function windowAxes(window: Kind['window'], shape: number[], inputs: Record<string, tf.Tensor>, attrs: Attrs): Axis[] {
  const { strides, pad, dimRoundingMode, filterSize } = attrs as never as WindowAttrs;
  const dilations = (attrs.dilations ?? 1) as never;
  const filterShape = (attrs['filterShape'] ?? inputs['filter']?.shape) as never;
  const isDepthwise = window === 'depthwise';
  const info = (window === 'pool'
    ? tf.backend_util.computePool2DInfo(shape as never, filterSize, strides, 1, pad, dimRoundingMode)
    : window === 'pool3d'
      ? tf.backend_util.computePool3DInfo(shape as never, filterSize, strides, 1, pad, dimRoundingMode)
      : tf.backend_util.computeConv2DInfo(
          shape as never,
          filterShape,
          strides,
          dilations,
          pad,
          dimRoundingMode,
          isDepthwise,
        )) as never as Record<string, number> & { padInfo: Record<string, number> };
  const names = [
    ['Depth', 'front'],
    ['Height', 'top'],
    ['Width', 'left'],
  ] as const;
  return names.slice(window === 'pool3d' ? 0 : 1).map(([name, side]) => {
    const size = info[`filter${name}`]!;
    const stride = info[`stride${name}`]!;
    const dilation = info[`dilation${name}`]!;
    const length = info[`in${name}`]!;
    const count = info[`out${name}`]!;
    const before = info.padInfo[side]!;
    const after = Math.max(0, (count - 1) * stride + (size - 1) * dilation + 1 - before - length);
    const shares = Array.from({ length: count }, (_unused, i) => {
      const start = i * stride - before;
      return size / (Math.min(start + size, length) - Math.max(start, 0));
    });
    return { size, dilation, before, after, shares };
  });
}

/** Scales an average over whole windows to one over what lies inside the image. */
function byShares(average: tf.Tensor, axes: Axis[]): tf.Tensor {
  return axes.reduce((scaled, { shares }, i) => {
    if (shares.every((share) => share === 1)) return scaled;
    const shape = average.shape.map((_length, axis) => (axis === i + 1 ? shares.length : 1));
    return tf.mul(scaled, tf.tensor(shares, shape));
  }, average);
}

function spreadSize({ size, dilation }: Axis): number {
  return (size - 1) * dilation + 1;
}

/** A filter with the zeros between its taps that a dilation stands for. */
function spread(filter: tf.Tensor, axes: Axis[]): tf.Tensor {
  const [high, wide] = axes as [Axis, Axis];
  const [, , channels, multiplier] = filter.shape as [number, number, number, number];
  const blocks = tf.pad(tf.reshape(filter, [high.size, 1, wide.size, 1, channels * multiplier]), [
    [0, 0],
    [0, high.dilation - 1],
    [0, 0],
    [0, wide.dilation - 1],
    [0, 0],
  ]);
  const whole = tf.reshape(blocks, [high.size * high.dilation, wide.size * wide.dilation, channels, multiplier]);
  return tf.slice(whole, [0, 0, 0, 0], [spreadSize(high), spreadSize(wide), channels, multiplier]);
}

/** The taps of a filter that `spread` made. */
function gathered(filter: tf.Tensor, axes: Axis[]): tf.Tensor {
  return axes.reduce((taps, { size, dilation }, axis) => {
    const places = Int32Array.from({ length: size }, (_unused, i) => i * dilation);
    return tf.gather(taps, tf.tensor1d(places, 'int32'), axis);
  }, filter);
}
