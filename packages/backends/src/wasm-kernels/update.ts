import * as tf from '@tensorflow/tfjs-core';
import { forgetFilter } from './filter-cache.js';
import { address, type KernelArgs, kernelsOf } from './wasm-backend.js';

/** Attributes of the kernel `AdamUpdate`. */
export type AdamUpdateAttrs = {
  /** Share of the first moment that stays. */
  beta1: number;
  /** Share of the second moment that stays. */
  beta2: number;
  /** Added to the root of the second moment. */
  epsilon: number;
  /** Learning rate / (1 - beta1^t). */
  step: number;
  /** 1 / sqrt(1 - beta2^t). */
  correction: number;
  /** Weight decay that is part of the gradient; 0 by default. */
  l2?: number;
  /** Factor of the weight, for decay apart from the gradient; 1 by default. */
  keep?: number;
};

/**
 * AdamUpdate: changes `weight`, `first` and `second` where they lie, and returns nothing. With s = gradient + l2 weight:
 * first = beta1 first + (1 - beta1) s, second = beta2 second + (1 - beta2) s^2, and
 * weight = keep weight - step first / (correction sqrt(second) + epsilon).
 */
export function adamUpdate({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo[] {
  const { weight, first, second, gradient } = inputs as Record<string, tf.TensorInfo>;
  const { beta1, beta2, epsilon, step, correction, l2 = 0, keep = 1 } = attrs as never as AdamUpdateAttrs;
  const size = commonSize('AdamUpdate', [weight!, first!, second!, gradient!]);
  forgetFilter(backend, weight!);
  kernelsOf(backend).adamUpdate({
    weight: address(backend, weight!),
    first: address(backend, first!),
    second: address(backend, second!),
    gradient: address(backend, gradient!),
    size,
    beta1,
    beta2,
    epsilon,
    step,
    correction,
    l2,
    keep,
  });
  return [];
}

/** Attributes of the kernel `SgdUpdate`. */
export type SgdUpdateAttrs = {
  /** Learning rate. */
  step: number;
  /** Share of the velocity that stays; 0 by default. */
  momentum?: number;
  /** Whether the momentum is Nesterov's; false by default. */
  nesterov?: boolean;
  /** Weight decay that is part of the gradient; 0 by default. */
  l2?: number;
  /** Factor of the weight, for decay apart from the gradient; 1 by default. */
  keep?: number;
};

/**
 * SgdUpdate: changes `weight` and, if given, `velocity` where they lie, and returns nothing. With s = gradient + l2 weight:
 * velocity = momentum velocity + s, and weight = keep weight - step velocity, with Nesterov's momentum
 * keep weight - step (s + momentum velocity), without velocity keep weight - step s.
 */
export function sgdUpdate({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo[] {
  const { weight, gradient, velocity } = inputs as Record<string, tf.TensorInfo | undefined>;
  const { step, momentum = 0, nesterov = false, l2 = 0, keep = 1 } = attrs as never as SgdUpdateAttrs;
  const size = commonSize('SgdUpdate', [weight!, gradient!, ...(velocity ? [velocity] : [])]);
  forgetFilter(backend, weight!);
  kernelsOf(backend).sgdUpdate({
    weight: address(backend, weight!),
    velocity: velocity ? address(backend, velocity) : 0,
    gradient: address(backend, gradient!),
    size,
    momentum,
    nesterov,
    step,
    l2,
    keep,
  });
  return [];
}

/** Number of values of each of the tensors, which must be floats. */
function commonSize(name: string, infos: readonly tf.TensorInfo[]): number {
  const size = tf.util.sizeFromShape(infos[0]!.shape);
  for (const { shape, dtype } of infos) {
    if (dtype !== 'float32' || tf.util.sizeFromShape(shape) !== size) {
      throw new TypeError(
        `Cannot run ${name} as all tensors must be float32 and of one size: one is ${dtype} [${shape}]`,
      );
    }
  }
  return size;
}
