import { integer, list } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { BatchNormalization, normalizeColumns } from './batch-normalization.js';
import { scaleColumns } from './column-ops.js';
import { Conv2d } from './conv2d.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import type { LayerPass } from './layer-pass.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const parallelConvNormOptions = {
  filters: list('Maps of each stream.', integer('Maps.', { min: 1 }), { min: 1 }),
  kernelSize: integer('Side of the kernels.', { min: 1 }),
  padding: integer('Zeros added on each side.', { min: 0, default: 0 }),
};

/** Arguments of {@link ParallelConvNorm}. */
export type ParallelConvNormArgs = LayerArgs<typeof parallelConvNormOptions>;

/**
 * Several streams of convolution, ReLU and batch norm on one input, with their results side by side.
 *
 * The streams are computed as one: a convolution with all their maps costs little more than the widest of them. Weights
 * and their PyTorch names are those of separate modules conv1, bn1, conv2, bn2, … at the top of the network.
 *
 * @throws {RangeError} when training on one value per map.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { ParallelConvNorm } from '@mer/models';
 *
 * const layer = new ParallelConvNorm({ filters: [3, 5, 8], kernelSize: 3, padding: 2 });
 * console.log(layer.apply(tf.zeros([1, 28, 28, 3])).shape); // [ 1, 30, 30, 16 ]
 * ```
 */
export class ParallelConvNorm extends NetworkLayer<typeof parallelConvNormOptions> {
  static className = 'MerParallelConvNorm';
  private readonly streams: Array<{ conv: Conv2d; norm: BatchNormalization }> = [];

  constructor(args: ParallelConvNormArgs) {
    super(args, parallelConvNormOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const { seed } = this;
    const { kernelSize } = this.options;
    this.options.filters.forEach((filters, index) => {
      const n = index + 1;
      const conv = new Conv2d({ seed, filters, kernelSize, padding: this.options.padding });
      this.streams.push({
        conv: this.addPart(`conv${n}`, conv, shape, `/conv${n}`),
        norm: this.addPart(`bn${n}`, new BatchNormalization(), [null, filters], `/bn${n}`),
      });
    });
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = oneShape(inputShape);
    const grow = 2 * this.options.padding - this.options.kernelSize + 1;
    const size = (length: number | null | undefined) => (length == null ? null : length + grow);
    return [
      shape[0] ?? null,
      size(shape[1]),
      size(shape[2]),
      this.options.filters.reduce((sum, count) => sum + count, 0),
    ];
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: LayerPass = {}): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const parts = this.streams.map(({ conv }) => conv.kernelAndBias);
      const filter = tf.concat(
        parts.map(({ kernel }) => kernel),
        3,
      ) as tf.Tensor4D;
      const bias = tf.concat(parts.map((part) => part.bias!)) as tf.Tensor1D;
      const y = tf.fused.conv2d({ x, filter, bias, strides: 1, pad: this.options.padding, activation: 'relu' });
      const rows = tf.reshape(y, [-1, y.shape[3]]) as tf.Tensor2D;
      const each = y.shape[1] * y.shape[2];
      return tf.reshape(kwargs.training ? this.train(rows, kwargs) : this.infer(rows, each), y.shape);
    });
  }

  private infer(rows: tf.Tensor2D, rowsOfSample: number): tf.Tensor2D {
    const each = this.streams.map(({ norm }) => norm.inference());
    const scale = tf.concat(each.map((part) => part.scale)) as tf.Tensor1D;
    const shift = tf.concat(each.map((part) => part.shift)) as tf.Tensor1D;
    return scaleColumns(rows, scale, shift, rowsOfSample);
  }

  private train(rows: tf.Tensor2D, { again }: LayerPass): tf.Tensor2D {
    const each = this.streams.map(({ norm }) => norm.scaleAndOffset);
    const gamma = tf.concat(each.map((part) => part.gamma)) as tf.Tensor1D;
    const beta = tf.concat(each.map((part) => part.beta)) as tf.Tensor1D;
    const { y, mean, variance } = normalizeColumns(rows, { gamma, beta });
    if (again) return y;
    const sizes = [...this.options.filters];
    const means = tf.split(mean, sizes);
    const variances = tf.split(variance, sizes);
    this.streams.forEach(({ norm }, index) => {
      norm.observe(means[index] as tf.Tensor1D, variances[index] as tf.Tensor1D, rows.shape[0]);
    });
    return y;
  }
}
