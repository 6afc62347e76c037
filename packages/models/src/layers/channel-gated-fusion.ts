import { integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { channelGate } from './channel-gate.js';
import { twoShapes, twoTensors } from './combine.js';
import { Linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const channelGatedFusionOptions = {
  hidden: integer("Width of the gate's hidden layer; a sixteenth of the channels, at least 1, by default.", {
    min: 1,
    optional: true,
  }),
};

/** Arguments of {@link ChannelGatedFusion}. */
export type ChannelGatedFusionArgs = LayerArgs<typeof channelGatedFusionOptions>;

/**
 * Joins two maps with one gate for each channel, that of CBAM on their sum:
 *
 *     s = a + b,  g = sigmoid(mlp(mean(s)) + mlp(max(s))),  f = g a + (1 - g) b
 *
 * Inputs `[batch, height, width, channels]` twice; the result has the same shape.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { ChannelGatedFusion } from '@mer/models';
 *
 * const maps = tf.zeros([1, 4, 4, 8]);
 * console.log((new ChannelGatedFusion({ hidden: 2 }).apply([maps, maps]) as tf.Tensor).shape); // [ 1, 4, 4, 8 ]
 * ```
 *
 * Reference: this project's choice for the adaptive fusion of two branches that arXiv 2602.23950 describes in words.
 */
export class ChannelGatedFusion extends NetworkLayer<typeof channelGatedFusionOptions> {
  static className = 'MerChannelGatedFusion';
  private first!: Linear;
  private second!: Linear;

  constructor(args: ChannelGatedFusionArgs = {}) {
    super(args, channelGatedFusionOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const [left, right] = twoShapes(this, inputShape);
    if (left.length !== 4 || right.length !== 4 || left[3] !== right[3]) {
      throw new TypeError(
        `Cannot build layer ${this.name} as its inputs must be [batch, height, width, channels] of one width: current values are [${left}] and [${right}]`,
      );
    }
    const channels = left[3]!;
    const { hidden = Math.max(1, Math.floor(channels / 16)) } = this.options;
    const { seed } = this;
    this.first = this.addPart('mlp.0', new Linear({ seed, units: hidden, activation: 'relu' }), [null, channels]);
    this.second = this.addPart('mlp.2', new Linear({ seed, units: channels }), [null, hidden]);
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return twoShapes(this, inputShape)[0];
  }

  /** g for two maps: the share of the first, `[batch, 1, 1, channels]`. */
  gates(left: tf.Tensor, right: tf.Tensor): tf.Tensor4D {
    return channelGate(tf.add(left, right), (pooled) => this.second.call(this.first.call(pooled)));
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [left, right] = twoTensors(this, inputs);
      return tf.add(right, tf.mul(this.gates(left, right), tf.sub(left, right)));
    });
  }
}
