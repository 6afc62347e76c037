import type { OptionEntries, Resolved } from '@mer/options';
import type * as tf from '@tensorflow/tfjs-core';
import { define, type TrainingPart } from '../define.js';

/** The rule of an optimizer for one vector of weights, with its state. */
export interface OptimizerRule {
  /** The weights after a step; runs inside `tf.tidy`, so that what it keeps must be kept. */
  next(weights: tf.Tensor, gradient: tf.Tensor, learningRate: number): tf.Tensor;
  /** Frees the state. */
  dispose(): void;
}

/** A kernel that changes weights where they lie, on backends that have it. */
export interface UpdateKernel {
  /** Its name in tfjs: it takes `weight`, `gradient` and the state. */
  readonly name: string;
  /** Names of its state, zeros at first, each of the weight's shape. */
  readonly state: readonly string[];
  /** Its attributes in a step, counted from 1. */
  attributes(step: { steps: number; learningRate: number }): tf.NamedAttrMap;
}

/** How weights move; see {@link defineOptimizer}. */
export interface OptimizerDefinition<
  Name extends string = string,
  // biome-ignore lint/suspicious/noExplicitAny: a list of definitions holds optimizers of any options
  Entries extends OptionEntries = any,
> extends TrainingPart<'optimizer', Name, Entries> {
  /** Makes the rule for one vector of weights. */
  rule(settings: Resolved<Entries>): OptimizerRule;
  /** The same by a kernel. */
  kernel?(settings: Resolved<Entries>): UpdateKernel;
}

/** An optimizer of this package: as {@link defineOptimizer}, but that tests check it and not the page that takes it. */
// @__NO_SIDE_EFFECTS__
export function declareOptimizer<const Name extends string, const Entries extends OptionEntries>(
  declaration: Omit<OptimizerDefinition<Name, Entries>, 'kind'>,
): OptimizerDefinition<Name, Entries> {
  return Object.freeze({ kind: 'optimizer', ...declaration });
}

/**
 * Defines an optimizer. Its options must have a `learningRate`.
 *
 * @throws TypeError where the declaration lacks something
 *
 * @example
 * ```ts
 * import { number } from '@mer/options';
 * import { createUpdate, defineOptimizer } from '@mer/training';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const signs = defineOptimizer({
 *   name: 'sign-descent',
 *   title: 'Steps of one length',
 *   paper: null,
 *   options: { learningRate: number('Length of a step.', { above: 0, default: 0.01 }) },
 *   rule: () => ({
 *     next: (weights, gradient, learningRate) => tf.sub(weights, tf.mul(tf.sign(gradient), learningRate)),
 *     dispose() {},
 *   }),
 * });
 * const weight = tf.variable(tf.scalar(1), true, 'signed');
 * const update = createUpdate([weight], { name: 'sign-descent', learningRate: 0.5 }, { parts: [signs] });
 * update.apply({ signed: tf.scalar(3) }, 0.5);
 * console.log(weight.dataSync()[0]); // 0.5
 * ```
 */
export function defineOptimizer<const Name extends string, const Entries extends OptionEntries>(
  declaration: Omit<OptimizerDefinition<Name, Entries>, 'kind'>,
): OptimizerDefinition<Name, Entries> {
  if (!Object.hasOwn(declaration.options ?? {}, 'learningRate')) {
    throw new TypeError(`Cannot define the optimizer "${declaration.name}" as its options must have a learningRate`);
  }
  return define(declareOptimizer(declaration), ['rule']);
}
