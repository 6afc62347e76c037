import { choice, integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';
import { ZEROS } from './parameter-start.js';

const positionEmbeddingOptions = {
  kind: choice(
    'What is learned: a vector per token, `[1, n, width]`, or a number per place, `[n]`.',
    ['token', 'place'],
    { default: 'token' },
  ),
};

/** Arguments of {@link PositionEmbedding}. */
export type PositionEmbeddingArgs = LayerArgs<typeof positionEmbeddingOptions>;

/**
 * Adds a learned vector, or number, to every token of `[batch, n, width]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { PositionEmbedding } from '@mer/models';
 *
 * console.log(new PositionEmbedding().apply(tf.zeros([2, 5, 8])).shape); // [ 2, 5, 8 ]
 * ```
 */
export class PositionEmbedding extends NetworkLayer<typeof positionEmbeddingOptions> {
  static className = 'MerPositionEmbedding';
  private table!: tfl.LayerVariable;

  constructor(args: PositionEmbeddingArgs = {}) {
    super(args, positionEmbeddingOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, tokens, width]');
    const [, count, width] = shape as [number, number, number];
    this.table = this.addParameter({
      name: 'table',
      shape: this.options.kind === 'token' ? [1, count, width] : [count],
      start: { kind: 'normal', deviation: this.options.kind === 'token' ? 0.02 : 1 },
      torchName: '',
    });
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs);
      const table = this.table.read();
      return tf.add(x, this.options.kind === 'token' ? table : tf.reshape(table, [1, -1, 1]));
    });
  }
}

/**
 * Puts one learned token in front: `[batch, n, width]` to `[batch, n + 1, width]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { ClassToken } from '@mer/models';
 *
 * console.log((new ClassToken().apply(tf.zeros([2, 5, 8])) as tf.Tensor).shape); // [ 2, 6, 8 ]
 * ```
 */
export class ClassToken extends NetworkLayer {
  static className = 'MerClassToken';
  private token!: tfl.LayerVariable;

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, tokens, width]');
    this.token = this.addParameter({ name: 'token', shape: [1, 1, shape[2]!], start: ZEROS, torchName: '' });
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch, count, width] = oneShape(inputShape);
    return [batch ?? null, count == null ? null : count + 1, width ?? null];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor3D;
      const first = tf.tile(this.token.read() as tf.Tensor3D, [x.shape[0], 1, 1]);
      return tf.concat([first, x], 1);
    });
  }
}

const takeTokenOptions = {
  index: integer('Which token.', { min: 0, default: 0 }),
};

/** Arguments of {@link TakeToken}. */
export type TakeTokenArgs = LayerArgs<typeof takeTokenOptions>;

/**
 * One token: `[batch, n, width]` to `[batch, width]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { TakeToken } from '@mer/models';
 *
 * console.log(new TakeToken().apply(tf.zeros([2, 5, 8])).shape); // [ 2, 8 ]
 * ```
 */
export class TakeToken extends NetworkLayer<typeof takeTokenOptions> {
  static className = 'MerTakeToken';

  constructor(args: TakeTokenArgs = {}) {
    super(args, takeTokenOptions);
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch, , width] = oneShape(inputShape);
    return [batch ?? null, width ?? null];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor3D;
      const [batch, , width] = x.shape;
      return tf.reshape(tf.slice(x, [0, this.options.index, 0], [batch, 1, width]), [batch, width]);
    });
  }
}
