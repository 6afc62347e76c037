import { choice, number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { columnSum, scaleColumns } from './column-ops.js';
import { oneShape, oneTensor } from './layer-inputs.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';
import { ONES, ZEROS } from './parameter-start.js';

const layerNormalizationOptions = {
  epsilon: number('Added to the variance.', { above: 0, default: 1e-5 }),
  style: choice(
    'What a PyTorch state dict calls scale and offset: `weight` and `bias`, or `g` and `b` of shape [1, c, 1, 1].',
    ['pytorch', 'channels'],
    { default: 'pytorch' },
  ),
};

/** Arguments of {@link LayerNormalization}. */
export type LayerNormalizationArgs = LayerArgs<typeof layerNormalizationOptions>;

/**
 * Normalizes the last axis, by the kernel `LayerNormTraining` where the backend has it: y = gamma (x - mean) / sqrt(var + epsilon) + beta, with the biased variance.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { LayerNormalization } from '@mer/models';
 *
 * const y = new LayerNormalization().apply(tf.tensor2d([[1, 3]])) as tf.Tensor;
 * console.log(Array.from(y.dataSync(), Math.round)); // [ -1, 1 ]
 * ```
 */
export class LayerNormalization extends NetworkLayer<typeof layerNormalizationOptions> {
  static className = 'MerLayerNormalization';
  private gamma!: tfl.LayerVariable;
  private beta!: tfl.LayerVariable;

  constructor(args: LayerNormalizationArgs = {}) {
    super(args, layerNormalizationOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    const size = [shape[shape.length - 1]!];
    const channels = this.options.style === 'channels';
    const layout = channels ? ('perChannel' as const) : ('same' as const);
    this.gamma = this.addParameter({
      name: 'gamma',
      shape: size,
      start: ONES,
      torchName: channels ? 'g' : 'weight',
      layout,
    });
    this.beta = this.addParameter({
      name: 'beta',
      shape: size,
      start: ZEROS,
      torchName: channels ? 'b' : 'bias',
      layout,
    });
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs);
      const [scale, offset] = [this.gamma.read() as tf.Tensor1D, this.beta.read() as tf.Tensor1D];
      if (x.size > 0 && tf.getKernel('LayerNormTraining', tf.getBackend())) {
        const run = tf.engine().runKernel('LayerNormTraining', { x, scale, offset }, { epsilon: this.options.epsilon });
        return (run as tf.Tensor[])[0]!;
      }
      const rows = tf.reshape(x, [-1, x.shape[x.shape.length - 1]!]) as tf.Tensor2D;
      return tf.reshape(normalizeRows(rows, scale, offset, this.options.epsilon), x.shape);
    });
  }
}

/**
 * gamma (x - mean) / sqrt(var + epsilon) + beta along each row of `[rows, columns]`, with the gradient
 *
 *     g = dy gamma,  dx = inv (g - mean(g) - xhat mean(g xhat)),  dgamma = sum(dy xhat),  dbeta = sum(dy)
 */
function normalizeRows(x: tf.Tensor2D, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  const op = tf.customGrad((input, weight, bias, save) => {
    const mean = tf.mean(input as tf.Tensor, 1, true);
    const centered = tf.sub(input as tf.Tensor, mean);
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centered), 1, true), epsilon));
    const normalized = tf.mul(centered, inverse) as tf.Tensor2D;
    (save as tf.GradSaveFunc)([input as tf.Tensor, mean, inverse, weight as tf.Tensor]);
    const value = scaleColumns(normalized, weight as tf.Tensor1D, bias as tf.Tensor1D);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [at, center, inverted, weights] = saved as [tf.Tensor2D, tf.Tensor, tf.Tensor, tf.Tensor1D];
      const xhat = tf.mul(tf.sub(at, center), inverted) as tf.Tensor2D;
      const product = tf.mul(dy, xhat) as tf.Tensor2D;
      const inner = scaleColumns(dy as tf.Tensor2D, weights, null);
      const along = tf.mul(xhat, tf.mean(tf.mul(inner, xhat), 1, true));
      const dx = tf.mul(tf.sub(tf.sub(inner, tf.mean(inner, 1, true)), along), inverted);
      return [dx, columnSum(product), columnSum(dy as tf.Tensor2D)];
    };
    return { value, gradFunc };
  });
  return op(x, gamma, beta) as tf.Tensor2D;
}
