import { integer, number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { attend } from './attend.js';
import { twoShapes, twoTensors } from './combine.js';
import { LayerNormalization } from './layer-normalization.js';
import { Linear } from './linear.js';
import { NeighborAttention } from './neighbor-attention.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const causalRelationsOptions = {
  heads: integer('Number of heads, which divides the width.', { min: 1, default: 8 }),
  depth: integer('Layers of the attention between the later two images.', { min: 1 }),
  gamma: number('How much the score of a diagonal neighbor is lowered, times its number from 1.', { default: 0.5 }),
};

/** Arguments of {@link CausalRelations}. */
export type CausalRelationsArgs = LayerArgs<typeof causalRelationsOptions>;

/**
 * What CausalNet makes of the features of four images: where things move, learned between the later two and added to the first two; then how the first two follow
 * from one another, forwards and backwards.
 *
 * Inputs: features of the first two images and of the later two, `[2 batch, 4 width]` each, which are four tokens; output `[batch, 12, width]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { CausalRelations } from '@mer/models';
 *
 * const features = tf.zeros([2, 32]);
 * console.log((new CausalRelations({ heads: 2, depth: 1 }).apply([features, features]) as tf.Tensor).shape); // [ 1, 12, 8 ]
 * ```
 *
 * Reference: CausalNet, arXiv 2508.06640, with the names of its code.
 */
export class CausalRelations extends NetworkLayer<typeof causalRelationsOptions> {
  static className = 'MerCausalRelations';
  private cross!: { norm: LayerNormalization; attention: NeighborAttention; hidden: FeedForwardPair }[];
  private causal!: {
    norm: LayerNormalization;
    spatial: NeighborAttention;
    hidden: FeedForwardPair;
  } & Record<'temporalQ' | 'temporalKv' | 'temporalOut' | 'q' | 'k' | 'v' | 'out', Linear>;

  constructor(args: CausalRelationsArgs) {
    super(args, causalRelationsOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const [features] = twoShapes(this, inputShape);
    const width = features[1]! / 4;
    const { heads, depth, gamma } = this.options;
    if (!Number.isInteger(width) || width % heads !== 0) {
      throw new RangeError(
        `Cannot build layer ${this.name} as heads must divide a fourth of the features: current values are ${heads} and ${features[1]}`,
      );
    }
    const { seed } = this;
    const tokens = [null, 4, width];
    const norm = (name: string, torchName: string) =>
      this.addPart(name, new LayerNormalization({ seed, epsilon: 1e-5 }), tokens, torchName);
    const attention = (name: string, torchName: string, scale: 'width' | 'head') =>
      this.addPart(name, new NeighborAttention({ seed, heads, gamma, scale }), tokens, torchName);
    const hidden = (name: string, torchName: string) =>
      this.addPart(name, new FeedForwardPair({ seed }), tokens, torchName);
    const dense = (name: string, torchName: string, units = width) =>
      this.addPart(name, new Linear({ seed, units }), tokens, `/cab.layers.0.${torchName}`);
    this.cross = Array.from({ length: depth }, (_, n) => ({
      norm: norm(`cross${n}_norm`, `/CrossAttention.layers.${n}.0`),
      attention: attention(`cross${n}_attention`, `/CrossAttention.layers.${n}.1`, 'width'),
      hidden: hidden(`cross${n}_hidden`, `/CrossAttention.layers.${n}.2`),
    }));
    this.causal = {
      norm: norm('norm', '/cab.layers.0.0'),
      spatial: attention('spatial', '/cab.layers.0.1', 'head'),
      temporalQ: dense('temporal_q', '1.temp_to_q'),
      temporalKv: dense('temporal_kv', '1.temp_to_kv', 2 * width),
      temporalOut: dense('temporal_out', '1.temp_to_out.0'),
      hidden: hidden('hidden', '/cab.layers.0.2'),
      q: dense('relation_q', '3.to_q'),
      k: dense('relation_k', '3.to_k'),
      v: dense('relation_v', '3.to_v'),
      out: dense('relation_out', '3.to_out.0'),
    };
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [[rows, features]] = twoShapes(this, inputShape) as [tfl.Shape, tfl.Shape];
    return [rows == null ? null : rows / 2, 12, features! / 4];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [first, later] = twoTensors(this, inputs);
      let [a, b] = bothTokens(later);
      for (const { norm, attention, hidden } of this.cross) {
        const seen = [norm.call(a), norm.call(b)] as const;
        a = tf.add(a, attention.call([seen[0], b]));
        b = tf.add(b, attention.call([seen[1], a]));
        a = tf.add(hidden.call(a), a);
        b = tf.add(hidden.call(b), b);
      }
      const [x, y] = bothTokens(first);
      const [rise, fall] = [tf.add(x, a), tf.add(y, b)];
      const [forwards, after] = this.follow(rise, fall);
      const [backwards, before] = this.follow(fall, rise);
      const { q, k, v, out } = this.causal;
      const both = tf.add(after, before);
      const mixed = attend(q.call(after), k.call(before), v.call(both), { heads: this.options.heads });
      return tf.concat([out.call(tf.add(mixed, both)), forwards, backwards], 1);
    });
  }

  /** Two images one after the other: each within itself, then the second in the light of the first. */
  private follow(first: tf.Tensor, second: tf.Tensor): [tf.Tensor, tf.Tensor] {
    const { norm, spatial, temporalQ, temporalKv, temporalOut, hidden } = this.causal;
    const within = (x: tf.Tensor) => {
      const seen = norm.call(x);
      return tf.add(spatial.call(seen), seen);
    };
    const [x, y] = [within(first), within(second)];
    const [batch, , width] = y.shape as [number, number, number];
    const { heads } = this.options;
    const apart = (t: tf.Tensor) => tf.reshape(t, [batch, 4, heads, width / heads]);
    const query = apart(tf.mul(temporalQ.call(y), 1 / Math.sqrt(width / heads)));
    const [[k0, v0], [k1, v1]] = [x, y].map((t) => tf.split(temporalKv.call(t), 2, 2)) as [tf.Tensor[], tf.Tensor[]];
    const score = (k: tf.Tensor) => tf.sum(tf.mul(query, apart(k)), 3, true);
    // of two candidates the softmax is a sigmoid
    const share = tf.sigmoid(tf.sub(score(k0!), score(k1!)));
    const taken = tf.add(tf.mul(share, tf.sub(apart(v0!), apart(v1!))), apart(v1!));
    const moved = tf.add(temporalOut.call(tf.reshape(taken, [batch, 4, width])), y);
    return [tf.add(hidden.call(x), x), tf.add(hidden.call(moved), moved)];
  }
}

/** The tokens of two images per sample: `[2 batch, 4 width]` to twice `[batch, 4, width]`; a token has every fourth feature. */
function bothTokens(features: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const [rows, size] = features.shape as [number, number];
  const tokens = tf.transpose(tf.reshape(features, [rows / 2, 2, size / 4, 4]), [1, 0, 3, 2]);
  return tf.unstack(tokens) as [tf.Tensor, tf.Tensor];
}

/** Two linear layers, the first four times as wide, with the exact GELU between. */
class FeedForwardPair extends NetworkLayer {
  static className = 'MerFeedForwardPair';
  private first!: Linear;
  private second!: Linear;

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = inputShape as tfl.Shape;
    const [batch, count, width] = shape;
    const { seed } = this;
    this.first = this.addPart('first', new Linear({ seed, units: 4 * width!, activation: 'gelu' }), shape, '0');
    this.second = this.addPart('second', new Linear({ seed, units: width! }), [batch!, count!, 4 * width!], '3');
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => this.second.call(this.first.call(inputs)));
  }
}
