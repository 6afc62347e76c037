import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkInteger, checkOneOf } from '../checks.js';
import { ACTIVATIONS, type ActivationName, activate } from './activation.js';
import { linear } from './linear.js';
import {
  biasStart,
  checkLayerInput,
  KERNEL_STARTS,
  type KernelStart,
  kernelStart,
  NetworkLayer,
  type NetworkLayerArgs,
  oneShape,
  oneTensor,
} from './network-layer.js';

/** Arguments of {@link Conv2d}. */
export interface Conv2dArgs extends NetworkLayerArgs {
  /** Number of output maps. */
  filters: number;
  /** Height and width of the kernel, or one number for both. */
  kernelSize: number | readonly [number, number];
  /** Step in both directions; 1 by default. */
  stride?: number;
  /**
   * Zeros added on each side: rows and columns, or one number for both; 0 by default. `same` pads as TensorFlow does: to an
   * output of ceil(size / stride), with the odd row or column at the end.
   */
  padding?: number | readonly [number, number] | 'same';
  /** Independent groups of maps; must divide the input maps and `filters`. 1 by default. */
  groups?: number;
  /** Whether a bias is added; true by default. */
  bias?: boolean;
  /** Applied to the result: `linear` (default), `relu`, … In inference it is fused into the convolution. */
  activation?: ActivationName;
  /** Start of the kernel; `fan-in`, PyTorch's default, by default. */
  start?: KernelStart;
  /** Layout of the kernel in a PyTorch state dict; `conv2d` by default. */
  layout?: 'conv2d' | 'conv3dCollapsed' | 'patches';
}

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
export class Conv2d extends NetworkLayer {
  static className = 'MerConv2d';
  private readonly filters: number;
  private readonly kernelSize: readonly [number, number];
  private readonly stride: number;
  private readonly padding: readonly [number, number] | 'same';
  private readonly groups: number;
  private readonly bias: boolean;
  private readonly activation: ActivationName;
  private readonly start: KernelStart;
  private readonly layout: NonNullable<Conv2dArgs['layout']>;
  private kernel!: tfl.LayerVariable;
  private offset: tfl.LayerVariable | null = null;

  constructor(args: Conv2dArgs) {
    super(args);
    const task = `make convolution ${this.name}`;
    const { filters, kernelSize, stride = 1, padding = 0, groups = 1, bias = true } = args;
    checkInteger(task, 'filters', filters);
    checkInteger(task, 'stride', stride);
    checkInteger(task, 'groups', groups);
    this.filters = filters;
    this.kernelSize = pair(kernelSize);
    this.stride = stride;
    this.padding = padding === 'same' ? padding : pair(padding);
    for (const size of this.kernelSize) checkInteger(task, 'kernelSize', size);
    if (this.padding !== 'same') for (const size of this.padding) checkInteger(task, 'padding', size, 0);
    this.groups = groups;
    this.bias = bias;
    this.activation = args.activation ?? 'linear';
    checkOneOf(task, 'activation', this.activation, ACTIVATIONS);
    this.start = args.start ?? 'fan-in';
    checkOneOf(task, 'start', this.start, KERNEL_STARTS);
    this.layout = args.layout ?? 'conv2d';
    if (filters % groups !== 0) {
      throw new RangeError(`Cannot ${task} as groups must divide filters: current values are ${groups} and ${filters}`);
    }
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const channels = shape[3]!;
    if (channels % this.groups !== 0) {
      throw new RangeError(
        `Cannot build layer ${this.name} as groups must divide the input's channels: current values are ${this.groups} and ${channels}`,
      );
    }
    const [height, width] = this.kernelSize;
    const fanIn = (channels / this.groups) * height * width;
    const fanOut = (this.filters / this.groups) * height * width;
    this.kernel = this.addParameter({
      name: 'kernel',
      shape: [height, width, channels / this.groups, this.filters],
      start: kernelStart(this.start, fanIn, fanOut),
      torchName: 'weight',
      layout: this.layout,
    });
    if (this.bias) {
      this.offset = this.addParameter({
        name: 'bias',
        shape: [this.filters],
        start: biasStart(this.start, fanIn),
      });
    }
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = oneShape(inputShape);
    const { padding } = this;
    const size = (length: number | null | undefined, axis: 0 | 1) => {
      if (length == null) return null;
      if (padding === 'same') return Math.ceil(length / this.stride);
      return Math.floor((length + 2 * padding[axis] - this.kernelSize[axis]) / this.stride) + 1;
    };
    return [shape[0] ?? null, size(shape[1], 0), size(shape[2], 1), this.filters];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const kernel = this.kernel.read() as tf.Tensor4D;
      const bias = this.offset === null ? undefined : (this.offset.read() as tf.Tensor1D);
      const options = { strides: this.stride, pad: explicitPadding(this.padding) };
      if (this.groups === 1) {
        if (this.pointwise && tf.getBackend() === 'cpu') {
          const wide = tf.reshape(kernel, [kernel.shape[2], this.filters]);
          return activate(linear(x, wide, bias), this.activation);
        }
        const fused = this.activation === 'relu' || this.activation === 'linear' ? this.activation : 'linear';
        const y =
          bias === undefined && fused === 'linear'
            ? tf.conv2d(x, kernel, options.strides, options.pad)
            : tf.fused.conv2d({ x, filter: kernel, ...options, bias, activation: fused });
        return fused === this.activation ? y : activate(y, this.activation);
      }
      const inputs4d = tf.split(x, this.groups, 3) as tf.Tensor4D[];
      const kernels = tf.split(kernel, this.groups, 3);
      const parts = inputs4d.map(
        (part, group): tf.Tensor4D => tf.conv2d(part, kernels[group]! as tf.Tensor4D, options.strides, options.pad),
      );
      const joined = tf.concat(parts, 3);
      return activate(bias === undefined ? joined : tf.add(joined, bias), this.activation);
    });
  }

  /** Whether this is a linear layer of every pixel: on the cpu backend a product of matrices trains 100 times faster. */
  private get pointwise(): boolean {
    const sizes = [...this.kernelSize, this.stride, this.groups];
    return sizes.every((size) => size === 1) && this.padding !== 'same' && this.padding.every((size) => size === 0);
  }

  /** The kernel `[height, width, in, out]` and the bias, null without one. */
  get kernelAndBias(): { kernel: tf.Tensor4D; bias: tf.Tensor1D | null } {
    return { kernel: this.kernel.read() as tf.Tensor4D, bias: (this.offset?.read() ?? null) as tf.Tensor1D | null };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      filters: this.filters,
      kernelSize: [...this.kernelSize],
      stride: this.stride,
      padding: this.padding === 'same' ? this.padding : [...this.padding],
      groups: this.groups,
      bias: this.bias,
      activation: this.activation,
      start: this.start,
      layout: this.layout,
    };
  }
}

/** Padding as tfjs takes it. */
function explicitPadding(
  padding: readonly [number, number] | 'same',
): 'same' | 'valid' | tf.backend_util.ExplicitPadding {
  if (padding === 'same') return padding;
  const [rows, columns] = padding;
  if (rows === 0 && columns === 0) return 'valid';
  return [
    [0, 0],
    [rows, rows],
    [columns, columns],
    [0, 0],
  ];
}

function pair(value: number | readonly [number, number]): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : [value[0], value[1]];
}
