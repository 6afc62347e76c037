import type { Classes, Label } from './labels.js';

/** What was true and what was predicted, sample by sample. By name, so that the two cannot be swapped unseen. */
export interface Predictions {
  /** The annotated label of every sample. */
  truth: ArrayLike<Label>;
  /** The predicted label of every sample, in the same order. */
  predicted: ArrayLike<Label>;
  /** All classes of the experiment, also those that no sample has. */
  classes: Classes;
}
