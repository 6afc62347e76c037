import * as tf from '@tensorflow/tfjs-core';

/** The images of one model input: all samples, one after the other. */
export interface PreparedInput {
  /** Shape of one sample, such as `[28, 28, 3]`. */
  shape: readonly number[];
  /** `samples x prod(shape)` values. */
  values: Float32Array;
}

/** Everything that training reads: tensors and labels of all samples of a data set, outside of any backend. */
export interface PreparedData {
  /** Names of the classes. */
  classes: readonly string[];
  /** Class index of each sample. */
  labels: readonly number[];
  /** One entry for each input of the model. */
  inputs: readonly PreparedInput[];
}

/**
 * Copies the rows of a batch into new tensors, one for each model input.
 *
 * @param data - prepared data
 * @param indices - which samples, in this order
 * @returns tensors `[indices.length, ...shape]`, float32; they belong to the caller
 * @throws RangeError where an index names no sample
 *
 * @example
 * ```ts
 * import { takeBatch } from '@mer/training';
 *
 * const data = { classes: ['a'], labels: [0, 0], inputs: [{ shape: [2], values: new Float32Array([1, 2, 3, 4]) }] };
 * const [batch] = takeBatch(data, [1]);
 * console.log(batch.arraySync()); // [ [ 3, 4 ] ]
 * batch.dispose();
 * ```
 */
export function takeBatch(data: PreparedData, indices: readonly number[]): tf.Tensor[] {
  for (const index of indices) {
    if (!(index >= 0 && index < data.labels.length)) {
      throw new RangeError(
        `Cannot take a batch as each index must be below ${data.labels.length}: current value is ${index}`,
      );
    }
  }
  return data.inputs.map(({ shape, values }) => {
    const size = shape.reduce((product, side) => product * side, 1);
    const rows = new Float32Array(indices.length * size);
    for (const [row, index] of indices.entries())
      rows.set(values.subarray(index * size, (index + 1) * size), row * size);
    return tf.tensor(rows, [indices.length, ...shape], 'float32');
  });
}
