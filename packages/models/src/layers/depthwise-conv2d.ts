import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkInteger, checkOneOf } from '../checks.js';
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

/** Arguments of {@link DepthwiseConv2d}. */
export interface DepthwiseConv2dArgs extends NetworkLayerArgs {
  /** Side of the kernel. */
  kernelSize: number;
  /** Step in both directions; 1 by default. */
  stride?: number;
  /** Zeros added on each side; 0 by default. */
  padding?: number;
  /** Whether a bias is added; true by default. */
  bias?: boolean;
  /** Start of the kernel; `fan-in`, PyTorch's default, by default. */
  start?: KernelStart;
}

/**
 * Convolution of every map with a kernel of its own (groups = channels), with PyTorch's conventions.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { DepthwiseConv2d } from '@mer/models';
 *
 * const layer = new DepthwiseConv2d({ kernelSize: 3, padding: 1 });
 * console.log(layer.apply(tf.zeros([1, 8, 8, 6])).shape); // [ 1, 8, 8, 6 ]
 * ```
 */
export class DepthwiseConv2d extends NetworkLayer {
  static className = 'MerDepthwiseConv2d';
  private readonly kernelSize: number;
  private readonly stride: number;
  private readonly padding: number;
  private readonly bias: boolean;
  private readonly start: KernelStart;
  private kernel!: tfl.LayerVariable;
  private offset: tfl.LayerVariable | null = null;

  constructor(args: DepthwiseConv2dArgs) {
    super(args);
    const task = `make depthwise convolution ${this.name}`;
    const { kernelSize, stride = 1, padding = 0, bias = true, start = 'fan-in' } = args;
    checkInteger(task, 'kernelSize', kernelSize);
    checkInteger(task, 'stride', stride);
    checkInteger(task, 'padding', padding, 0);
    checkOneOf(task, 'start', start, KERNEL_STARTS);
    this.kernelSize = kernelSize;
    this.stride = stride;
    this.padding = padding;
    this.bias = bias;
    this.start = start;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const channels = shape[3]!;
    const fanIn = this.kernelSize ** 2;
    this.kernel = this.addParameter({
      name: 'kernel',
      shape: [this.kernelSize, this.kernelSize, channels, 1],
      start: kernelStart(this.start, fanIn, fanIn * channels),
      torchName: 'weight',
      layout: 'depthwise2d',
    });
    if (this.bias) {
      this.offset = this.addParameter({ name: 'bias', shape: [channels], start: biasStart(this.start, fanIn) });
    }
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = oneShape(inputShape);
    const size = (length: number | null | undefined) =>
      length == null ? null : Math.floor((length + 2 * this.padding - this.kernelSize) / this.stride) + 1;
    return [shape[0] ?? null, size(shape[1]), size(shape[2]), shape[3] ?? null];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const filter = this.kernel.read() as tf.Tensor4D;
      const bias = this.offset?.read() as tf.Tensor1D | undefined;
      return bias === undefined
        ? tf.depthwiseConv2d(x, filter, this.stride, this.padding)
        : tf.fused.depthwiseConv2d({ x, filter, strides: this.stride, pad: this.padding, bias });
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      kernelSize: this.kernelSize,
      stride: this.stride,
      padding: this.padding,
      bias: this.bias,
      start: this.start,
    };
  }
}
