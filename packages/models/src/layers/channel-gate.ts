import * as tf from '@tensorflow/tfjs-core';

/**
 * The channel weights of CBAM, `[batch, 1, 1, channels]`: sigmoid(mlp(mean(x)) + mlp(max(x))), both over the places of `[batch, height, width, channels]`.
 */
export function channelGate(x: tf.Tensor4D, mlp: (pooled: tf.Tensor) => tf.Tensor): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, height, width, channels] = x.shape;
    const places = tf.reshape(x, [batch, height * width, channels]);
    const weights = tf.sigmoid(tf.add(mlp(tf.mean(places, 1)), mlp(tf.max(places, 1))));
    return tf.reshape(weights, [batch, 1, 1, channels]);
  });
}
