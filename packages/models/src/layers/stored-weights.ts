import { integer, list, text } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { oneTensor } from './layer-inputs.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';
import { ZEROS } from './parameter-start.js';

const storedWeightsOptions = {
  names: list('Their whole names in a PyTorch state dict.', text('A name.', {}), { default: [] }),
  shapes: list('Their shapes there.', list('A shape.', integer('A length.', { min: 1 }), { min: 1 }), { default: [] }),
};

/** Arguments of {@link StoredWeights}. */
export type StoredWeightsArgs = LayerArgs<typeof storedWeightsOptions>;

/** Gives what it is given, and keeps weights that a network of somebody stores and never uses, so that its state dicts come out whole. */
export class StoredWeights extends NetworkLayer<typeof storedWeightsOptions> {
  static className = 'MerStoredWeights';

  constructor(args: StoredWeightsArgs) {
    super(args, storedWeightsOptions);
  }

  override build(): void {
    const { names, shapes } = this.options;
    for (const [i, name] of names.entries()) {
      const torchName = `/${name}`;
      this.addParameter({ name: `weight${i}`, shape: shapes[i]!, start: ZEROS, torchName, trainable: false });
    }
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.clone(oneTensor(inputs));
  }
}
