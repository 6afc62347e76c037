import * as tf from '@tensorflow/tfjs-core';

/** `share` of what was, the rest of what is; nothing was at first. */
export function blend(before: tf.Tensor | undefined, now: tf.Tensor, share: number): tf.Tensor {
  const part = tf.mul(now, 1 - share);
  return before ? tf.add(tf.mul(before, share), part) : part;
}

/** Holds a tensor from one step to the next. */
export interface Kept {
  readonly value: tf.Tensor | undefined;
  keep(next: tf.Tensor): tf.Tensor;
  dispose(): void;
}

/** Nothing, until a tensor is kept. */
export function keeper(): Kept {
  let value: tf.Tensor | undefined;
  return {
    get value() {
      return value;
    },
    keep(next) {
      value?.dispose();
      value = tf.keep(next);
      return next;
    },
    dispose() {
      value?.dispose();
      value = undefined;
    },
  };
}
