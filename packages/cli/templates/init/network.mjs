import { defineModel, networkOptions, SeededDropout } from '@mer/models';
import { integer, number } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';

/** Two convolutions, a mean over the picture, and a number for each class. */
export const network = defineModel({
  name: 'my-net',
  title: 'A network of two convolutions',
  paper: null,
  origin: 'own',
  inputs: [
    { name: 'image', shape: [48, 48, 3], representations: ['my-change'], values: '0 to 1, 0.5 where nothing moves' },
  ],
  options: {
    // classes, inputShape and seed: an experiment sets them
    ...networkOptions({ classes: 3, inputShape: [48, 48, 3] }),
    filters: integer('Maps of the first convolution.', { min: 1, default: 16 }),
    dropout: number('Share of the maps that training drops.', { min: 0, below: 1, default: 0.2 }),
  },
  create({ classes, inputShape, seed, filters, dropout }) {
    const image = tfl.input({ shape: [...inputShape], name: 'image' });
    const conv = (name, maps, place) =>
      tfl.layers.conv2d({
        name,
        filters: maps,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: tfl.initializers.heNormal({ seed: seed + place }),
      });
    let x = conv('conv1', filters, 1).apply(image);
    x = tfl.layers.maxPooling2d({ name: 'pool', poolSize: 4 }).apply(x);
    x = conv('conv2', 2 * filters, 2).apply(x);
    x = tfl.layers.globalAveragePooling2d({ name: 'mean', dataFormat: 'channelsLast' }).apply(x);
    x = new SeededDropout({ name: 'dropout', rate: dropout, seed }).apply(x);
    // logits, not probabilities: training applies the softmax
    const start = tfl.initializers.glorotUniform({ seed: seed + 3 });
    const logits = tfl.layers.dense({ name: 'logits', units: classes, kernelInitializer: start }).apply(x);
    return tfl.model({ inputs: image, outputs: logits, name: 'my-net' });
  },
});
