import * as tf from '@tensorflow/tfjs-core';

/** Rows of a batch that are run together. */
export interface BatchRows {
  first: number;
  count: number;
  total: number;
}

/** Rows of rows. */
export function within(outer: BatchRows | undefined, inner: BatchRows): BatchRows {
  return outer ? { first: outer.first + inner.first, count: inner.count, total: outer.total } : inner;
}

export function rowsOf(tensor: tf.Tensor, { first, count }: BatchRows): tf.Tensor {
  const rest = tensor.shape.slice(1);
  return tf.slice(tensor, [first, ...rest.map(() => 0)], [count, ...rest]);
}
