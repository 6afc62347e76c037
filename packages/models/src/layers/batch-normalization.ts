import { flag, integer, number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { columnSum, scaleColumns } from './column-ops.js';
import { oneShape, oneTensor } from './layer-inputs.js';
import type { LayerPass } from './layer-pass.js';
import type { LayerTraits } from './layer-traits.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';
import { ONES, ZEROS } from './parameter-start.js';

const batchNormalizationOptions = {
  epsilon: number('Added to the variance.', { above: 0, default: 1e-5 }),
  momentum: number('Weight of the new batch in the running statistics.', { min: 0, below: 1, default: 0.1 }),
  ...frameNormOptions(),
};

/** Options of what normalizes frames that follow one another in the batch. */
// @__NO_SIDE_EFFECTS__
export function frameNormOptions() {
  return {
    frames: integer(
      'Frames of a sample, one after the other in the batch; with more than 1, training normalizes each frame of all samples by itself, as does a network that is called once for each.',
      { min: 1, default: 1 },
    ),
    pairs: flag(
      'Whether the running statistics see all frames but first and last twice, as where a network is called for each pair of neighbors.',
      { default: false },
    ),
  };
}

/** Arguments of {@link BatchNormalization}. */
export type BatchNormalizationArgs = LayerArgs<typeof batchNormalizationOptions>;

/**
 * Batch normalization over all axes but the last, with PyTorch's conventions.
 *
 * Training: y = gamma (x - mean) / sqrt(var + epsilon) + beta with the batch's mean and biased variance; the running
 * statistics move by `momentum` towards the batch's mean and **unbiased** variance. Inference: the same with the running
 * statistics.
 *
 * @throws {RangeError} when training on one value per channel, where the variance is undefined.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { BatchNormalization } from '@mer/models';
 *
 * const layer = new BatchNormalization();
 * const y = layer.apply(tf.tensor2d([[1], [3]]), { training: true }) as tf.Tensor;
 * console.log(Array.from(y.dataSync(), Math.round)); // [ -1, 1 ]
 * ```
 */
export class BatchNormalization extends NetworkLayer<typeof batchNormalizationOptions> {
  static className = 'MerBatchNormalization';
  private gamma!: tfl.LayerVariable;
  private beta!: tfl.LayerVariable;
  private movingMean!: tfl.LayerVariable;
  private movingVariance!: tfl.LayerVariable;

  constructor(args: BatchNormalizationArgs = {}) {
    super(args, batchNormalizationOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    const channels = [shape[shape.length - 1]!];
    this.gamma = this.addParameter({ name: 'gamma', shape: channels, start: ONES, torchName: 'weight' });
    this.beta = this.addParameter({ name: 'beta', shape: channels, start: ZEROS, torchName: 'bias' });
    this.movingMean = this.addParameter({
      name: 'moving_mean',
      shape: channels,
      start: ZEROS,
      torchName: 'running_mean',
      trainable: false,
    });
    this.movingVariance = this.addParameter({
      name: 'moving_variance',
      shape: channels,
      start: ONES,
      torchName: 'running_var',
      trainable: false,
    });
    this.built = true;
  }

  override get traits(): LayerTraits {
    return { couplesSamples: true, canRectify: true };
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: LayerPass = {}): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs);
      const rows = tf.reshape(x, [-1, x.shape[x.shape.length - 1]!]) as tf.Tensor2D;
      const gamma = this.gamma.read() as tf.Tensor1D;
      const beta = this.beta.read() as tf.Tensor1D;
      if (!kwargs.training) {
        const { scale, shift } = this.inference();
        const y = tf.reshape(scaleColumns(rows, scale, shift, rows.shape[0] / x.shape[0]!), x.shape);
        return kwargs.rectified ? tf.relu(y) : y;
      }
      const normalized = (part: tf.Tensor2D, times: number) => {
        const how = { epsilon: this.options.epsilon, ...kwargs };
        const { y, mean, variance } = normalizeColumns(part, { gamma, beta }, how);
        for (let i = 0; i < times && !kwargs.again; i++) this.observe(mean, variance, part.shape[0]);
        return y;
      };
      const { frames, pairs } = this.options;
      if (frames === 1) return tf.reshape(normalized(rows, 1), x.shape);
      const samples = x.shape[0]! / frames;
      const each = tf.split(tf.reshape(rows, [samples, frames, -1, rows.shape[1]]), frames, 1).map((part, frame) => {
        const times = pairs && frame > 0 && frame < frames - 1 ? 2 : 1;
        return tf.reshape(normalized(tf.reshape(part, [-1, rows.shape[1]]), times), part.shape);
      });
      return tf.reshape(tf.concat(each, 1), x.shape);
    });
  }

  /** The scale and shift per channel that inference applies. */
  inference(): { scale: tf.Tensor1D; shift: tf.Tensor1D } {
    return tf.tidy(() => {
      const inverse = tf.rsqrt(tf.add(this.movingVariance.read(), this.options.epsilon));
      const scale = tf.mul(this.gamma.read(), inverse) as tf.Tensor1D;
      return { scale, shift: tf.sub(this.beta.read(), tf.mul(this.movingMean.read(), scale)) as tf.Tensor1D };
    });
  }

  /** Moves the running statistics towards the mean and the biased variance of `count` values. */
  observe(mean: tf.Tensor1D, variance: tf.Tensor1D, count: number): void {
    this.track(this.movingMean, mean, 1);
    this.track(this.movingVariance, variance, count / (count - 1));
  }

  /** Scale and offset. */
  get scaleAndOffset(): { gamma: tf.Tensor1D; beta: tf.Tensor1D } {
    return { gamma: this.gamma.read() as tf.Tensor1D, beta: this.beta.read() as tf.Tensor1D };
  }

  /** running = (1 - momentum) running + momentum correction batch */
  private track(running: tfl.LayerVariable, batch: tf.Tensor, correction: number): void {
    tf.tidy(() => {
      const kept = tf.mul(running.read(), 1 - this.options.momentum);
      running.write(tf.add(kept, tf.mul(batch, this.options.momentum * correction)));
    });
  }
}

/**
 * y = gamma (x - mean) / sqrt(variance + epsilon) + beta for `[rows, columns]`, rectified if so wanted, with the mean and the biased variance of
 * each column. With the kernel of `@mer/backends` where `useBackend` has registered it. Else the gradient is written out and
 * needs no broadcast copies:
 *
 *     dbeta = sum(dy),  dgamma = sum(dy xhat),  dx = gamma inv (dy - dbeta / rows - xhat dgamma / rows)
 */
export function normalizeColumns(
  x: tf.Tensor2D,
  { gamma, beta }: { gamma: tf.Tensor1D; beta: tf.Tensor1D },
  { epsilon = 1e-5, rectified = false }: { epsilon?: number; rectified?: boolean } = {},
): { y: tf.Tensor2D; mean: tf.Tensor1D; variance: tf.Tensor1D } {
  const rows = x.shape[0];
  if (rows < 2) {
    throw new RangeError(
      `Cannot train batch normalization as the batch must have at least 2 values per channel: current value is ${rows}`,
    );
  }
  const kernelName = rectified ? 'BatchNormReluTraining' : 'BatchNormTraining';
  if (tf.getKernel(kernelName, tf.getBackend())) {
    const inputs = { x, scale: gamma, offset: beta };
    const [y, mean, variance] = tf.engine().runKernel(kernelName, inputs, { epsilon }) as tf.Tensor[];
    return { y: y as tf.Tensor2D, mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
  }
  const mean = tf.div(columnSum(x), rows) as tf.Tensor1D;
  const centered = scaleColumns(x, null, tf.neg(mean));
  const variance = tf.div(columnSum(tf.square(centered)), rows) as tf.Tensor1D;
  const inverse = tf.rsqrt(tf.add(variance, epsilon)) as tf.Tensor1D;
  const op = tf.customGrad((_input, weight, bias, save) => {
    const scale = tf.mul(inverse, weight as tf.Tensor) as tf.Tensor1D;
    (save as tf.GradSaveFunc)([centered, inverse, scale]);
    const value = scaleColumns(centered, scale, bias as tf.Tensor1D);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [deviation, inverted, scales] = saved as [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D];
      const dbeta = columnSum(dy as tf.Tensor2D);
      const dgamma = tf.mul(columnSum(tf.mul(dy, deviation) as tf.Tensor2D), inverted);
      const slope = tf.div(tf.mul(dgamma, inverted), -rows) as tf.Tensor1D;
      const correction = scaleColumns(deviation, slope, tf.div(dbeta, -rows) as tf.Tensor1D);
      return [scaleColumns(tf.add(dy, correction) as tf.Tensor2D, scales, null), dgamma, dbeta];
    };
    return { value, gradFunc };
  });
  const y = op(x, gamma, beta) as tf.Tensor2D;
  return { y: rectified ? tf.relu(y) : y, mean, variance };
}
