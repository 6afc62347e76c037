import { integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { kernelStart } from './kernel-start.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const gruOptions = {
  units: integer('Width of the state.', { min: 1 }),
};

/** Arguments of {@link Gru}. */
export type GruArgs = LayerArgs<typeof gruOptions>;

/**
 * Gated recurrent unit over `[batch, steps, width]`; gives the last state `[batch, units]`, with PyTorch's equations:
 *
 *     r = sigmoid(Wr x + Ur h),  z = sigmoid(Wz x + Uz h),  n = tanh(Wn x + r (Un h)),  h = (1 - z) n + z h
 *
 * each W and U with a bias; the weights are called weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Gru } from '@mer/models';
 *
 * console.log(new Gru({ units: 3 }).apply(tf.zeros([2, 4, 5])).shape); // [ 2, 3 ]
 * ```
 *
 * Reference: Cho et al. 2014, arXiv 1406.1078.
 */
export class Gru extends NetworkLayer<typeof gruOptions> {
  static className = 'MerGru';
  private forwards!: tfl.LayerVariable;
  private recurrent!: tfl.LayerVariable;
  private forwardsBias!: tfl.LayerVariable;
  private recurrentBias!: tfl.LayerVariable;

  constructor(args: GruArgs) {
    super(args, gruOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, steps, width]');
    const { units } = this.options;
    const start = kernelStart('fan-in', units, 1);
    const kernel = (name: string, size: number, torchName: string) =>
      this.addParameter({ name, shape: [size, 3 * units], start, torchName, layout: 'linear' });
    this.forwards = kernel('kernel', shape[2]!, 'weight_ih_l0');
    this.recurrent = kernel('recurrent_kernel', units, 'weight_hh_l0');
    this.forwardsBias = this.addParameter({ name: 'bias', shape: [3 * units], start, torchName: 'bias_ih_l0' });
    this.recurrentBias = this.addParameter({
      name: 'recurrent_bias',
      shape: [3 * units],
      start,
      torchName: 'bias_hh_l0',
    });
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return [oneShape(inputShape)[0] ?? null, this.options.units];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor3D;
      const [batch, steps] = x.shape;
      const given = tf.unstack(linear(x, this.forwards.read(), this.forwardsBias.read()), 1);
      let state: tf.Tensor = tf.zeros([batch, this.options.units]);
      for (let step = 0; step < steps; step++) {
        const [xr, xz, xn] = tf.split(given[step]!, 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
        const kept = linear(state, this.recurrent.read(), this.recurrentBias.read());
        const [hr, hz, hn] = tf.split(kept, 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
        const reset = tf.sigmoid(tf.add(xr, hr));
        const update = tf.sigmoid(tf.add(xz, hz));
        const fresh = tf.tanh(tf.add(xn, tf.mul(reset, hn)));
        state = tf.add(fresh, tf.mul(update, tf.sub(state, fresh)));
      }
      return state;
    });
  }
}
