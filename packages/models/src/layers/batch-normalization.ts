import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkRate } from '../checks.js';
import { NetworkLayer, type NetworkLayerArgs, ONES, oneShape, oneTensor, ZEROS } from './network-layer.js';

/** Arguments of {@link BatchNormalization}. */
export interface BatchNormalizationArgs extends NetworkLayerArgs {
  /** Added to the variance; 1e-5 by default. */
  epsilon?: number;
  /** Weight of the new batch in the running statistics; 0.1 by default. */
  momentum?: number;
}

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
export class BatchNormalization extends NetworkLayer {
  static className = 'MerBatchNormalization';
  private readonly epsilon: number;
  private readonly momentum: number;
  private gamma!: tfl.LayerVariable;
  private beta!: tfl.LayerVariable;
  private movingMean!: tfl.LayerVariable;
  private movingVariance!: tfl.LayerVariable;

  constructor(args: BatchNormalizationArgs = {}) {
    super(args);
    this.epsilon = args.epsilon ?? 1e-5;
    this.momentum = args.momentum ?? 0.1;
    checkRate(`make batch normalization ${this.name}`, 'momentum', this.momentum);
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

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean } = {}): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs);
      const gamma = this.gamma.read() as tf.Tensor1D;
      const beta = this.beta.read() as tf.Tensor1D;
      if (!kwargs.training) {
        const scale = tf.mul(gamma, tf.rsqrt(tf.add(this.movingVariance.read(), this.epsilon)));
        const shift = tf.sub(beta, tf.mul(this.movingMean.read(), scale));
        return tf.add(tf.mul(x, scale), shift);
      }
      const rows = tf.reshape(x, [-1, x.shape[x.shape.length - 1]!]) as tf.Tensor2D;
      const count = rows.shape[0];
      if (count < 2) {
        throw new RangeError(
          `Cannot train batch normalization ${this.name} as the batch must have at least 2 values per channel: current value is ${count}`,
        );
      }
      const { mean, variance } = columnMoments(rows);
      this.track(this.movingMean, mean, 1);
      this.track(this.movingVariance, variance, count / (count - 1));
      const y = normalizeColumns(rows, gamma, beta, { mean, variance, epsilon: this.epsilon });
      return tf.reshape(y, x.shape);
    });
  }

  /** running = (1 - momentum) running + momentum correction batch */
  private track(running: tfl.LayerVariable, batch: tf.Tensor, correction: number): void {
    tf.tidy(() => {
      const kept = tf.mul(running.read(), 1 - this.momentum);
      running.write(tf.add(kept, tf.mul(batch, this.momentum * correction)));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.epsilon, momentum: this.momentum };
  }
}

/** Mean and biased variance of each column of `[rows, columns]`. */
export function columnMoments(x: tf.Tensor2D): { mean: tf.Tensor1D; variance: tf.Tensor1D } {
  const mean = columnMean(x);
  const variance = columnMean(tf.square(tf.sub(x, mean)));
  return { mean, variance };
}

function columnMean(x: tf.Tensor2D): tf.Tensor1D {
  return tf.div(columnSum(x), x.shape[0]);
}

/** Sum of each column of `[rows, columns]`. */
function columnSum(x: tf.Tensor2D): tf.Tensor1D {
  return tf.sum(x, 0);
}

/** Statistics for {@link normalizeColumns}. */
interface ColumnStatistics {
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
  readonly epsilon: number;
}

/**
 * gamma (x - mean) / sqrt(variance + epsilon) + beta for `[rows, columns]`, where mean and variance are those of x
 * itself; the gradient is written out and needs no broadcast copies:
 *
 *     dx = gamma inv (dy - mean(dy) - xhat mean(dy xhat)),  dgamma = sum(dy xhat),  dbeta = sum(dy)
 */
function normalizeColumns(
  x: tf.Tensor2D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  { mean, variance, epsilon }: ColumnStatistics,
): tf.Tensor2D {
  const op = tf.customGrad((input, weight, bias, save) => {
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const normalized = tf.mul(tf.sub(input as tf.Tensor, mean), inverse);
    (save as tf.GradSaveFunc)([normalized, inverse, weight as tf.Tensor]);
    const value = tf.add(tf.mul(normalized, weight as tf.Tensor), bias as tf.Tensor);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [xhat, scale, weights] = saved as [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D];
      const dbeta = columnSum(dy as tf.Tensor2D);
      const dgamma = columnSum(tf.mul(dy, xhat) as tf.Tensor2D);
      const rows = xhat.shape[0];
      const inner = tf.sub(tf.sub(dy, tf.div(dbeta, rows)), tf.mul(xhat, tf.div(dgamma, rows)));
      return [tf.mul(inner, tf.mul(scale, weights)), dgamma, dbeta];
    };
    return { value, gradFunc };
  });
  return op(x, gamma, beta) as tf.Tensor2D;
}
