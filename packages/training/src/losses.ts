import { rankingLoss } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import type { LossSettings, TrainingSettings } from './experiment/schema.js';

/** What the loss compares a batch with. */
export interface BatchTargets {
  /** Share of each class in each sample, `[batch, classes]`: one-hot, or mixed. */
  classes: tf.Tensor2D;
  /** Images that the outputs are compared with. */
  images: readonly tf.Tensor[];
}

/** Options of {@link batchLoss}. */
export interface BatchLossOptions {
  /** The loss's settings. */
  loss: LossSettings;
  /** A weight for each class. */
  weights?: tf.Tensor1D;
  /** Where these are some rows of a batch: what the whole batch's class loss is divided by, and their share of its rows. Parts add up to the batch's loss. */
  part?: { weight: tf.Scalar; share: number };
}

/**
 * The loss of a batch.
 *
 * With targets t (smoothed: `(1 - s) t + s / C`), class weights w and p = softmax(logits): the sum over samples and classes of
 * `w_c t_c (1 - p_c)^gamma (-log p_c)`, divided by the sum of `w_c t_c` of the targets before smoothing; gamma is 0 for `cross-entropy`. This is
 * PyTorch's `CrossEntropyLoss` with weights and smoothing. `fdp` adds the squared error of the second output to the target image and the
 * ranking loss of the third, each with its weight.
 *
 * @param outputs - of the model: logits `[batch, classes]` first
 * @param targets - what they are compared with
 * @param options - the loss's settings and a weight for each class
 * @returns a scalar
 * @throws RangeError where the loss needs outputs or target images that are not there
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { batchLoss } from '@mer/training';
 *
 * const targets = { classes: tf.tensor2d([[1, 0]]), images: [] };
 * const loss = batchLoss([tf.zeros([1, 2])], targets, { loss: { name: 'focal', gamma: 2, labelSmoothing: 0 } });
 * console.log(loss.dataSync()[0].toFixed(4)); // '0.1733'
 * ```
 *
 * Reference: Lin et al., ICCV 2017 (focal); Szegedy et al., CVPR 2016 (smoothing); FDP, arXiv 2509.06015, for `fdp` (the weight of its ranking loss is
 * this project's choice).
 */
export function batchLoss(
  outputs: readonly tf.Tensor[],
  targets: BatchTargets,
  { loss, weights, part }: BatchLossOptions,
): tf.Scalar {
  return tf.tidy(() => {
    const smoothing = loss.name === 'fdp' ? 0 : loss.labelSmoothing;
    const gamma = loss.name === 'focal' ? loss.gamma : 0;
    const classified = classLoss(outputs[0] as tf.Tensor2D, targets.classes, { smoothing, gamma, weights, part });
    if (loss.name !== 'fdp') return classified;
    const [, drawn, scores] = outputs;
    const [image] = targets.images;
    if (!drawn || !image) {
      throw new RangeError(
        `Cannot compute the fdp loss as it needs a model with an image output and a target image: model.options.outputs must be all, and targets one input`,
      );
    }
    const error = tf.mul(tf.mean(tf.square(tf.sub(drawn, image))), loss.image);
    const ranked = scores ? tf.mul(rankingLoss(scores as tf.Tensor2D), loss.rank) : 0;
    return tf.add(classified, tf.mul(tf.add(error, ranked), part?.share ?? 1)) as tf.Scalar;
  });
}

function classLoss(
  logits: tf.Tensor2D,
  classes: tf.Tensor2D,
  {
    smoothing,
    gamma,
    weights,
    part,
  }: { smoothing: number; gamma: number } & Pick<BatchLossOptions, 'weights' | 'part'>,
): tf.Scalar {
  const given = weights ? tf.mul(classes, weights) : classes;
  const soft = smoothing > 0 ? tf.add(tf.mul(classes, 1 - smoothing), smoothing / classes.shape[1]) : classes;
  const target = smoothing > 0 && weights ? tf.mul(soft, weights) : smoothing > 0 ? soft : given;
  const logLikelihood = tf.logSoftmax(logits);
  let terms = tf.mul(target, logLikelihood);
  if (gamma > 0) {
    // 1 - p, kept off 0: the power's gradient is not finite there
    const rest = tf.maximum(tf.sub(1, tf.exp(logLikelihood)), 1e-7);
    terms = tf.mul(terms, gamma === 2 ? tf.square(rest) : tf.pow(rest, gamma));
  }
  return tf.neg(tf.div(tf.sum(terms), part?.weight ?? tf.sum(given))) as tf.Scalar;
}

/** What the class loss of a batch is divided by: the weights of its samples. */
export function lossWeight(classes: tf.Tensor2D, weights: tf.Tensor1D | undefined): tf.Scalar {
  return tf.tidy(() => tf.sum(weights ? tf.mul(classes, weights) : classes) as tf.Scalar);
}

/**
 * A weight for each class, from the training samples alone.
 *
 * `balanced`: n / (classes n_c). `effectiveNumber` beta: (1 - beta) / (1 - beta^n_c), scaled so that the weights of the classes that occur have a
 * mean of 1. A class without samples weighs 0.
 *
 * @param labels - class index of each training sample
 * @param classes - number of classes
 * @param kind - `classWeights` of an experiment's training
 * @returns one weight for each class
 *
 * @example
 * ```ts
 * import { classWeights } from '@mer/training';
 *
 * console.log([...classWeights([0, 0, 0, 1], 2, 'balanced')].map((weight) => weight.toFixed(2))); // [ '0.67', '2.00' ]
 * ```
 *
 * Reference: `balanced` as in scikit-learn; Cui et al., CVPR 2019.
 */
export function classWeights(
  labels: readonly number[],
  classes: number,
  kind: TrainingSettings['classWeights'],
): Float32Array {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]! += 1;
  if (kind === 'none') return new Float32Array(classes).fill(1);
  if (kind === 'balanced') {
    return Float32Array.from(counts, (count) => (count > 0 ? labels.length / (classes * count) : 0));
  }
  const { effectiveNumber: beta } = kind;
  const raw = counts.map((count) => (count > 0 ? (1 - beta) / (1 - beta ** count) : 0));
  const occurring = counts.filter((count) => count > 0).length;
  const mean = raw.reduce((sum, weight) => sum + weight, 0) / occurring;
  return Float32Array.from(raw, (weight) => weight / mean);
}
