import { integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { activationOption } from './activation.js';
import { Conv2d } from './conv2d.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';
import { reflectPad } from './reflect-pad.js';

const reflectConvOptions = {
  filters: integer('Number of output maps.', { min: 1 }),
  kernelSize: integer('Side of the kernel, odd.', { min: 1 }),
  stride: integer('Step in both directions.', { min: 1, default: 1 }),
  activation: activationOption('linear'),
};

/** Arguments of {@link ReflectConv}. */
export type ReflectConvArgs = LayerArgs<typeof reflectConvOptions>;

/** Convolution without a bias over an image that is mirrored at its border; the weight is called `conv2d.weight`. */
export class ReflectConv extends NetworkLayer<typeof reflectConvOptions> {
  static className = 'MerReflectConv';
  private conv!: Conv2d;

  constructor(args: ReflectConvArgs) {
    super(args, reflectConvOptions);
  }

  private get border(): number {
    return (this.options.kernelSize - 1) >> 1;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const [batch, height, width, channels] = this.checked(inputShape);
    const { filters, kernelSize, stride, activation } = this.options;
    const conv = new Conv2d({ seed: this.seed, filters, kernelSize, stride, activation, bias: false });
    const grown = 2 * this.border;
    this.conv = this.addPart('conv2d', conv, [batch!, height! + grown, width! + grown, channels!]);
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch, height, width] = this.checked(inputShape);
    const size = (length: number) =>
      Math.floor((length + 2 * this.border - this.options.kernelSize) / this.options.stride) + 1;
    return [batch!, size(height!), size(width!), this.options.filters];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      return this.conv.call(this.border === 0 ? x : reflectPad(x, this.border));
    });
  }

  private checked(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    return shape;
  }
}
