import { number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { binaryLoss } from './binary-loss.js';
import { classLoss } from './class-loss.js';
import { declareLoss } from './define-loss.js';

/**
 * Of a network with two outputs, logits and a proposal for each class: cross-entropy of the logits, and the mean binary cross-entropy of each proposal to
 * whether the sample is of its class, each with its weight.
 */
export const featref = /* @__PURE__ */ declareLoss({
  name: 'featref',
  title: 'Classes, and a proposal for each',
  paper: 'FeatRef, arXiv 2101.04838',
  options: {
    classes: number("Weight of the classes' cross-entropy.", { min: 0, default: 0.85 }),
    proposals: number('Weight of the proposal loss.', { min: 0, default: 0.15 }),
  },
  loss([logits, proposals], { classes }, settings, { weights, part }) {
    if (!proposals) {
      throw new RangeError(
        `Cannot compute the featref loss as it needs a model with proposals: model.options.outputs must be all`,
      );
    }
    const classified = classLoss(logits!, classes, { smoothing: 0, gamma: 0, weights, part });
    const proposed = binaryLoss(proposals, classes, { smoothing: 0, gamma: 0, positive: [], part });
    return tf.add(tf.mul(classified, settings.classes), tf.mul(proposed, settings.proposals)) as tf.Scalar;
  },
});
