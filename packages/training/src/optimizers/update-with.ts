import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from '../prepared-data.js';
import type { OptimizerSettings } from '../settings.js';
import type { OptimizerDefinition, OptimizerRule } from './define-optimizer.js';
import { inPlaceUpdate } from './in-place-update.js';

/** One step of the weights against their gradients, as {@link createUpdate} makes it. */
export interface Update {
  /** Begins a step. */
  begin(learningRate: number): void;
  /** Takes the gradient of a weight, and disposes of it; the weight may change at once. */
  take(variable: tf.Variable, gradient: tf.Tensor): void;
  /** Ends the step: all weights whose gradients were taken have changed; the others stay as they are. */
  end(): void;
  /** A whole step. */
  apply(gradients: tf.NamedTensorMap, learningRate: number): void;
  /** Frees the optimizer's state. */
  dispose(): void;
}

/** {@link createUpdate}, by an optimizer that is found already; `shares`: of weights whose learning rate is another, its ratio to that of the rest. */
export function updateWith(
  optimizer: OptimizerDefinition,
  variables: readonly tf.Variable[],
  settings: OptimizerSettings,
  clipNorm: number | undefined,
  shares: ReadonlyMap<tf.Variable, number> = new Map(),
): Update {
  const inPlace = inPlaceUpdate(optimizer.kernel?.(settings), variables);
  const alone = new Map<tf.Variable, OptimizerRule>();
  const together = new Map<number, { members: tf.Variable[]; step: OptimizerRule }>();
  const waiting = new Map<tf.Variable, tf.Tensor>();
  let rate = settings.learningRate;
  const shareOf = (variable: tf.Variable) => shares.get(variable) ?? 1;
  const change = (variable: tf.Variable, gradient: tf.Tensor) => {
    if (inPlace) {
      inPlace.change(variable, gradient, rate * shareOf(variable));
      return;
    }
    const step = alone.get(variable) ?? optimizer.rule(settings);
    alone.set(variable, step);
    tf.tidy(() => variable.assign(step.next(variable, gradient, rate * shareOf(variable))));
  };
  /** Small weights of one learning rate, as one vector. */
  const changeTogether = (small: ReadonlyMap<tf.Variable, tf.Tensor>, share: number) => {
    const { members, step } = together.get(share) ?? {
      members: variables.filter((variable) => small.has(variable) && shareOf(variable) === share),
      step: optimizer.rule(settings),
    };
    together.set(share, { members, step });
    tf.tidy(() => {
      const gradients = members.map((variable) => small.get(variable) ?? tf.zerosLike(variable));
      assign(members, step.next(joined(members), joined(gradients), rate * share));
    });
  };
  const isSmall = ({ size }: tf.Variable) => !inPlace && size <= LARGE;
  const update: Update = {
    begin(learningRate) {
      rate = learningRate;
      inPlace?.begin();
    },
    take(variable, gradient) {
      if (clipNorm !== undefined || isSmall(variable)) {
        waiting.set(variable, tf.keep(gradient));
        return;
      }
      change(variable, gradient);
      gradient.dispose();
    },
    end() {
      if (clipNorm !== undefined && waiting.size > 0) {
        const factor = tf.tidy(() => clipFactor([...waiting.values()], clipNorm));
        for (const [variable, gradient] of waiting) {
          waiting.set(variable, tf.keep(tf.tidy(() => tf.mul(gradient, factor))));
          gradient.dispose();
        }
        factor.dispose();
      }
      const small = new Map([...waiting].filter(([variable]) => isSmall(variable)));
      for (const [variable, gradient] of waiting) if (!small.has(variable)) change(variable, gradient);
      for (const share of new Set([...small.keys()].map(shareOf))) changeTogether(small, share);
      tf.dispose([...waiting.values()]);
      waiting.clear();
    },
    apply(gradients, learningRate) {
      update.begin(learningRate);
      for (const variable of variables) {
        const gradient = gradients[variable.name];
        if (gradient) update.take(variable, gradient);
      }
      update.end();
    },
    dispose() {
      inPlace?.dispose();
      for (const step of alone.values()) step.dispose();
      for (const { step } of together.values()) step.dispose();
      tf.dispose([...waiting.values()]);
      waiting.clear();
    },
  };
  return update;
}

/** Weights of more values than this step alone. */
const LARGE = 1 << 16;

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
