import * as tf from '@tensorflow/tfjs-core';

/** Mean and maximum over the channels, side by side: `[batch, height, width, channels]` to `[batch, height, width, 2]`. */
export function channelStatistics(x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => tf.concat([tf.mean(x, 3, true), channelMax(x)], 3) as tf.Tensor4D);
}

/** Maximum over the last axis, kept with length 1; the gradient goes to every element that reaches it. */
function channelMax(x: tf.Tensor4D): tf.Tensor4D {
  const op = tf.customGrad((input, save) => {
    const value = tf.max(input as tf.Tensor, 3, true);
    (save as tf.GradSaveFunc)([input as tf.Tensor, value]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [all, most] = saved as [tf.Tensor, tf.Tensor];
      return tf.mul(dy, tf.sub(1, tf.step(tf.sub(most, all))));
    };
    return { value, gradFunc };
  });
  return op(x) as tf.Tensor4D;
}
