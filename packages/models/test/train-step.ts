import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

/** Mean cross-entropy of a model in training mode. */
export function crossEntropy(model: tfl.LayersModel, images: tf.Tensor | tf.Tensor[], labels: number[]): tf.Scalar {
  const logits = model.apply(images, { training: true }) as tf.Tensor2D;
  const truth = tf.oneHot(tf.tensor1d(labels, 'int32'), logits.shape[1]);
  return tf.losses.softmaxCrossEntropy(truth, logits) as tf.Scalar;
}

/** One step of Adam with PyTorch's epsilon; returns the loss before it. */
export function adamStep(
  model: tfl.LayersModel,
  images: tf.Tensor | tf.Tensor[],
  labels: number[],
  optimizer: tf.Optimizer,
): number {
  return tf.tidy(() => optimizer.minimize(() => crossEntropy(model, images, labels), true)!.dataSync()[0]!);
}
