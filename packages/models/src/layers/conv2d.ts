import { choice, either, flag, integer, list, size } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { activate, activationOption } from './activation.js';
import { biasStart, kernelStart, kernelStartOption } from './kernel-start.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';
import { convolvesByTiles, convolvesPointsSlowly } from './slow-kernels.js';

const conv2dOptions = {
  filters: integer('Number of output maps.', { min: 1 }),
  kernelSize: size('Height and width of the kernel, or one number for both.', {}),
  stride: integer('Step in both directions.', { min: 1, default: 1 }),
  padding: either(
    'Zeros added on each side: rows and columns, or one number for both. `same` pads as TensorFlow does: to an output of ceil(size / stride), with the odd row or column at the end.',
    [
      integer('Rows and columns.', { min: 0 }),
      list('Rows, columns.', integer('Zeros.', { min: 0 }), { min: 2, max: 2 }),
      choice('As TensorFlow.', ['same'], {}),
    ],
    { default: 0 },
  ),
  groups: integer('Independent groups of maps; must divide the input maps and `filters`.', { min: 1, default: 1 }),
  bias: flag('Whether a bias is added.', { default: true }),
  activation: activationOption('linear'),
  start: kernelStartOption('fan-in'),
  layout: choice('Layout of the kernel in a PyTorch state dict.', ['conv2d', 'conv3dCollapsed', 'patches'], {
    default: 'conv2d',
  }),
  steady: flag(
    'Whether every place is summed up in the same order, where a backend has a faster way: equal surroundings then give equal numbers, of which a maximum takes the first. Not with groups or padding `same`.',
    { default: false },
  ),
};

/** Arguments of {@link Conv2d}. */
export type Conv2dArgs = LayerArgs<typeof conv2dOptions>;

/**
 * Two-dimensional convolution with PyTorch's conventions: explicit symmetric padding, groups, weights drawn from
 * U(-1/sqrt(fan in), 1/sqrt(fan in)).
 *
 * Input `[batch, height, width, channels]`, output `[batch, floor((height + 2 padding - kernel) / stride) + 1, …, filters]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Conv2d } from '@mer/models';
 *
 * const layer = new Conv2d({ filters: 4, kernelSize: 3, stride: 2, padding: 1 });
 * console.log(layer.apply(tf.zeros([1, 8, 8, 3])).shape); // [ 1, 4, 4, 4 ]
 * ```
 */
export class Conv2d extends NetworkLayer<typeof conv2dOptions> {
  static className = 'MerConv2d';
  private readonly kernelSize: readonly [number, number];
  private readonly padding: readonly [number, number] | 'same';
  private kernel!: tfl.LayerVariable;
  private offset: tfl.LayerVariable | null = null;

  constructor(args: Conv2dArgs) {
    super(args, conv2dOptions);
    const { filters, kernelSize, padding, groups } = this.options;
    this.kernelSize = pair(kernelSize);
    this.padding = padding === 'same' ? padding : pair(padding);
    if (filters % groups !== 0) {
      throw new RangeError(
        `Cannot ${this.making} as groups must divide filters: current values are ${groups} and ${filters}`,
      );
    }
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const channels = shape[3]!;
    if (channels % this.options.groups !== 0) {
      throw new RangeError(
        `Cannot build layer ${this.name} as groups must divide the input's channels: current values are ${this.options.groups} and ${channels}`,
      );
    }
    const [height, width] = this.kernelSize;
    const fanIn = (channels / this.options.groups) * height * width;
    const fanOut = (this.options.filters / this.options.groups) * height * width;
    this.kernel = this.addParameter({
      name: 'kernel',
      shape: [height, width, channels / this.options.groups, this.options.filters],
      start: kernelStart(this.options.start, fanIn, fanOut),
      torchName: 'weight',
      layout: this.options.layout,
    });
    if (this.options.bias) {
      this.offset = this.addParameter({
        name: 'bias',
        shape: [this.options.filters],
        start: biasStart(this.options.start, fanIn),
      });
    }
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = oneShape(inputShape);
    const { padding } = this;
    const size = (length: number | null | undefined, axis: 0 | 1) => {
      if (length == null) return null;
      if (padding === 'same') return Math.ceil(length / this.options.stride);
      return Math.floor((length + 2 * padding[axis] - this.kernelSize[axis]) / this.options.stride) + 1;
    };
    return [shape[0] ?? null, size(shape[1], 0), size(shape[2], 1), this.options.filters];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const kernel = this.kernel.read() as tf.Tensor4D;
      const bias = this.offset === null ? undefined : (this.offset.read() as tf.Tensor1D);
      const { activation } = this.options;
      const finish = (y: tf.Tensor) => activate(bias === undefined ? y : tf.add(y, bias), activation);
      const strides = this.options.stride;
      const pad = explicitPadding(this.padding);
      if (this.options.groups === 1) {
        if (this.pointwise && convolvesPointsSlowly()) {
          const wide = tf.reshape(kernel, [kernel.shape[2], this.options.filters]);
          return finish(linear(x, wide));
        }
        if (this.options.steady && convolvesByTiles()) return finish(this.untiled(x, kernel));
        if (activation === 'relu') return tf.fused.conv2d({ x, filter: kernel, strides, pad, bias, activation });
        // The gradient that tf.fused.conv2d brings always makes that by the input, also by an image. Where the kernel has one (@mer/backends), it is run itself.
        if (bias !== undefined && tf.getGradient('FusedConv2D')) {
          const attributes = { strides, pad, dataFormat: 'NHWC', dilations: 1, activation: 'linear' };
          const y = tf.engine().runKernel('FusedConv2D', { x, filter: kernel, bias }, attributes as never);
          return activate(y as tf.Tensor, activation);
        }
        return finish(tf.conv2d(x, kernel, strides, pad));
      }
      const inputs4d = tf.split(x, this.options.groups, 3) as tf.Tensor4D[];
      const kernels = tf.split(kernel, this.options.groups, 3);
      const parts = inputs4d.map(
        (part, group): tf.Tensor4D => tf.conv2d(part, kernels[group]! as tf.Tensor4D, strides, pad),
      );
      return finish(tf.concat(parts, 3));
    });
  }

  /** The same with a column of zeros beside the kernel, which no fast way is for. */
  private untiled(x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D {
    const { padding } = this;
    if (padding === 'same') return tf.conv2d(x, kernel, this.options.stride, padding);
    const wider = tf.pad(kernel, [
      [0, 0],
      [0, 1],
      [0, 0],
      [0, 0],
    ]);
    return tf.conv2d(x, wider, this.options.stride, explicitPadding(padding, 1));
  }

  /** Whether this is a linear layer of every pixel: on the cpu backend a product of matrices trains 100 times faster. */
  private get pointwise(): boolean {
    const sizes = [...this.kernelSize, this.options.stride, this.options.groups];
    return sizes.every((size) => size === 1) && this.padding !== 'same' && this.padding.every((size) => size === 0);
  }

  /** The kernel `[height, width, in, out]` and the bias, null without one. */
  get kernelAndBias(): { kernel: tf.Tensor4D; bias: tf.Tensor1D | null } {
    return { kernel: this.kernel.read() as tf.Tensor4D, bias: (this.offset?.read() ?? null) as tf.Tensor1D | null };
  }
}

/** Padding as tfjs takes it, with `more` columns at the end. */
function explicitPadding(
  padding: readonly [number, number] | 'same',
  more = 0,
): 'same' | 'valid' | tf.backend_util.ExplicitPadding {
  if (padding === 'same') return padding;
  const [rows, columns] = padding;
  if (rows + columns + more === 0) return 'valid';
  return [
    [0, 0],
    [rows, rows],
    [columns, columns + more],
    [0, 0],
  ];
}

function pair(value: number | readonly number[]): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : [value[0]!, value[1]!];
}
