import { choice, integer, number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { joinHeads, splitHeads } from './attend.js';
import { DepthwiseConv2d } from './depthwise-conv2d.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { Linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

export const retentionOptions = {
  heads: integer('Number of heads; must divide the channels into an even width.', { min: 1 }),
  mode: choice(
    '`plane`: every place sees every other; `axes`: first along the width, then along the height.',
    ['plane', 'axes'],
    { default: 'plane' },
  ),
  initial: number('First exponent of the decay.', { default: 2 }),
  range: number('Range of the exponents over the heads.', { default: 4 }),
};

/** Arguments of {@link Retention}. */
export type RetentionArgs = LayerArgs<typeof retentionOptions>;

/**
 * Vision retention over `[batch, height, width, channels]`: attention whose scores decay with the distance.
 *
 *     out = W (softmax(Q K' / sqrt(d) + D) V + dwconv5x5(V)),  D = log(1 - 2^(-initial - range h / heads)) |distance|
 *
 * Queries and keys are turned by angles that grow with the place's number; `plane` measures |dx| + |dy|, `axes` does the
 * same along one axis at a time (decay in one dimension).
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Retention } from '@mer/models';
 *
 * console.log(new Retention({ heads: 2 }).apply(tf.zeros([1, 4, 4, 8])).shape); // [ 1, 4, 4, 8 ]
 * ```
 *
 * Reference: Fan et al. 2024 (RMT), arXiv 2309.11523, as used by TSFmicro, arXiv 2505.16372.
 */
export class Retention extends NetworkLayer<typeof retentionOptions> {
  static className = 'MerRetention';
  /** Tables that follow from the size of the maps alone: turns by number of places, decays by height and width. */
  private readonly rotations = new Map<number, Rotation>();
  private readonly decays = new Map<string, Float32Array>();
  private steps!: { q: Linear; k: Linear; v: Linear; lepe: DepthwiseConv2d; out: Linear };

  constructor(args: RetentionArgs) {
    super(args, retentionOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const units = shape[3]!;
    if (units % (2 * this.options.heads) !== 0) {
      throw new RangeError(
        `Cannot build layer ${this.name} as ${this.options.heads} heads must divide the channels into an even width: current value is ${units}`,
      );
    }
    const { seed } = this;
    const project = (name: string) => this.addPart(name, new Linear({ seed, units, start: 'truncated-normal' }), shape);
    this.steps = {
      q: project('q_proj'),
      k: project('k_proj'),
      v: project('v_proj'),
      lepe: this.addPart('lepe.conv', new DepthwiseConv2d({ seed, kernelSize: 5, padding: 2 }), shape),
      out: project('out_proj'),
    };
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const { q, k, v, lepe, out } = this.steps;
      const [batch, height, width, channels] = x.shape;
      const places: [number, number, number] = [batch, height * width, channels];
      const size = channels / this.options.heads;
      const turn = this.turns(height * width, size);
      const queries = turned(tf.reshape(q.call(x), places) as tf.Tensor3D, turn);
      const keys = turned(tf.reshape(tf.mul(k.call(x), 1 / Math.sqrt(size)), places) as tf.Tensor3D, turn);
      const values = v.call(x) as tf.Tensor4D;
      const mixed =
        this.options.mode === 'plane' ? this.plane(queries, keys, values) : this.axes(queries, keys, values);
      return out.call(tf.add(mixed, lepe.call(values)));
    });
  }

  private plane(queries: tf.Tensor3D, keys: tf.Tensor3D, values: tf.Tensor4D): tf.Tensor {
    const [batch, height, width, channels] = values.shape;
    const distance = (i: number, j: number) =>
      Math.abs(Math.floor(i / width) - Math.floor(j / width)) + Math.abs((i % width) - (j % width));
    const bias = this.decay(`${height}x${width}`, height * width, distance);
    const flat = tf.reshape(values, [batch, height * width, channels]) as tf.Tensor3D;
    return tf.reshape(this.retain(queries, keys, flat, bias), values.shape);
  }

  private axes(queries: tf.Tensor3D, keys: tf.Tensor3D, values: tf.Tensor4D): tf.Tensor {
    const [batch, height, width, channels] = values.shape;
    const along = (x: tf.Tensor) => tf.reshape(x, [batch * height, width, channels]) as tf.Tensor3D;
    const across = (x: tf.Tensor) =>
      tf.reshape(tf.transpose(tf.reshape(x, values.shape), [0, 2, 1, 3]), [
        batch * width,
        height,
        channels,
      ]) as tf.Tensor3D;
    const gap = (i: number, j: number) => Math.abs(i - j);
    const wide = this.retain(along(queries), along(keys), along(values), this.decay(`${width}`, width, gap));
    const tall = this.retain(across(queries), across(keys), across(wide), this.decay(`${height}`, height, gap));
    return tf.transpose(tf.reshape(tall, [batch, width, height, channels]), [0, 2, 1, 3]);
  }

  /** softmax(Q K' + decay) V per head. */
  private retain(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, decay: tf.Tensor3D): tf.Tensor3D {
    const scores = tf.matMul(splitHeads(q, this.options.heads), splitHeads(k, this.options.heads), false, true);
    const [groups, n, m] = scores.shape as [number, number, number];
    const biased = tf.add(tf.reshape(scores, [groups / this.options.heads, this.options.heads, n, m]), decay);
    const weights = tf.softmax(tf.reshape(biased, [groups, n, m])) as tf.Tensor3D;
    return joinHeads(tf.matMul(weights, splitHeads(v, this.options.heads)), this.options.heads);
  }

  /** `[1, count, channels]` each: how the channels of every place are turned. */
  private turns(count: number, size: number): { cosine: tf.Tensor3D; sine: tf.Tensor3D } {
    let table = this.rotations.get(count);
    if (table === undefined) {
      table = rotation(count, size, this.options.heads);
      this.rotations.set(count, table);
    }
    const shape: [number, number, number] = [1, count, size * this.options.heads];
    return { cosine: tf.tensor3d(table.cosine, shape), sine: tf.tensor3d(table.sine, shape) };
  }

  /** `[heads, count, count]`: log decay times distance. */
  private decay(key: string, count: number, distance: (i: number, j: number) => number): tf.Tensor3D {
    const { heads, initial, range } = this.options;
    let values = this.decays.get(key);
    if (values === undefined) {
      values = new Float32Array(heads * count * count);
      for (let head = 0; head < heads; head++) {
        const base = Math.log(1 - 2 ** (-initial - (range * head) / heads));
        for (let i = 0; i < count; i++) {
          for (let j = 0; j < count; j++) values[(head * count + i) * count + j] = base * distance(i, j);
        }
      }
      this.decays.set(key, values);
    }
    return tf.tensor3d(values, [heads, count, count]);
  }
}

/** Cosines, and sines with the sign of the turn, of every place and channel: `[count, channels]` each. */
function rotation(count: number, size: number, heads: number): Rotation {
  const channels = size * heads;
  const cosine = new Float32Array(count * channels);
  const sine = new Float32Array(count * channels);
  const half = size / 2;
  const angles = Array.from({ length: half }, (_, pair) =>
    Math.fround(1 / 10000 ** (half === 1 ? 0 : pair / (half - 1))),
  );
  for (let place = 0; place < count; place++) {
    const start = place * channels;
    angles.forEach((angle, pair) => {
      const turn = Math.fround(place * angle);
      cosine[start + 2 * pair] = cosine[start + 2 * pair + 1] = Math.cos(turn);
      sine[start + 2 * pair + 1] = Math.sin(turn);
      sine[start + 2 * pair] = -sine[start + 2 * pair + 1]!;
    });
    for (let head = 1; head < heads; head++) {
      cosine.copyWithin(start + head * size, start, start + size);
      sine.copyWithin(start + head * size, start, start + size);
    }
  }
  return { cosine, sine };
}

/** What {@link rotation} gives. */
interface Rotation {
  readonly cosine: Float32Array;
  readonly sine: Float32Array;
}

/** x cos + (pairs of x swapped) sin. */
function turned(x: tf.Tensor3D, turn: { cosine: tf.Tensor3D; sine: tf.Tensor3D }): tf.Tensor3D {
  // a product with this matrix swaps: tf.reverse and tf.gather take ten times as long on wasm
  const swap = tf.tensor2d([0, 1, 1, 0], [2, 2]);
  const swapped = tf.reshape(tf.matMul(tf.reshape(x, [-1, 2]), swap), x.shape);
  return tf.add(tf.mul(x, turn.cosine), tf.mul(swapped, turn.sine)) as tf.Tensor3D;
}
