import {
  checkOptions,
  checkValue,
  choice,
  expectedOf,
  type NamedOptions,
  nameOrOptions,
  type OptionsOf,
  option,
} from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { type CheckOption, splitCheck } from '../check-option.js';
import { fromChecked } from '../check-values.js';
import { type FrameSource, resolveSpan, spanOption } from '../clip.js';
import { frameAt } from '../frames.js';
import { type FarnebackOptions, farnebackFlow, farnebackOptions } from './farneback.js';
import { type HornSchunckOptions, hornSchunckFlow, hornSchunckOptions } from './horn-schunck.js';
import type { FlowImage } from './pair.js';
import { type Tvl1Options, tvl1Flow, tvl1Options, withPreset } from './tvl1.js';

const forms = { tvl1: tvl1Options, farneback: farnebackOptions, 'horn-schunck': hornSchunckOptions };

/** The name of an optical flow method. */
export type FlowMethod = keyof typeof forms;

/** A flow method by name, with the method's defaults or with options of its own: `'tvl1'`, `{ name: 'tvl1', preset: 'ipol' }`. */
export type FlowChoice = FlowMethod | NamedOptions<typeof forms>;

/** An option that chooses a flow method; checked, every option of the method is spelled out. */
// @__NO_SIDE_EFFECTS__
export function flowOption(fallback: FlowChoice): v.OptionalSchema<v.GenericSchema<FlowChoice>, FlowChoice> {
  const chosen = nameOrOptions('How optical flow is computed.', forms, {});
  const spelled = v.pipe(
    chosen,
    v.transform((flow) => (flow.name === 'tvl1' ? { name: flow.name, ...withPreset(flow) } : flow) as FlowChoice),
  );
  return option('How optical flow is computed.', spelled as v.GenericSchema<FlowChoice>, expectedOf(chosen), {
    default: fallback,
  });
}

const anyFlow = /* @__PURE__ */ flowOption('tvl1');

/**
 * Dense optical flow between two images by the method of choice.
 *
 * @param from `[H, W]`, `[H, W, 1]` or `[H, W, 3]`, float32 in 0..1 (color is made gray).
 * @param to the later image, same size.
 * @param choice a method's name, or `{ name, … }` with options of {@link tvl1Flow}, {@link farnebackFlow} or
 * {@link hornSchunckFlow}; default `'tvl1'`.
 * @returns `[H, W, 2]`, pixels, (u, v): what is at (x, y) in `from` is at (x + u, y + v) in `to`; u to the right, v down.
 * @throws TypeError if the images are no float images of one size; RangeError on a wrong option, or on a value that is NaN, infinite or outside of 0..1 (where
 * the backend cannot read values at once, as webgpu, the flow is NaN), unless `check` is false.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { opticalFlow } from '@mer/representations';
 *
 * const image = tf.randomUniform([40, 40], 0, 1, 'float32', 1) as tf.Tensor2D;
 * console.log(opticalFlow(image, image, { name: 'farneback', window: 9 }).shape); // [ 40, 40, 2 ]
 * ```
 *
 * Reference: see the three methods.
 */
export function opticalFlow(
  from: FlowImage,
  to: FlowImage,
  choice: FlowChoice = 'tvl1',
  { check = true }: CheckOption = {},
): tf.Tensor3D {
  const checked = checkValue('compute optical flow', 'flow', anyFlow, choice);
  const { name, ...options } = checked as Exclude<FlowChoice, string>;
  switch (name) {
    case 'tvl1':
      return tvl1Flow(from, to, { ...(options as Tvl1Options), check });
    case 'farneback':
      return farnebackFlow(from, to, { ...(options as FarnebackOptions), check });
    case 'horn-schunck':
      return hornSchunckFlow(from, to, { ...(options as HornSchunckOptions), check });
  }
}

const flowSequenceOptions = {
  flow: anyFlow,
  from: choice(
    "What each flow starts from: the frame before (`'adjacent'`) or the first frame (`'first'`, long-term flow).",
    ['adjacent', 'first'],
    { default: 'adjacent' },
  ),
  span: spanOption(),
};

/** Options of {@link flowSequence}. */
export type FlowSequenceOptions = OptionsOf<typeof flowSequenceOptions>;

/**
 * The flows of a whole clip: between neighboring frames, or from the first frame to each later one.
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
export function flowSequence(source: FrameSource, given: FlowSequenceOptions & CheckOption = {}): tf.Tensor4D {
  const task = 'compute a sequence of flows';
  const { check, options } = splitCheck(task, given);
  const { flow, from, span } = checkOptions(task, flowSequenceOptions, options);
  const { frames, first, last } = resolveSpan(source, span, task);
  if (last === first) {
    throw new RangeError(
      `Cannot ${task} as the span must hold at least 2 frames: current value is ${first}..${last} of ${frames.shape[0]} frames`,
    );
  }
  const compute = () =>
    tf.tidy(() => {
      const flows: tf.Tensor3D[] = [];
      for (let t = first + 1; t <= last; t++) {
        const start = from === 'first' ? first : t - 1;
        flows.push(tf.tidy(() => opticalFlow(frameAt(frames, start), frameAt(frames, t), flow, { check: false })));
      }
      return tf.stack(flows) as tf.Tensor4D;
    });
  return fromChecked(check ? [{ name: 'frames', tensor: frames }] : [], task, compute);
}
