import { flag } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { twoShapes, twoTensors } from './combine.js';
import { Conv2d } from './conv2d.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const gatedFusionOptions = {
  agreement: flag('Whether the agreement term conv1x1(a b) is added.', { default: true }),
};

/** Arguments of {@link GatedFusion}. */
export type GatedFusionArgs = LayerArgs<typeof gatedFusionOptions>;

/**
 * Joins two maps with a gate per pixel and channel:
 *
 *     G = sigmoid(conv3x3([a ; b])),  f = G a + (1 - G) b + conv1x1(a b)
 *
 * Inputs `[batch, height, width, channels]` twice; the result has the same shape.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { GatedFusion } from '@mer/models';
 *
 * const layer = new GatedFusion();
 * const maps = tf.zeros([1, 4, 4, 8]);
 * console.log((layer.apply([maps, maps]) as tf.Tensor).shape); // [ 1, 4, 4, 8 ]
 * ```
 *
 * Reference: this project's choice for the dual-phase fusion of FMANet, arXiv 2510.07810.
 */
export class GatedFusion extends NetworkLayer<typeof gatedFusionOptions> {
  static className = 'MerGatedFusion';
  private gate!: Conv2d;
  private agreeing: Conv2d | null = null;

  constructor(args: GatedFusionArgs = {}) {
    super(args, gatedFusionOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const [left, right] = twoShapes(this, inputShape);
    if (left.length !== 4 || right.length !== 4 || left[3] !== right[3]) {
      throw new TypeError(
        `Cannot build layer ${this.name} as its inputs must be [batch, height, width, channels] of one width: current values are [${left}] and [${right}]`,
      );
    }
    const filters = left[3]!;
    const { seed } = this;
    const gate = new Conv2d({ seed, filters, kernelSize: 3, padding: 1, activation: 'sigmoid' });
    this.gate = this.addPart('gate', gate, [...left.slice(0, 3), 2 * filters]);
    if (this.options.agreement) {
      this.agreeing = this.addPart('agreement', new Conv2d({ seed, filters, kernelSize: 1 }), left);
    }
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return twoShapes(this, inputShape)[0];
  }

  /** G for two maps: the share of the first, `[batch, height, width, channels]`. */
  gates(left: tf.Tensor, right: tf.Tensor): tf.Tensor4D {
    return tf.tidy(() => this.gate.call(tf.concat([left, right], 3)) as tf.Tensor4D);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [left, right] = twoTensors(this, inputs);
      const mixed = tf.add(right, tf.mul(this.gates(left, right), tf.sub(left, right)));
      return this.agreeing === null ? mixed : tf.add(mixed, this.agreeing.call(tf.mul(left, right)));
    });
  }
}
