import * as tf from '@tensorflow/tfjs-core';
import { reversePass } from './reverse-pass.js';
import { Tape } from './tape.js';
import { whileTraining } from './training.js';

/** Options of {@link valueAndGradients}. */
export interface ValueAndGradientsOptions {
  /** What the value is derived by. */
  variables: readonly tf.Variable[];
  /**
   * Called with the gradient of a variable as soon as nothing can be added to it, while the reverse pass goes on; from then on nothing reads the
   * variable, so that it may be changed at once. The gradient is the callee's to dispose of. Without it all gradients are returned.
   */
  onGradient?: (variable: tf.Variable, gradient: tf.Tensor) => void;
  /** Whether cheap values (normalized, rectified, summed) are made again in the reverse pass rather than kept; true by default. */
  remake?: boolean;
}

/**
 * Value and gradients of a function of variables, like `tf.variableGrads`, in less memory: nothing is kept that no gradient reads, what is cheap is made
 * again, and each saved tensor and each gradient is freed as soon as the last operation that wants it has run.
 *
 * The numbers are those of `tf.variableGrads`, bit for bit. Gradients of gradients are not possible.
 *
 * @param f - gives a scalar; what it makes besides is freed unless kept by `tf.keep`
 * @param options - variables, what to do with each gradient
 * @returns the scalar, and the gradients by the variables' names where there is no `onGradient`; variables that the value does not depend on have none
 * @throws Error where an operation on the way has no gradient
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-layers';
 * import { useBackend, valueAndGradients } from '@mer/backends';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * await useBackend('cpu');
 * const w = tf.variable(tf.scalar(3), true, 'side');
 * const { value, gradients } = valueAndGradients(() => tf.square(w), { variables: [w] });
 * console.log(value.dataSync()[0], gradients['side']!.dataSync()[0]); // 9 6
 * ```
 *
 * Reference: Chen, Xu, Zhang, Guestrin 2016, arXiv 1604.06174, for making again what is cheap; which operations are is this project's choice.
 */
export function valueAndGradients(
  f: () => tf.Scalar,
  options: ValueAndGradientsOptions,
): { value: tf.Scalar; gradients: tf.NamedTensorMap } {
  return whileTraining(() => bothPasses(f, options));
}

function bothPasses(f: () => tf.Scalar, { variables, onGradient, remake = true }: ValueAndGradientsOptions) {
  const tape = new Tape(variables, { remake });
  const value = tape.record(() => tf.tidy(f));
  const byId = new Map(variables.map((variable) => [variable.id, variable]));
  const gradients: tf.NamedTensorMap = {};
  try {
    reversePass(tape, {
      from: [{ output: value, dy: tf.ones([]) }],
      to: variables,
      onGradient({ id }, gradient) {
        const variable = byId.get(id)!;
        if (onGradient) onGradient(variable, gradient);
        else gradients[variable.name] = unkept(gradient);
      },
    });
  } catch (error) {
    tf.dispose(gradients);
    if (!byId.has(value.id)) value.dispose();
    throw error;
  }
  return { value, gradients };
}

/** A tensor that the scope owns again. */
function unkept(tensor: tf.Tensor): tf.Tensor {
  const own = tf.clone(tensor);
  tensor.dispose();
  return own;
}
