import { integer, number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';
import { ReflectConv } from './reflect-conv.js';

const encoderOptions = {
  filters: integer('Number of output maps, even.', { min: 2, default: 32 }),
  shapeBlocks: integer('Residual blocks before the convolution that is for motion.', { min: 1, default: 3 }),
  motionBlocks: integer('Residual blocks after it.', { min: 1, default: 2 }),
};

/** Arguments of {@link MotionEncoder}. */
export type MotionEncoderArgs = LayerArgs<typeof encoderOptions>;

/**
 * The encoder of learned motion magnification, without texture: `[batch, height, width, channels]` to maps of half the size.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { MotionEncoder } from '@mer/models';
 *
 * console.log(new MotionEncoder({ filters: 8 }).apply(tf.zeros([1, 16, 16, 1])).shape); // [ 1, 8, 8, 8 ]
 * ```
 *
 * Reference: Oh et al., ECCV 2018, arXiv 1804.02684, as in SKD-TSTSAN, arXiv 2406.17538.
 */
export class MotionEncoder extends NetworkLayer<typeof encoderOptions> {
  static className = 'MerMotionEncoder';
  private first!: ReflectConv;
  private second!: ReflectConv;
  private motion!: ReflectConv;
  private shapeBlocks!: ResidualPair[];
  private motionBlocks!: ResidualPair[];

  constructor(args: MotionEncoderArgs = {}) {
    super(args, encoderOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const { filters, shapeBlocks, motionBlocks } = this.options;
    const { seed } = this;
    const half = [null, Math.ceil(shape[1]! / 2), Math.ceil(shape[2]! / 2), filters];
    const narrow = [null, shape[1]!, shape[2]!, filters >> 1];
    const conv = (kernelSize: number, maps: number, stride = 1) =>
      new ReflectConv({ seed, filters: maps, kernelSize, stride, activation: 'relu' });
    const blocks = (name: string, count: number) =>
      Array.from({ length: count }, (_, i) => this.addPart(`${name}.${i}`, new ResidualPair({ seed }), half));
    this.first = this.addPart('cba_1', conv(7, filters >> 1), shape);
    this.second = this.addPart('cba_2', conv(3, filters, 2), narrow);
    this.shapeBlocks = blocks('resblks', shapeBlocks);
    this.motion = this.addPart('motion_cba', conv(3, filters), half);
    this.motionBlocks = blocks('motion_resblks', motionBlocks);
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch, height, width] = oneShape(inputShape);
    return [batch ?? null, Math.ceil(height! / 2), Math.ceil(width! / 2), this.options.filters];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const layers = [this.first, this.second, ...this.shapeBlocks, this.motion, ...this.motionBlocks];
      return layers.reduce((x: tf.Tensor, layer) => layer.call(x), oneTensor(inputs));
    });
  }
}

const manipulatorOptions = { factor: number('How much the motion is enlarged.', { min: 0, default: 2 }) };

/** Arguments of {@link MotionManipulator}. */
export type MotionManipulatorArgs = LayerArgs<typeof manipulatorOptions>;

/**
 * Enlarges the motion between two encoded frames:
 *
 *     out = b + h(factor g(b - a))          g: convolution 7x7, ReLU     h: convolution 3x3, residual block
 *
 * Inputs: the maps of the later frame b and of the earlier one a, `[batch, height, width, channels]` each; b alone where a is zero.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { MotionManipulator } from '@mer/models';
 *
 * const maps = tf.zeros([1, 8, 8, 4]);
 * console.log((new MotionManipulator().apply([maps, maps]) as tf.Tensor).shape); // [ 1, 8, 8, 4 ]
 * ```
 *
 * Reference: Oh et al., ECCV 2018, arXiv 1804.02684, as in SKD-TSTSAN, arXiv 2406.17538.
 */
export class MotionManipulator extends NetworkLayer<typeof manipulatorOptions> {
  static className = 'MerMotionManipulator';
  private g!: ReflectConv;
  private conv!: ReflectConv;
  private block!: ResidualPair;

  constructor(args: MotionManipulatorArgs = {}) {
    super(args, manipulatorOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const filters = shape[3]!;
    const { seed } = this;
    this.g = this.addPart('g', new ReflectConv({ seed, filters, kernelSize: 7, activation: 'relu' }), shape);
    this.conv = this.addPart('h_conv', new ReflectConv({ seed, filters, kernelSize: 3 }), shape);
    this.block = this.addPart('h_resblk', new ResidualPair({ seed }), shape);
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return oneShape(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [later, earlier] = [inputs].flat() as [tf.Tensor, tf.Tensor | undefined];
      const motion = this.g.call(earlier === undefined ? later : tf.sub(later, earlier));
      return tf.add(later, this.block.call(this.conv.call(tf.mul(motion, this.options.factor))));
    });
  }
}

/** x + conv(ReLU(conv(x))), as many maps as it is given. */
class ResidualPair extends NetworkLayer {
  static className = 'MerResidualPair';
  private first!: ReflectConv;
  private second!: ReflectConv;

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    const args = { seed: this.seed, filters: shape[3]!, kernelSize: 3 };
    this.first = this.addPart('cba_1', new ReflectConv({ ...args, activation: 'relu' }), shape);
    this.second = this.addPart('cba_2', new ReflectConv(args), shape);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs);
      return tf.add(this.second.call(this.first.call(x)), x);
    });
  }
}
