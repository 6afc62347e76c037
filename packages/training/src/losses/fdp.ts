import { rankingLoss } from '@mer/models';
import { number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { classLoss } from './class-loss.js';
import { declareLoss } from './define-loss.js';

/**
 * Of a network with three outputs: cross-entropy of the logits, the squared error of the second to the target image, the ranking loss of the third,
 * each with its weight. The weight of the ranking loss is this project's choice.
 */
export const fdp = /* @__PURE__ */ declareLoss({
  name: 'fdp',
  title: 'Classes, dynamic image and order of frames',
  paper: 'FDP, arXiv 2509.06015',
  options: {
    image: number("Weight of the dynamic image's squared error.", { min: 0, default: 100 }),
    rank: number('Weight of the ranking loss.', { min: 0, default: 0.1 }),
  },
  mixable: false,
  drawn: { output: 1, target: 0 },
  loss([logits, drawn, scores], { classes, images: [image] }, settings, { weights, part }) {
    if (!drawn || !image) {
      throw new RangeError(
        `Cannot compute the fdp loss as it needs a model with an image output and a target image: model.options.outputs must be all, and targets one input`,
      );
    }
    const classified = classLoss(logits!, classes, { smoothing: 0, gamma: 0, weights, part });
    const error = tf.mul(tf.mean(tf.square(tf.sub(drawn, image))), settings.image);
    const ranked = scores ? tf.mul(rankingLoss(scores as tf.Tensor2D), settings.rank) : 0;
    return tf.add(classified, tf.mul(tf.add(error, ranked), part?.share ?? 1)) as tf.Scalar;
  },
});
