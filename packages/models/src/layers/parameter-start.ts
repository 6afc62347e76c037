import * as tf from '@tensorflow/tfjs-core';
import { normal, uniform } from '../random.js';

/** How a weight starts: one value, U(-bound, bound), N(0, deviation^2) cut at `cut` deviations, or given values. */
export type ParameterStart =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'normal'; readonly deviation: number; readonly cut?: number }
  | { readonly kind: 'values'; readonly values: readonly number[] };

/** All zeros. */
export const ZEROS: ParameterStart = { kind: 'constant', value: 0 };

/** All ones. */
export const ONES: ParameterStart = { kind: 'constant', value: 1 };

/** The values that a weight begins with. */
export function startingTensor(start: ParameterStart, state: number, shape: readonly number[]): tf.Tensor {
  // a backend that computes nothing needs no numbers: see `rehearse` of @mer/backends
  const { isStandIn } = tf.backend() as { isStandIn?: boolean };
  return isStandIn ? tf.zeros([...shape]) : tf.tensor(startingValues(start, state, shape), [...shape], 'float32');
}

function startingValues(start: ParameterStart, state: number, shape: readonly number[]): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  switch (start.kind) {
    case 'constant':
      return new Float32Array(size).fill(start.value);
    case 'uniform':
      return uniform(size, { state, low: -start.bound, high: start.bound });
    case 'values':
      return Float32Array.from(start.values);
    case 'normal':
      return normal(size, { state, deviation: start.deviation, cut: start.cut });
  }
}
