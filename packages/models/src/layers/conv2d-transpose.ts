import { flag, integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { biasStart, kernelStart, kernelStartOption } from './kernel-start.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const conv2dTransposeOptions = {
  filters: integer('Number of output maps.', { min: 1 }),
  stride: integer('By which factor height and width grow; the kernel has twice that side.', { min: 2, default: 2 }),
  bias: flag('Whether a bias is added.', { default: true }),
  start: kernelStartOption('fan-in'),
};

/** Arguments of {@link Conv2dTranspose}. */
export type Conv2dTransposeArgs = LayerArgs<typeof conv2dTransposeOptions>;

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
export class Conv2dTranspose extends NetworkLayer<typeof conv2dTransposeOptions> {
  static className = 'MerConv2dTranspose';
  private kernel!: tfl.LayerVariable;
  private bias: tfl.LayerVariable | null = null;

  constructor(args: Conv2dTransposeArgs) {
    super(args, conv2dTransposeOptions);
    if (this.options.stride % 2 !== 0) {
      throw new RangeError(`Cannot ${this.making} as stride must be even: current value is ${this.options.stride}`);
    }
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const side = 2 * this.options.stride;
    // PyTorch takes the second axis of the stored [in, out, h, w] as fan in
    const fanIn = this.options.filters * side * side;
    this.kernel = this.addParameter({
      name: 'kernel',
      shape: [side, side, this.options.filters, shape[3]!],
      start: kernelStart(this.options.start, fanIn, 1),
      torchName: 'weight',
      layout: 'conv2dTranspose',
    });
    if (this.options.bias) {
      const start = biasStart(this.options.start, fanIn);
      this.bias = this.addParameter({ name: 'bias', shape: [this.options.filters], start });
    }
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch, height, width] = oneShape(inputShape);
    const grown = (length: number | null | undefined) => (length == null ? null : length * this.options.stride);
    return [batch ?? null, grown(height), grown(width), this.options.filters];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const [batch, height, width] = x.shape;
      const shape: [number, number, number, number] = [
        batch,
        height * this.options.stride,
        width * this.options.stride,
        this.options.filters,
      ];
      const y = tf.conv2dTranspose(x, this.kernel.read() as tf.Tensor4D, shape, this.options.stride, 'same');
      return this.bias === null ? y : tf.add(y, this.bias.read());
    });
  }
}
