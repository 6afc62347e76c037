import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkOneOf } from '../checks.js';
import { checkLayerInput, NetworkLayer, type NetworkLayerArgs, oneShape, oneTensor, ZEROS } from './network-layer.js';

/** Arguments of {@link PositionEmbedding}. */
export interface PositionEmbeddingArgs extends NetworkLayerArgs {
  /**
   * What is learned: `token`, a vector per token, `[1, n, width]` (default); `place`, a number per token, `[n]`.
   */
  kind?: 'token' | 'place';
}

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
export class PositionEmbedding extends NetworkLayer {
  static className = 'MerPositionEmbedding';
  private readonly kind: 'token' | 'place';
  private table!: tfl.LayerVariable;

  constructor(args: PositionEmbeddingArgs = {}) {
    super(args);
    this.kind = args.kind ?? 'token';
    checkOneOf(`make embedding ${this.name}`, 'kind', this.kind, ['token', 'place']);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, tokens, width]');
    const [, count, width] = shape as [number, number, number];
    this.table = this.addParameter({
      name: 'table',
      shape: this.kind === 'token' ? [1, count, width] : [count],
      start: { kind: 'normal', deviation: this.kind === 'token' ? 0.02 : 1 },
      torchName: '',
    });
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs);
      const table = this.table.read();
      return tf.add(x, this.kind === 'token' ? table : tf.reshape(table, [1, -1, 1]));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), kind: this.kind };
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

/** Arguments of {@link TakeToken}. */
export interface TakeTokenArgs extends NetworkLayerArgs {
  /** Which token; 0 by default. */
  index?: number;
}

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
export class TakeToken extends NetworkLayer {
  static className = 'MerTakeToken';
  private readonly index: number;

  constructor(args: TakeTokenArgs = {}) {
    super(args);
    this.index = args.index ?? 0;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch, , width] = oneShape(inputShape);
    return [batch ?? null, width ?? null];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor3D;
      const [batch, , width] = x.shape;
      return tf.reshape(tf.slice(x, [0, this.index, 0], [batch, 1, width]), [batch, width]);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), index: this.index };
  }
}
