import { defineModel, type LayerArgs, NetworkLayer, networkOptions, SeededDropout } from '@mer/models';
import { integer, number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

const scaleOptions = { start: number('Start of the learned factors.', { above: 0, default: 1 }) };

/** A layer as a user of the package writes it: one learned factor for each channel. */
export class ChannelScale extends NetworkLayer<typeof scaleOptions> {
  static className = 'OwnChannelScale';
  private factors!: tfl.LayerVariable;

  constructor(args: LayerArgs<typeof scaleOptions> = {}) {
    super(args, scaleOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const channels = (inputShape as tfl.Shape).at(-1)!;
    const start = { kind: 'constant', value: this.options.start } as const;
    this.factors = this.addParameter({ name: 'factors', shape: [channels], start });
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => tf.mul([inputs].flat()[0]!, this.factors.read()));
  }
}

/** A network as a user of the package writes it, with layers of tfjs, of the package and its own. */
export const ownNet = defineModel({
  name: 'own-net',
  title: 'A network of somebody else',
  paper: null,
  origin: 'own',
  ours: 'everything',
  inputs: [{ name: 'image', shape: [16, 16, 3], representations: ['flow'], values: 'any' }],
  presets: { tiny: { filters: 2 } },
  options: {
    ...networkOptions({ classes: 3, inputShape: [16, 16, 3] }),
    filters: integer('Maps.', { min: 1, default: 4 }),
  },
  create({ classes, inputShape, seed, filters }) {
    const image = tfl.input({ shape: [...inputShape], name: 'image' });
    const kernelInitializer = tfl.initializers.heNormal({ seed });
    let x: tf.Tensor | tfl.SymbolicTensor = image;
    x = tfl.layers.conv2d({ name: 'conv', filters, kernelSize: 3, kernelInitializer }).apply(x) as tfl.SymbolicTensor;
    x = new ChannelScale({ name: 'scale', start: 2 }).apply(x) as tfl.SymbolicTensor;
    x = tfl.layers.flatten({ name: 'flatten' }).apply(x) as tfl.SymbolicTensor;
    x = new SeededDropout({ name: 'dropout', rate: 0.5, seed }).apply(x) as tfl.SymbolicTensor;
    const start = tfl.initializers.glorotUniform({ seed });
    const logits = tfl.layers.dense({ name: 'fc', units: classes, kernelInitializer: start }).apply(x);
    return tfl.model({ inputs: image, outputs: logits as tfl.SymbolicTensor, name: 'own-net' });
  },
});
