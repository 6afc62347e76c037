import { choice, either, list, number, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { declareStep } from './declare-step.js';
import { frameByFrame } from './frame-by-frame.js';
import { imagenet } from './imagenet.js';
import { onFrames } from './on-frames.js';

const normalizeOptions = {
  preset: choice('Whose mean and std hold where they are not given.', ['imagenet'], { default: 'imagenet' }),
  mean: either(
    'What is subtracted.',
    [number('For all channels.', {}), list('For each channel.', number('A mean.', {}), { min: 1 })],
    { optional: true },
  ),
  std: either(
    'Standard deviation: what the difference is divided by.',
    [
      number('For all channels.', { above: 0 }),
      list('For each channel.', number('A deviation.', { above: 0 }), { min: 1 }),
    ],
    { optional: true },
  ),
};

/** Options of {@link normalize}. */
export type NormalizeOptions = OptionsOf<typeof normalizeOptions>;

/**
 * A clip or images normalized per channel: `(x - mean) / std`.
 *
 * `normalize()` and `normalize('imagenet')` are the step with ImageNet's numbers ({@link imagenet}).
 *
 * @throws {TypeError | RangeError} on wrong options; TypeError, when applied, if their number is not that of the channels
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { normalize } from '@mer/representations';
 *
 * const step = normalize({ mean: 0.5, std: 0.5 });
 * console.log(step(tf.ones([1, 1, 3]) as tf.Tensor3D).dataSync()); // Float32Array(3) [ 1, 1, 1 ]
 * ```
 *
 * Reference: ImageNet's mean and deviation of R, G, B in 0..1, as torchvision uses them.
 */
export const normalize = /* @__PURE__ */ declareStep({
  name: 'normalize',
  title: 'Mean and standard deviation of each channel',
  paper: null,
  takes: 'any',
  gives: 'any',
  traits: { values: true },
  short: 'preset',
  options: normalizeOptions,
  complete: ({ preset, mean = imagenet.mean, std = imagenet.std }) => ({ preset, mean, std }),
  compute: (input, { mean = imagenet.mean, std = imagenet.std }) =>
    onFrames(input, (images) => {
      const channels = images.shape[images.rank - 1];
      for (const [name, values] of Object.entries({ mean, std })) {
        if (Array.isArray(values) && values.length !== channels) {
          throw new TypeError(
            `Cannot normalize as ${name} must have one number per channel: it has ${values.length}, the images are [${images.shape.join(', ')}]`,
          );
        }
      }
      return tf.tidy(() => tf.div(tf.sub(images, [mean].flat()), [std].flat()) as typeof images);
    }),
  stream: frameByFrame,
  outputShape: (frame) => frame,
});
