import { number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { classLoss } from './class-loss.js';
import { declareLoss } from './define-loss.js';

/**
 * Of a network with three outputs: cross-entropy of the logits; the squared error of the flow, its mean divided by the number of flows; the distances of the
 * landmarks along both axes over the distance of the eyes, summed over frames and coordinates, per landmark and sample.
 */
export const mol = /* @__PURE__ */ declareLoss({
  name: 'mol',
  title: 'Classes, flow between frames and landmarks',
  paper: 'MOL, arXiv 2506.14511',
  options: {
    flow: number("Weight of the flow's squared error.", { min: 0, default: 10 }),
    landmarks: number(
      "Weight of the landmarks' distances: 0.1 in the command that the authors' README gives, 0.5 where their code is run without one.",
      { min: 0, default: 0.1 },
    ),
  },
  mixable: false,
  loss([logits, drawn, found], { classes, images: [flow, points] }, settings, { weights, part }) {
    if (!drawn || !found || !flow || (!points && settings.landmarks > 0)) {
      throw new RangeError(
        `Cannot compute the mol loss as it needs a model with flow and landmarks, and targets for both: model.options.outputs must be all, and targets the steps neighbor-flow and landmark-points (without landmarks, training.loss.landmarks must be 0)`,
      );
    }
    const classified = classLoss(logits!, classes, { smoothing: 0, gamma: 0, weights, part });
    const error = tf.mul(tf.mean(tf.square(tf.sub(drawn, flow))), settings.flow / drawn.shape[1]!);
    const rest = points ? tf.add(error, tf.mul(landmarkDistance(found, points), settings.landmarks)) : error;
    return tf.add(classified, tf.mul(rest, part?.share ?? 1)) as tf.Scalar;
  },
});

/** The sum over frames and both axes of how far landmarks are from where they should be, over the distance of the eyes, per landmark and sample. */
function landmarkDistance(found: tf.Tensor, target: tf.Tensor): tf.Tensor {
  const [samples, , count] = found.shape as [number, number, number];
  const points = tf.reshape(target, found.shape);
  const away = tf.sum(tf.abs(tf.sub(found, points)), [2, 3]);
  return tf.div(tf.sum(tf.div(away, eyeDistance(points))), samples * count);
}

/** Between the means of points 36 to 41 and 42 to 47 of 68, of each frame. */
function eyeDistance(points: tf.Tensor): tf.Tensor {
  const [samples, frames] = points.shape as [number, number];
  const eye = (first: number) => tf.mean(tf.slice(points, [0, 0, first, 0], [samples, frames, 6, 2]), 2);
  return tf.sqrt(tf.sum(tf.square(tf.sub(eye(36), eye(42))), 2));
}
