import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerSettings } from './experiment/schema.js';
import { sizeOf } from './prepared-data.js';

/** One step of the weights against their gradients, as {@link createUpdate} makes it. */
export interface Update {
  /** Changes the variables; disposes of the gradients. */
  apply(gradients: tf.NamedTensorMap, learningRate: number): void;
  /** Frees the optimiser's state. */
  dispose(): void;
}

/**
 * Makes the whole update of a training step: gradient clipping, weight decay, optimiser.
 *
 * In this order: gradients are scaled so that their common L2 norm is at most `clipNorm`; `adam` and `sgd` add `weightDecay * w` to the gradient of w;
 * `adamw` multiplies w by `1 - learningRate * weightDecay`; the optimiser steps. All trainable weights decay, as in PyTorch when nothing else is said.
 *
 * Small weights are stepped together, as one long vector: a network has a hundred of them, and an operation costs more than its numbers.
 *
 * @param variables - the weights that train
 * @param settings - the optimiser's settings
 * @param options - largest norm of the gradients
 * @returns the update; dispose of it after training
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createUpdate } from '@mer/training';
 *
 * const weight = tf.variable(tf.scalar(1), true, 'w');
 * const update = createUpdate([weight], { name: 'sgd', learningRate: 0.5, momentum: 0, nesterov: false, weightDecay: 0.1 });
 * update.apply({ [weight.name]: tf.scalar(1) }, 0.5);
 * console.log(weight.dataSync()[0].toFixed(2)); // '0.45'
 * ```
 *
 * Reference: `torch.optim.Adam`, `AdamW`, `SGD` and `clip_grad_norm_`; Kingma and Ba, ICLR 2015; Loshchilov and Hutter, ICLR 2019.
 */
export function createUpdate(
  variables: readonly tf.Variable[],
  settings: OptimizerSettings,
  { clipNorm }: { clipNorm?: number | undefined } = {},
): Update {
  const groups = groupBySize(variables).map((members) => ({ members, step: createStep(settings) }));
  return {
    apply(gradients, learningRate) {
      tf.tidy(() => {
        const vectors = groups.map(({ members }) => joined(members.map(({ name }) => gradients[name]!)));
        const scale = clipNorm === undefined ? undefined : clipFactor(vectors, clipNorm);
        for (const [i, { members, step }] of groups.entries()) {
          const gradient = scale ? tf.mul(vectors[i]!, scale) : vectors[i]!;
          assign(members, step.next(joined(members), gradient, learningRate));
        }
      });
      tf.dispose(gradients);
    },
    dispose() {
      for (const { step } of groups) step.dispose();
    },
  };
}

/** Weights of more values than this step alone. */
const LARGE = 1 << 16;

/** The small weights together, each large one alone. */
function groupBySize(variables: readonly tf.Variable[]): tf.Variable[][] {
  const small = variables.filter(({ size }) => size <= LARGE);
  const large = variables.filter(({ size }) => size > LARGE);
  return [...(small.length > 0 ? [small] : []), ...large.map((variable) => [variable])];
}

/** All values one after the other. */
function joined(tensors: readonly tf.Tensor[]): tf.Tensor1D {
  const flat = tensors.map((tensor) => tf.reshape(tensor, [-1]) as tf.Tensor1D);
  return flat.length === 1 ? flat[0]! : tf.concat1d(flat);
}

/** Gives each variable its part of the values. */
function assign(variables: readonly tf.Variable[], values: tf.Tensor): void {
  if (variables.length === 1) {
    variables[0]!.assign(tf.reshape(values, variables[0]!.shape));
    return;
  }
  const parts = tf.split(
    values,
    variables.map(({ shape }) => sizeOf(shape)),
  );
  for (const [i, variable] of variables.entries()) variable.assign(tf.reshape(parts[i]!, variable.shape));
}

function clipFactor(gradients: readonly tf.Tensor[], largest: number): tf.Tensor {
  const norm = tf.sqrt(tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient)))));
  return tf.minimum(1, tf.div(largest, tf.add(norm, 1e-6)));
}

/** The optimiser's rule for one vector of weights, with its state. */
interface Step {
  next(weights: tf.Tensor, gradient: tf.Tensor, learningRate: number): tf.Tensor;
  dispose(): void;
}

function createStep(settings: OptimizerSettings): Step {
  return settings.name === 'sgd' ? sgdStep(settings) : adamStep(settings);
}

type Settings<Name> = Extract<OptimizerSettings, { name: Name }>;

function adamStep({ name, beta1, beta2, epsilon, weightDecay }: Settings<'adam' | 'adamw'>): Step {
  const first = keeper();
  const second = keeper();
  let steps = 0;
  return {
    next(weights, gradient, learningRate) {
      steps += 1;
      const decoupled = name === 'adamw';
      const slope = !decoupled && weightDecay > 0 ? tf.add(gradient, tf.mul(weights, weightDecay)) : gradient;
      const mean = first.keep(blend(first.value, slope, beta1));
      const square = second.keep(blend(second.value, tf.square(slope), beta2));
      const spread = tf.add(tf.mul(tf.sqrt(square), 1 / Math.sqrt(1 - beta2 ** steps)), epsilon);
      const move = tf.mul(tf.div(mean, spread), learningRate / (1 - beta1 ** steps));
      const from = decoupled && weightDecay > 0 ? tf.mul(weights, 1 - learningRate * weightDecay) : weights;
      return tf.sub(from, move);
    },
    dispose() {
      first.dispose();
      second.dispose();
    },
  };
}

function sgdStep({ momentum, nesterov, weightDecay }: Settings<'sgd'>): Step {
  const velocity = keeper();
  return {
    next(weights, gradient, learningRate) {
      const slope = weightDecay > 0 ? tf.add(gradient, tf.mul(weights, weightDecay)) : gradient;
      if (momentum === 0) return tf.sub(weights, tf.mul(slope, learningRate));
      const { value } = velocity;
      const speed = velocity.keep(value ? tf.add(tf.mul(value, momentum), slope) : tf.clone(slope));
      const move = nesterov ? tf.add(slope, tf.mul(speed, momentum)) : speed;
      return tf.sub(weights, tf.mul(move, learningRate));
    },
    dispose: () => velocity.dispose(),
  };
}

/** `share` of what was, the rest of what is; nothing was at first. */
function blend(before: tf.Tensor | undefined, now: tf.Tensor, share: number): tf.Tensor {
  const part = tf.mul(now, 1 - share);
  return before ? tf.add(tf.mul(before, share), part) : part;
}

/** Holds a tensor from one step to the next. */
function keeper(): { value: tf.Tensor | undefined; keep(next: tf.Tensor): tf.Tensor; dispose(): void } {
  return {
    value: undefined,
    keep(next) {
      this.value?.dispose();
      this.value = tf.keep(next);
      return next;
    },
    dispose() {
      this.value?.dispose();
      this.value = undefined;
    },
  };
}
