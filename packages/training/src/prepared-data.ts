import * as tf from '@tensorflow/tfjs-core';
import type { FlowChannels } from './augment/affine.js';
import type { LabelKind, SampleLabel } from './label-kind.js';

/** The images of one model input: one row for each view of each sample, in memory or read when they are needed. */
export type PreparedInput = {
  /** Shape of one row, such as `[28, 28, 3]`. */
  shape: readonly number[];
  /** Where the images hold flow vectors, which a mirrored or turned image must have mirrored or turned too. */
  flow?: FlowChannels | undefined;
} & (
  | {
      /** `rows x prod(shape)` values. */
      values: Float32Array;
    }
  | {
      /** Copies a row to `into`, which has `prod(shape)` values. */
      read: (row: number, into: Float32Array) => void;
    }
);

/**
 * Which views each sample has. View 0 is the sample as annotated; the rows of sample i are `i * count` to `i * count + count - 1`.
 */
export interface ViewPlan {
  /** Views of each sample. */
  count: number;
  /** What an epoch trains on: for each sample and each group one of the group's views, drawn anew each epoch. */
  train: readonly (readonly number[])[];
  /** The views whose probabilities are averaged when a sample is tested. */
  test: readonly number[];
}

/** Everything that training reads: images and labels of all samples of a data set, outside of any backend. */
export interface PreparedData {
  /** Names of the classes. */
  classes: readonly string[];
  /** `multiple` where a sample has any number of labels; one by default. */
  labelKind?: LabelKind;
  /** Class index of each sample; where the label kind is `multiple`, a list of the indices of all its labels. */
  labels: readonly SampleLabel[];
  /** One entry for each input of the model, or for each value that is read at `from`. */
  inputs: readonly PreparedInput[];
  /** How many calls of the model's layers lie before its `inputs`, as `throughFrozen` of @mer/training has run them; none by default. */
  from?: number;
  /** Images that the loss compares outputs with; none by default. */
  targets?: readonly PreparedInput[];
  /** Views of each sample; one by default. */
  views?: ViewPlan;
}

/** One view of each sample, trained on and tested. */
export const ONE_VIEW: ViewPlan = Object.freeze({ count: 1, train: [[0]], test: [0] });

/** Number of values of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/**
 * Copies the images of a batch into new tensors, one for each model input; of each sample the view as annotated.
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
  const { count } = data.views ?? ONE_VIEW;
  const rows = indices.map((index) => index * count);
  return data.inputs.map((input) => tf.tensor(copyRows(input, rows), [rows.length, ...input.shape], 'float32'));
}

/** Copies some rows of an input, one after the other. */
export function copyRows(input: PreparedInput, rows: readonly number[]): Float32Array {
  const size = sizeOf(input.shape);
  const values = new Float32Array(rows.length * size);
  for (const [place, row] of rows.entries()) {
    const into = values.subarray(place * size, (place + 1) * size);
    if ('read' in input) input.read(row, into);
    else into.set(input.values.subarray(row * size, (row + 1) * size));
  }
  return values;
}
