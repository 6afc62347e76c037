import { number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { classLoss } from './class-loss.js';
import { declareLoss } from './define-loss.js';

/**
 * Of a network whose first half of the outputs are logits, the last of them of auxiliary classifiers, and whose second half are the features before each:
 * the focal loss of all, what the auxiliary logits lack of the main ones, and the squared distance of their features where one of the two is positive.
 * The main classifier is the teacher: these two terms do not move it.
 */
export const selfDistillation = /* @__PURE__ */ declareLoss({
  name: 'self-distillation',
  title: 'Classes, by auxiliary classifiers that learn from the last',
  paper: 'SKD-TSTSAN, arXiv 2406.17538',
  options: {
    gamma: number('Power of the probability of being wrong by which a sample weighs.', { min: 0, default: 2 }),
    temperature: number('What logits are divided by before they are compared.', { above: 0, default: 3 }),
    distillation: number(
      'Weight of what auxiliary logits lack of the main ones, times the square of the temperature; their own classes weigh 1 less this.',
      { min: 0, max: 1, default: 0.1 },
    ),
    features: number('Weight of the squared distances of the features, summed over all samples of a batch.', {
      min: 0,
      default: 1e-6,
    }),
  },
  loss(outputs, { classes }, { gamma, temperature, distillation, features }, context) {
    const count = outputs.length / 2;
    if (count < 2 || !Number.isInteger(count)) {
      throw new RangeError(
        `Cannot compute the self-distillation loss as it needs the logits and features of two classifiers at least: the model has ${outputs.length} outputs (model.options.outputs must be all)`,
      );
    }
    const [logits, ...others] = outputs.slice(0, count) as [tf.Tensor2D, ...tf.Tensor2D[]];
    const [seen, ...othersSeen] = outputs.slice(count) as [tf.Tensor2D, ...tf.Tensor2D[]];
    const classified = (x: tf.Tensor) => classLoss(x, classes, { smoothing: 0, gamma, ...context });
    const teacher = tf.logSoftmax(tf.div(fixed(logits), temperature));
    const share = context.part?.share ?? 1;
    const target = fixed(seen);
    const terms = others.flatMap((x, i) => {
      const student = tf.logSoftmax(tf.div(x, temperature));
      const lacking = tf.sum(tf.mul(tf.exp(teacher), tf.sub(teacher, student)));
      const positive = tf.step(tf.maximum(fixed(othersSeen[i]!), target));
      const apart = tf.sum(tf.mul(tf.square(tf.sub(othersSeen[i]!, target)), positive));
      return [
        tf.mul(classified(x), 1 - distillation),
        tf.mul(lacking, (distillation * temperature ** 2 * share) / x.shape[0]),
        tf.mul(apart, features),
      ];
    });
    return tf.addN([classified(logits), ...terms]) as tf.Scalar;
  },
});

/** The same values, of which no gradient is taken. */
function fixed<T extends tf.Tensor>(x: T): T {
  const op = tf.customGrad((input) => ({
    value: tf.clone(input as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }));
  return op(x) as T;
}
