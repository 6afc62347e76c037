import { indicatorsOf, type SampleLabel } from './label-kind.js';
import { copyRows, ONE_VIEW, type PreparedData } from './prepared-data.js';

/** The images of a batch for one input or target. */
export interface BatchImages {
  values: Float32Array;
  shape: readonly number[];
}

/** What a training step is given. */
export interface Batch {
  inputs: BatchImages[];
  targets: BatchImages[];
  /** The share of each class in each sample, `[rows, classes]`. */
  classes: Float32Array;
  /** The label of each sample; of a mixed one that of the larger part. */
  labels: SampleLabel[];
}

/** The images of some rows as they are. */
export function plainBatch(data: PreparedData, rows: readonly number[]): Batch {
  const { count } = data.views ?? ONE_VIEW;
  const labels = rows.map((row) => data.labels[Math.floor(row / count)]!);
  const classes = indicatorsOf(labels, data.classes.length);
  const { inputs, targets = [] } = data;
  const [given, wanted] = [inputs, targets].map((list) =>
    list.map((input) => ({ values: copyRows(input, rows), shape: input.shape })),
  );
  return { inputs: given!, targets: wanted!, classes, labels };
}
