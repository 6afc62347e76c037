import { integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { kernelStart } from './kernel-start.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const lstmOptions = {
  units: integer('Width of the state.', { min: 1 }),
  layers: integer('Layers, each reading the states of the one before.', { min: 1, default: 1 }),
};

/** Arguments of {@link Lstm}. */
export type LstmArgs = LayerArgs<typeof lstmOptions>;

/**
 * Long short-term memory over `[batch, steps, width]`; gives the last state of the last layer `[batch, units]`, with PyTorch's equations:
 *
 *     i, f, o = sigmoid(W x + U h),  g = tanh(W x + U h),  c = f c + i g,  h = o tanh(c)
 *
 * each W and U with a bias; the weights of layer n are called weight_ih_ln, weight_hh_ln, bias_ih_ln, bias_hh_ln.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Lstm } from '@mer/models';
 *
 * console.log(new Lstm({ units: 3, layers: 2 }).apply(tf.zeros([2, 4, 5])).shape); // [ 2, 3 ]
 * ```
 *
 * Reference: Hochreiter, Schmidhuber, Neural Computation 1997; as torch.nn.LSTM.
 */
export class Lstm extends NetworkLayer<typeof lstmOptions> {
  static className = 'MerLstm';
  private readonly weightsOf: Record<'given' | 'kept' | 'givenBias' | 'keptBias', tfl.LayerVariable>[] = [];

  constructor(args: LstmArgs) {
    super(args, lstmOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, steps, width]');
    const { units, layers } = this.options;
    const start = kernelStart('fan-in', units, 1);
    for (let n = 0; n < layers; n++) {
      const kernel = (name: string, size: number) =>
        this.addParameter({ name: `${name}_l${n}`, shape: [size, 4 * units], start, layout: 'linear' });
      const bias = (name: string) => this.addParameter({ name: `${name}_l${n}`, shape: [4 * units], start });
      this.weightsOf.push({
        given: kernel('weight_ih', n === 0 ? shape[2]! : units),
        kept: kernel('weight_hh', units),
        givenBias: bias('bias_ih'),
        keptBias: bias('bias_hh'),
      });
    }
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return [oneShape(inputShape)[0] ?? null, this.options.units];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      let x = oneTensor(inputs) as tf.Tensor3D;
      let last: tf.Tensor = x;
      for (const { given, kept, givenBias, keptBias } of this.weightsOf) {
        const seen = tf.unstack(linear(x, given.read(), tf.add(givenBias.read(), keptBias.read())), 1);
        const states: tf.Tensor[] = [];
        let cell: tf.Tensor | null = null;
        for (const step of seen) {
          const before = states.at(-1);
          const gates = before ? tf.add(step, linear(before, kept.read())) : step;
          const [i, f, g, o] = tf.split(gates, 4, 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
          const fresh = tf.mul(tf.sigmoid(i), tf.tanh(g));
          cell = cell === null ? fresh : tf.add(tf.mul(tf.sigmoid(f), cell), fresh);
          states.push(tf.mul(tf.sigmoid(o), tf.tanh(cell)));
        }
        last = states.at(-1)!;
        x = tf.stack(states, 1) as tf.Tensor3D;
      }
      return last;
    });
  }
}
