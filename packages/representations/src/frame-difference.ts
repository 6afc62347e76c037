import { choice, flag, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { atMarks } from './at-marks.js';
import { type Clip, checkClip } from './clip.js';
import { declareRepresentation } from './declare-step.js';
import { frameAt } from './frames.js';
import { markIndex, markOption } from './marks.js';
import { scaleMotion, scaleMotionOptions } from './scale-motion.js';
import { grayShape, toGray } from './to-gray.js';

const frameDifferenceOptions = {
  from: markOption('The frame that is subtracted.', 'onset'),
  to: markOption('The frame it is subtracted from.', 'apex'),
  gray: flag('One gray channel.', { default: false }),
  ...scaleMotionOptions,
  scaling: choice(
    'How the difference becomes an image, see scaleMotion; `none` is the plain difference, -1..1.',
    ['none', 'min-max', 'symmetric'],
    {
      default: 'none',
    },
  ),
};

/** Options of {@link frameDifference}. */
export type FrameDifferenceOptions = OptionsOf<typeof frameDifferenceOptions>;

/**
 * The difference of two marked frames: apex minus onset, unless the options say otherwise.
 *
 *     D = I_apex - I_onset
 *
 * @param clip with an apex where it is used.
 * @returns `[H, W, C]`, or `[H, W, 1]` with `gray`; -1..1 with `scaling: 'none'`, else 0..1.
 * @throws RangeError if the apex is used but unknown, or on a wrong option.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { frameDifference } from '@mer/representations';
 *
 * const frames = tf.reshape(tf.tensor1d([0.25, 0.75, 0.5]), [3, 1, 1, 1]) as tf.Tensor4D;
 * console.log(frameDifference({ frames, onset: 0, apex: 1, offset: 2 }).dataSync()[0]); // 0.5
 * ```
 *
 * Reference: second input of MMNet (Li et al. 2022, arXiv 2201.05297) and TSFmicro (2025, arXiv 2505.16372), which subtract frames
 * already normalized by ImageNet's mean and deviation: divide this by the deviation.
 */
export const frameDifference = /* @__PURE__ */ declareRepresentation({
  name: 'frame-difference',
  title: 'Difference of two marked frames, apex minus onset by default',
  paper: 'MMNet, Li et al. 2022, arXiv 2201.05297; TSFmicro, 2025, arXiv 2505.16372',
  ours: 'the scaling',
  traits: { needsApex: true },
  options: frameDifferenceOptions,
  compute(clip: Clip, { from, to, gray, scaling, percentile }) {
    const task = 'subtract frames of a clip';
    checkClip(clip, task);
    const [start, end] = [markIndex(clip, from, task), markIndex(clip, to, task)];
    return tf.tidy(() => {
      const difference = tf.sub(frameAt(clip.frames, end), frameAt(clip.frames, start)) as tf.Tensor3D;
      return scaleMotion(gray ? toGray(difference) : difference, { scaling, percentile });
    });
  },
  stream: atMarks,
  outputShape: grayShape,
});
