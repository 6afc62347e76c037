import type { OptionEntries, Resolved } from '@mer/options';
import type * as tf from '@tensorflow/tfjs-core';
import { define, type TrainingPart } from '../define.js';
import type { LabelKind } from '../label-kind.js';

/** What the loss compares a batch with. */
export interface BatchTargets {
  /** Share of each class in each sample, `[batch, classes]`: one-hot, of any number of labels 1 for each, or mixed. */
  classes: tf.Tensor2D;
  /** Images that the outputs are compared with. */
  images: readonly tf.Tensor[];
}

/** What else a loss knows of a batch. */
export interface LossContext {
  /** A weight for each class; of any number of labels what having each counts, with 1 for not having it. */
  weights?: tf.Tensor1D | undefined;
  /** Where these are some rows of a batch: what the whole batch's class loss is divided by, and their share of its rows. Parts add up to the batch's loss. */
  part?: { weight: tf.Scalar; share: number } | undefined;
}

/** What training makes small; see {@link defineLoss}. */
export interface LossDefinition<
  Name extends string = string,
  // biome-ignore lint/suspicious/noExplicitAny: a list of definitions holds losses of any options
  Entries extends OptionEntries = any,
> extends TrainingPart<'loss', Name, Entries> {
  /** Whether it has a meaning for samples that are mixed with one another; true by default. */
  readonly mixable?: boolean;
  /** Whether it is for samples with one label, the default, or with any number. */
  readonly labelKind?: LabelKind;
  /** Where it compares an output with a target image, both in 0..1: which with which. Runs tell how like they are for tested samples. */
  readonly drawn?: { readonly output: number; readonly target: number };
  /** The loss of a batch, a scalar; runs inside `tf.tidy`. */
  loss(
    outputs: readonly tf.Tensor[],
    targets: BatchTargets,
    settings: Resolved<Entries>,
    context: LossContext,
  ): tf.Scalar;
}

/** A loss of this package: as {@link defineLoss}, but that tests check it and not the page that takes it. */
// @__NO_SIDE_EFFECTS__
export function declareLoss<const Name extends string, const Entries extends OptionEntries>(
  declaration: Omit<LossDefinition<Name, Entries>, 'kind'>,
): LossDefinition<Name, Entries> {
  return Object.freeze({ kind: 'loss', ...declaration });
}

/**
 * Defines a loss. The first output of a network is logits `[batch, classes]`; a network may have others.
 *
 * @throws TypeError where the declaration lacks something
 *
 * @example
 * ```ts
 * import { batchLoss, defineLoss } from '@mer/training';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const brier = defineLoss({
 *   name: 'brier',
 *   title: 'Squared error of the probabilities',
 *   paper: 'Brier 1950',
 *   options: {},
 *   loss: ([logits], { classes }) =>
 *     tf.mean(tf.sum(tf.square(tf.sub(tf.softmax(logits as tf.Tensor2D), classes)), 1)) as tf.Scalar,
 * });
 * const targets = { classes: tf.tensor2d([[1, 0]]), images: [] };
 * console.log(batchLoss([tf.zeros([1, 2])], targets, { loss: { name: 'brier' }, parts: [brier] }).dataSync()[0]); // 0.5
 * ```
 */
export function defineLoss<const Name extends string, const Entries extends OptionEntries>(
  declaration: Omit<LossDefinition<Name, Entries>, 'kind'>,
): LossDefinition<Name, Entries> {
  return define(declareLoss(declaration), ['loss']);
}
