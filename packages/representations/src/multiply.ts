import { number, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { declareStep } from './declare-step.js';
import { frameByFrame } from './frame-by-frame.js';
import { onFrames } from './on-frames.js';

const multiplyOptions = { by: number('The factor.', { default: 255 }) };

/** Options of {@link multiply}. */
export type MultiplyOptions = OptionsOf<typeof multiplyOptions>;

/**
 * A clip or images times a factor, 255 by default; `multiply(2)` is `multiply({ by: 2 })`, the step.
 *
 * @throws {TypeError | RangeError} on a wrong factor
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { multiply } from '@mer/representations';
 *
 * console.log(multiply(2)(tf.ones([1, 1, 1]) as tf.Tensor3D).dataSync()[0]); // 2
 * ```
 *
 * Reference: common practice for networks trained on bytes.
 */
export const multiply = /* @__PURE__ */ declareStep({
  name: 'multiply',
  title: 'Values times a factor',
  paper: null,
  takes: 'any',
  gives: 'any',
  traits: { values: true },
  short: 'by',
  options: multiplyOptions,
  compute: (input, { by }) => onFrames(input, (images) => tf.mul(images, by)),
  stream: frameByFrame,
  outputShape: (frame) => frame,
});
