import * as tf from '@tensorflow/tfjs-core';
import { declareLoss } from './define-loss.js';

/**
 * The loss of a linear support vector machine, one class against the rest: per sample the sum over classes of `w_c max(0, 1 - t z)^2` with t = 1 for its class
 * and -1 for others, as a mean over samples; w_c is the weight of the sample's class.
 */
export const squaredHinge = /* @__PURE__ */ declareLoss({
  name: 'squared-hinge',
  title: 'Squared hinge of each class against the rest',
  paper: 'Fan et al., JMLR 2008; as LinearSVC of scikit-learn',
  options: {},
  mixable: false,
  loss([logits], { classes }, _settings, { weights, part }) {
    const margins = tf.mul(logits!, tf.sub(tf.mul(classes, 2), 1));
    const rows = tf.sum(tf.square(tf.relu(tf.sub(1, margins))), 1);
    const shares = tf.sum(weights ? tf.mul(classes, weights) : classes, 1);
    return tf.div(tf.sum(tf.mul(rows, shares)), part?.weight ?? tf.sum(shares)) as tf.Scalar;
  },
});
