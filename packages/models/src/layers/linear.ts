import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkInteger, checkOneOf } from '../checks.js';
import { type ActivationName, activate } from './activation.js';
import {
  biasStart,
  KERNEL_STARTS,
  type KernelStart,
  kernelStart,
  NetworkLayer,
  type NetworkLayerArgs,
  oneShape,
  oneTensor,
} from './network-layer.js';

/** Arguments of {@link Linear}. */
export interface LinearArgs extends NetworkLayerArgs {
  /** Number of outputs. */
  units: number;
  /** Whether a bias is added; true by default. */
  bias?: boolean;
  /** Applied to the result; `linear` by default. */
  activation?: ActivationName;
  /** Start of the kernel; `fan-in`, PyTorch's default, by default. */
  start?: KernelStart;
  /** Layout of the kernel in a PyTorch state dict: `linear` (default), or `conv1x1` for a convolution of size 1. */
  layout?: 'linear' | 'conv1x1';
}

/**
 * y = x W + b over the last axis, with PyTorch's initial weights.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Linear } from '@mer/models';
 *
 * console.log(new Linear({ units: 3 }).apply(tf.zeros([2, 5])).shape); // [ 2, 3 ]
 * ```
 */
export class Linear extends NetworkLayer {
  static className = 'MerLinear';
  private readonly units: number;
  private readonly bias: boolean;
  private readonly activation: ActivationName;
  private readonly start: KernelStart;
  private readonly layout: NonNullable<LinearArgs['layout']>;
  private kernel!: tfl.LayerVariable;
  private offset: tfl.LayerVariable | null = null;

  constructor(args: LinearArgs) {
    super(args);
    checkInteger(`make linear layer ${this.name}`, 'units', args.units);
    this.units = args.units;
    this.bias = args.bias ?? true;
    this.activation = args.activation ?? 'linear';
    this.start = args.start ?? 'fan-in';
    checkOneOf(`make linear layer ${this.name}`, 'start', this.start, KERNEL_STARTS);
    this.layout = args.layout ?? 'linear';
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    const size = shape[shape.length - 1]!;
    this.kernel = this.addParameter({
      name: 'kernel',
      shape: [size, this.units],
      start: kernelStart(this.start, size, this.units),
      torchName: 'weight',
      layout: this.layout,
    });
    if (this.bias) {
      this.offset = this.addParameter({
        name: 'bias',
        shape: [this.units],
        start: biasStart(this.start, size),
      });
    }
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return [...oneShape(inputShape).slice(0, -1), this.units];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const y = linear(oneTensor(inputs), this.kernel.read(), this.offset?.read());
      return activate(y, this.activation);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      units: this.units,
      bias: this.bias,
      activation: this.activation,
      start: this.start,
      layout: this.layout,
    };
  }
}

/** x W + b over the last axis of a tensor of any rank. */
export function linear(x: tf.Tensor, kernel: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const size = x.shape[x.shape.length - 1]!;
  const rows = tf.reshape(x, [-1, size]) as tf.Tensor2D;
  const product = tf.matMul(rows, kernel as tf.Tensor2D);
  const sum = bias === undefined ? product : tf.add(product, bias);
  return x.rank === 2 ? sum : tf.reshape(sum, [...x.shape.slice(0, -1), kernel.shape[1]!]);
}
