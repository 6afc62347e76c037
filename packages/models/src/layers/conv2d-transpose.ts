import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkInteger } from '../checks.js';
import {
  biasStart,
  checkLayerInput,
  kernelStart,
  NetworkLayer,
  type NetworkLayerArgs,
  oneShape,
  oneTensor,
} from './network-layer.js';

/** Arguments of {@link Conv2dTranspose}. */
export interface Conv2dTransposeArgs extends NetworkLayerArgs {
  /** Number of output maps. */
  filters: number;
  /** By which factor height and width grow; the kernel has twice that side. 2 by default. */
  stride?: number;
}

/**
 * Transposed convolution that multiplies height and width by `stride`: kernel `2 stride`, PyTorch's padding `stride / 2`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Conv2dTranspose } from '@mer/models';
 *
 * console.log(new Conv2dTranspose({ filters: 2 }).apply(tf.zeros([1, 7, 7, 4])).shape); // [ 1, 14, 14, 2 ]
 * ```
 */
export class Conv2dTranspose extends NetworkLayer {
  static className = 'MerConv2dTranspose';
  private readonly filters: number;
  private readonly stride: number;
  private kernel!: tfl.LayerVariable;
  private bias!: tfl.LayerVariable;

  constructor(args: Conv2dTransposeArgs) {
    super(args);
    const task = `make transposed convolution ${this.name}`;
    this.filters = args.filters;
    this.stride = args.stride ?? 2;
    checkInteger(task, 'filters', this.filters);
    checkInteger(task, 'stride', this.stride, 2);
    if (this.stride % 2 !== 0) {
      throw new RangeError(`Cannot ${task} as stride must be even: current value is ${this.stride}`);
    }
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const side = 2 * this.stride;
    // PyTorch takes the second axis of the stored [in, out, h, w] as fan in
    const fanIn = this.filters * side * side;
    this.kernel = this.addParameter({
      name: 'kernel',
      shape: [side, side, this.filters, shape[3]!],
      start: kernelStart('fan-in', fanIn, 1),
      torchName: 'weight',
      layout: 'conv2dTranspose',
    });
    this.bias = this.addParameter({ name: 'bias', shape: [this.filters], start: biasStart('fan-in', fanIn) });
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch, height, width] = oneShape(inputShape);
    const grown = (length: number | null | undefined) => (length == null ? null : length * this.stride);
    return [batch ?? null, grown(height), grown(width), this.filters];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const [batch, height, width] = x.shape;
      const shape: [number, number, number, number] = [batch, height * this.stride, width * this.stride, this.filters];
      const y = tf.conv2dTranspose(x, this.kernel.read() as tf.Tensor4D, shape, this.stride, 'same');
      return tf.add(y, this.bias.read());
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), filters: this.filters, stride: this.stride };
  }
}
