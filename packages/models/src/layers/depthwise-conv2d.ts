import { flag, integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { biasStart, kernelStart, kernelStartOption } from './kernel-start.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const depthwiseConv2dOptions = {
  kernelSize: integer('Side of the kernel.', { min: 1 }),
  stride: integer('Step in both directions.', { min: 1, default: 1 }),
  padding: integer('Zeros added on each side.', { min: 0, default: 0 }),
  bias: flag('Whether a bias is added.', { default: true }),
  start: kernelStartOption('fan-in'),
};

/** Arguments of {@link DepthwiseConv2d}. */
export type DepthwiseConv2dArgs = LayerArgs<typeof depthwiseConv2dOptions>;

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
export class DepthwiseConv2d extends NetworkLayer<typeof depthwiseConv2dOptions> {
  static className = 'MerDepthwiseConv2d';
  private kernel!: tfl.LayerVariable;
  private offset: tfl.LayerVariable | null = null;

  constructor(args: DepthwiseConv2dArgs) {
    super(args, depthwiseConv2dOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const channels = shape[3]!;
    const fanIn = this.options.kernelSize ** 2;
    this.kernel = this.addParameter({
      name: 'kernel',
      shape: [this.options.kernelSize, this.options.kernelSize, channels, 1],
      start: kernelStart(this.options.start, fanIn, fanIn * channels),
      torchName: 'weight',
      layout: 'depthwise2d',
    });
    if (this.options.bias) {
      this.offset = this.addParameter({ name: 'bias', shape: [channels], start: biasStart(this.options.start, fanIn) });
    }
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = oneShape(inputShape);
    const size = (length: number | null | undefined) =>
      length == null
        ? null
        : Math.floor((length + 2 * this.options.padding - this.options.kernelSize) / this.options.stride) + 1;
    return [shape[0] ?? null, size(shape[1]), size(shape[2]), shape[3] ?? null];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const filter = this.kernel.read() as tf.Tensor4D;
      const bias = this.offset?.read() as tf.Tensor1D | undefined;
      return bias === undefined
        ? tf.depthwiseConv2d(x, filter, this.options.stride, this.options.padding)
        : tf.fused.depthwiseConv2d({ x, filter, strides: this.options.stride, pad: this.options.padding, bias });
    });
  }
}
