import { choice, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { declareModel } from './declare-model.js';
import { layerBuilder } from './layers/layer-builder.js';
import { networkOptions } from './network-options.js';

const linearClassifierOptions = {
  ...networkOptions({ classes: 3, inputShape: [28, 28, 3] }),
  start: choice(
    'How the weights start; what training of a convex loss ends with does not depend on it.',
    ['zeros', 'fan-in'],
    { default: 'zeros' },
  ),
};

/** Options of {@link createLinearClassifier}. */
export type LinearClassifierOptions = OptionsOf<typeof linearClassifierOptions>;

/** A linear classifier as a definition: inputs, options. */
export const linearClassifier = /* @__PURE__ */ declareModel({
  name: 'linear-classifier',
  title: 'A linear classifier of the values of one image',
  paper: null,
  origin: 'own',
  inputs: [
    {
      name: 'image',
      shape: [28, 28, 3],
      representations: ['uv-strain', 'flow', 'dynamic-image'],
      values: 'any, zero mean preferred',
    },
  ],
  parameters: { classes: 3, trainable: 7059 },
  results: [],
  presets: { small: {} },
  options: linearClassifierOptions,
  create: build,
});

/**
 * A linear classifier of the values of one image: the baseline that a network has to be better than.
 *
 * Input `[batch, height, width, channels]`; output logits `[batch, classes]`, W x + b of the flattened image. With the loss `cross-entropy` it is
 * multinomial logistic regression, with `squared-hinge` a linear support vector machine, one class against the rest. `weightDecay` of the optimizer is 1 / (C n),
 * with C as in LIBLINEAR and scikit-learn and n training samples, once for the bias too. Both losses are convex: trained with the whole set as one batch
 * and a falling rate, it comes to their one minimum.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import { countParameters, createLinearClassifier } from '@mer/models';
 *
 * console.log(countParameters(createLinearClassifier({ classes: 3 })).trainable); // 7059
 * ```
 *
 * Reference: Fan, Chang, Hsieh, Wang, Lin, "LIBLINEAR", JMLR 2008, for both losses.
 */
export function createLinearClassifier(options: LinearClassifierOptions = {}): tfl.LayersModel {
  return linearClassifier.create(options);
}

function build({ classes, inputShape, start, seed }: Resolved<typeof linearClassifierOptions>): tfl.LayersModel {
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  const outputs = nn.linear(nn.flatten(input, 'flatten'), 'fc', { units: classes, start, head: true });
  return buildModel({ name: 'linear-classifier', inputs: input, outputs });
}
