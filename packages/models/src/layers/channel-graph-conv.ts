import { choice, integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { biasStart, kernelStart } from './kernel-start.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

/** The options of {@link ChannelGraphConv}. */
export const channelGraphConvOptions = {
  neighbors: integer('Neighbors of a node, the nearest by cosine; a node is one of its own.', { min: 1, default: 4 }),
  nodes: choice(
    'Of what neighbors are found: of channels, or of `places`, as the released code does, which then takes every channel at the neighbors of each place.',
    ['channels', 'places'],
    { default: 'channels' },
  ),
  edges: choice(
    'What an edge sees: neighbor less node, or neighbor less twice the node (`released`), as the released code subtracts it two times.',
    ['difference', 'released'],
    { default: 'difference' },
  ),
};

/** Arguments of {@link ChannelGraphConv}. */
export type ChannelGraphConvArgs = LayerArgs<typeof channelGraphConvOptions>;

/**
 * Graph convolution over the channels of a picture, each a node x_i of all its places:
 *
 *     max over neighbors j of ReLU(A x_i + a + B (x_j - x_i) + b)
 *
 * Input and output `[batch, height, width, channels]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { ChannelGraphConv } from '@mer/models';
 *
 * console.log(new ChannelGraphConv().apply(tf.zeros([1, 4, 4, 8])).shape); // [ 1, 4, 4, 8 ]
 * ```
 *
 * Reference: MOL, arXiv 2506.14511; names of the authors' code.
 */
export class ChannelGraphConv extends NetworkLayer<typeof channelGraphConvOptions> {
  static className = 'MerChannelGraphConv';
  private node!: { kernel: tfl.LayerVariable; bias: tfl.LayerVariable };
  private edge!: { kernel: tfl.LayerVariable; bias: tfl.LayerVariable };

  constructor(args: ChannelGraphConvArgs = {}) {
    super(args, channelGraphConvOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const [, height, width, channels] = shape as number[];
    const places = height! * width!;
    const { neighbors, nodes } = this.options;
    const most = nodes === 'channels' ? channels! : places;
    if (neighbors > most) {
      throw new RangeError(
        `Cannot build layer ${this.name} as neighbors must be at most the number of ${nodes}, ${most}: current value is ${neighbors}`,
      );
    }
    const whole = (name: string) => ({
      kernel: this.addParameter({
        name: `${name}.weight`,
        shape: [places, places],
        start: kernelStart('fan-in', places, places),
        layout: 'wholeLine',
      }),
      bias: this.addParameter({ name: `${name}.bias`, shape: [places], start: biasStart('fan-in', places) }),
    });
    this.node = whole('conv1');
    this.edge = whole('conv2');
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const [batch, height, width, channels] = x.shape;
      const size = height * width;
      const { neighbors, nodes, edges } = this.options;
      const places = tf.reshape(x, [batch, size, channels]) as tf.Tensor3D;
      const lines = tf.transpose(places, [0, 2, 1]);
      const through = (rows: tf.Tensor, { kernel }: { kernel: tfl.LayerVariable }) =>
        tf.reshape(tf.matMul(tf.reshape(rows, [-1, size]), kernel.read() as tf.Tensor2D), rows.shape);
      const own = through(lines, this.edge);
      // B is linear and adding what all neighbors share changes no maximum: what differs between them is all that is compared
      const nearest = (of: tf.Tensor3D, values: tf.Tensor) => tf.matMul(selection(of, neighbors), values);
      let most: tf.Tensor;
      if (nodes === 'channels') {
        const chosen = tf.reshape(nearest(lines as tf.Tensor3D, own), [batch, channels, neighbors, size]);
        most = tf.max(chosen, 2);
      } else {
        const chosen = tf.reshape(nearest(places, places), [batch, size, neighbors, channels]);
        most = tf.max(through(tf.transpose(chosen, [0, 2, 3, 1]), this.edge), 1);
      }
      const apart = tf.sub(most, edges === 'difference' ? own : tf.mul(own, 2));
      const bias = tf.add(this.node.bias.read(), this.edge.bias.read());
      const result = tf.relu(tf.add(tf.add(through(lines, this.node), apart), bias));
      return tf.reshape(tf.transpose(result, [0, 2, 1]), x.shape);
    });
  }
}

/** A matrix `[batch, nodes x count, nodes]` that takes the `count` nearest of each node of `[batch, nodes, values]`; a constant as far as gradients go. */
function selection(nodes: tf.Tensor3D, count: number): tf.Tensor3D {
  const op = tf.customGrad((input) => {
    const given = input as tf.Tensor3D;
    const [batch, number] = given.shape;
    const length = tf.sqrt(tf.sum(tf.square(given), 2, true));
    const unit = tf.div(given, tf.maximum(length, 1e-12));
    const { indices } = tf.topk(tf.matMul(unit, unit, false, true), count);
    // as float32 at once it would be wrong on wasm, where tfjs writes integers
    const flat = tf.cast(tf.oneHot(tf.reshape(indices, [-1]) as tf.Tensor1D, number), 'float32');
    return {
      value: tf.reshape(flat, [batch, number * count, number]),
      gradFunc: () => tf.zeros(given.shape),
    };
  });
  return op(nodes) as tf.Tensor3D;
}
