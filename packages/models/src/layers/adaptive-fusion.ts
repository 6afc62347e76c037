import { integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { twoShapes, twoTensors } from './combine.js';
import { Linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const adaptiveFusionOptions = {
  channelHidden: integer(
    "Width of the channel gate's hidden layer; a quarter of the features by default. 0 leaves the gate out.",
    { min: 0, optional: true },
  ),
  streamHidden: integer(
    "Width of the stream gate's hidden layer; an eighth of the features by default. 0 leaves the gate out.",
    { min: 0, optional: true },
  ),
};

/** Arguments of {@link AdaptiveFusion}. */
export type AdaptiveFusionArgs = LayerArgs<typeof adaptiveFusionOptions>;

/** The weights that {@link AdaptiveFusion} gives to its streams. */
export interface AdaptiveFusionWeights {
  /** `[batch, features]`: g for the first stream, 1 - g for the second; 1/2 everywhere without a channel gate. */
  channel: tf.Tensor2D;
  /** `[batch, 2]`: one weight per stream, which sum to 1; 1/2 each without a stream gate. */
  stream: tf.Tensor2D;
}

/**
 * Joins two feature vectors with a gate per channel and a weight per stream:
 *
 *     g = sigmoid(W2 relu(W1 [a ; b])),  (wa, wb) = softmax(V2 relu(V1 [a ; b])),  f = wa (g a) + wb ((1 - g) b)
 *
 * Inputs `[batch, features]` twice; the result is `[batch, features]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { AdaptiveFusion } from '@mer/models';
 *
 * const layer = new AdaptiveFusion();
 * console.log((layer.apply([tf.zeros([2, 16]), tf.zeros([2, 16])]) as tf.Tensor).shape); // [ 2, 16 ]
 * ```
 *
 * Reference: this project's choice for the fusion that Man et al. 2025, arXiv 2510.09730, describe in words.
 */
export class AdaptiveFusion extends NetworkLayer<typeof adaptiveFusionOptions> {
  static className = 'MerAdaptiveFusion';
  private channelGate: readonly [Linear, Linear] | null = null;
  private streamGate: readonly [Linear, Linear] | null = null;

  constructor(args: AdaptiveFusionArgs = {}) {
    super(args, adaptiveFusionOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const [left, right] = twoShapes(this, inputShape);
    const size = left[left.length - 1]!;
    if (left.length !== 2 || right.length !== 2 || right[1] !== size) {
      throw new TypeError(
        `Cannot build layer ${this.name} as its inputs must be [batch, features] of one width: current values are [${left}] and [${right}]`,
      );
    }
    const gate = (name: string, hidden: number, units: number) =>
      hidden === 0
        ? null
        : ([
            this.addPart(`${name}.0`, new Linear({ seed: this.seed, units: hidden, activation: 'relu' }), [
              null,
              2 * size,
            ]),
            this.addPart(`${name}.2`, new Linear({ seed: this.seed, units }), [null, hidden]),
          ] as const);
    this.channelGate = gate('channel_gate', this.options.channelHidden ?? Math.max(1, size >> 2), size);
    this.streamGate = gate('stream_gate', this.options.streamHidden ?? Math.max(1, size >> 3), 2);
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return twoShapes(this, inputShape)[0];
  }

  /** The weights for two feature vectors. */
  gates(left: tf.Tensor, right: tf.Tensor): AdaptiveFusionWeights {
    return tf.tidy(() => {
      const both = tf.concat([left, right], 1);
      const through = (gate: readonly [Linear, Linear]) => gate[1].call(gate[0].call(both));
      const channel = this.channelGate === null ? tf.fill(left.shape, 0.5) : tf.sigmoid(through(this.channelGate));
      const stream =
        this.streamGate === null ? tf.fill([left.shape[0]!, 2], 0.5) : tf.softmax(through(this.streamGate));
      return { channel: channel as tf.Tensor2D, stream: stream as tf.Tensor2D };
    });
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [left, right] = twoTensors(this, inputs);
      const { channel, stream } = this.gates(left, right);
      const [first, second] = tf.split(stream, 2, 1) as [tf.Tensor, tf.Tensor];
      const kept = tf.mul(first, tf.mul(channel, left));
      return tf.add(kept, tf.mul(second, tf.mul(tf.sub(1, channel), right)));
    });
  }
}
