import * as tf from '@tensorflow/tfjs-core';
import { type FrameSource, resolveSpan, type Span } from '../clip.js';
import { frameAt } from '../frames.js';
import { type OptionRule, type OptionRules, oneOf, resolveOptions, show, span as spanRule } from '../options.js';
import { type FarnebackOptions, farnebackFlow, farnebackRules } from './farneback.js';
import { type HornSchunckOptions, hornSchunckFlow, hornSchunckRules } from './horn-schunck.js';
import type { FlowImage } from './pair.js';
import { resolveTvl1, type Tvl1Options, tvl1Flow } from './tvl1.js';

/** The name of an optical flow method. */
export type FlowMethod = 'tvl1' | 'farneback' | 'horn-schunck';

/** Every {@link FlowMethod}. */
export const flowMethods = Object.freeze(['tvl1', 'farneback', 'horn-schunck'] as const);

/** A flow method by name, with the method's defaults or with options of its own. */
export type FlowChoice =
  | FlowMethod
  | ({ method: 'tvl1' } & Tvl1Options)
  | ({ method: 'farneback' } & FarnebackOptions)
  | ({ method: 'horn-schunck' } & HornSchunckOptions);

/** The choice with every option of the method spelled out; throws a `RangeError` on a wrong one. */
export function resolveFlow(choice: FlowChoice, task: string): Exclude<FlowChoice, string> {
  const given = typeof choice === 'string' ? { method: choice } : choice;
  if (typeof given !== 'object' || given === null || !flowMethods.includes(given.method)) {
    throw new RangeError(
      `Cannot ${task} as the flow must be one of ${flowMethods.map(show).join(', ')} or { method, … }: current value is ${show(choice)}`,
    );
  }
  const about = `${task} with ${given.method} flow`;
  const { method, ...options } = given;
  switch (method) {
    case 'tvl1':
      return { method, ...resolveTvl1(options as Tvl1Options, about) };
    case 'farneback':
      return { method, ...resolveOptions(about, farnebackRules, options as FarnebackOptions) };
    case 'horn-schunck':
      return { method, ...resolveOptions(about, hornSchunckRules, options as HornSchunckOptions) };
  }
}

/** A rule for an option that chooses a flow method. */
export const flowRule = (fallback: FlowMethod): OptionRule<FlowChoice> => ({
  default: fallback,
  expected: `one of ${flowMethods.map(show).join(', ')} or { method, … }`,
  accepts: (value) => typeof value === 'string' || (typeof value === 'object' && value !== null),
  complete: resolveFlow,
});

/**
 * Dense optical flow between two images by the method of choice.
 *
 * @param from `[H, W]`, `[H, W, 1]` or `[H, W, 3]`, float32 in 0..1 (colour is made grey).
 * @param to the later image, same size.
 * @param choice a method's name, or `{ method, … }` with options of {@link tvl1Flow}, {@link farnebackFlow} or
 * {@link hornSchunckFlow}; default `'tvl1'`.
 * @returns `[H, W, 2]`, pixels, (u, v): what is at (x, y) in `from` is at (x + u, y + v) in `to`; u to the right, v down.
 * @throws TypeError if the images are no float images of one size; RangeError on NaN, infinity or a wrong option.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { opticalFlow } from '@mer/representations';
 *
 * const image = tf.randomUniform([40, 40], 0, 1, 'float32', 1) as tf.Tensor2D;
 * console.log(opticalFlow(image, image, { method: 'farneback', window: 9 }).shape); // [ 40, 40, 2 ]
 * ```
 *
 * Reference: see the three methods.
 */
export function opticalFlow(from: FlowImage, to: FlowImage, choice: FlowChoice = 'tvl1'): tf.Tensor3D {
  const { method, ...options } = resolveFlow(choice, 'compute optical flow');
  switch (method) {
    case 'tvl1':
      return tvl1Flow(from, to, options as Tvl1Options);
    case 'farneback':
      return farnebackFlow(from, to, options as FarnebackOptions);
    case 'horn-schunck':
      return hornSchunckFlow(from, to, options as HornSchunckOptions);
  }
}

/** Options of {@link flowSequence}. */
export interface FlowSequenceOptions {
  /** The method; default `'tvl1'`. */
  flow?: FlowChoice;
  /** What each flow starts from: the frame before (`'adjacent'`, default) or the first frame (`'first'`, long-term flow). */
  from?: 'adjacent' | 'first';
  /** Which frames; default onset to offset of a clip, every frame of a bare tensor. */
  span?: Span;
}

const flowSequenceRules: OptionRules<FlowSequenceOptions> = Object.freeze({
  flow: flowRule('tvl1'),
  from: oneOf<'adjacent' | 'first'>(['adjacent', 'first'], 'adjacent'),
  span: spanRule,
});

/**
 * The flows of a whole clip: between neighbouring frames, or from the first frame to each later one.
 *
 * @param source a clip or frames `[T, H, W, C]`, float32 in 0..1.
 * @returns `[T - 1, H, W, 2]`, pixels, (u, v); entry t leads to frame t + 1 of the span.
 * @throws as {@link opticalFlow}, and a RangeError if the span holds fewer than 2 frames.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { flowSequence } from '@mer/representations';
 *
 * const frames = tf.randomUniform([4, 36, 36, 1], 0, 1, 'float32', 1) as tf.Tensor4D;
 * console.log(flowSequence(frames, { flow: 'farneback', from: 'first' }).shape); // [ 3, 36, 36, 2 ]
 * ```
 *
 * Reference: long-term flow from the onset as in Zhang et al., "Short and Long Range Relation Based Spatio-Temporal
 * Transformer for Micro-Expression Recognition" (SLSTT), 2021, arXiv 2112.05851.
 */
export function flowSequence(source: FrameSource, options: FlowSequenceOptions = {}): tf.Tensor4D {
  const task = 'compute a sequence of flows';
  const { flow, from, span } = resolveOptions<FlowSequenceOptions>(task, flowSequenceRules, options);
  const { frames, first, last } = resolveSpan(source, span, task);
  if (last === first) {
    throw new RangeError(
      `Cannot ${task} as the span must hold at least 2 frames: current value is ${first}..${last} of ${frames.shape[0]} frames`,
    );
  }
  return tf.tidy(() => {
    const flows: tf.Tensor3D[] = [];
    for (let t = first + 1; t <= last; t++) {
      const start = from === 'first' ? first : t - 1;
      flows.push(tf.tidy(() => opticalFlow(frameAt(frames, start), frameAt(frames, t), flow)));
    }
    return tf.stack(flows) as tf.Tensor4D;
  });
}
