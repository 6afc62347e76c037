import { flag, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { atMarks } from './at-marks.js';
import { type Clip, checkClip } from './clip.js';
import { declareRepresentation } from './declare-step.js';
import { frameAt } from './frames.js';
import { markIndex, markOption } from './marks.js';
import { grayShape, toGray } from './to-gray.js';

const frameOptions = {
  at: markOption('Which frame.', 'apex'),
  gray: flag('One gray channel.', { default: false }),
};

/** Options of {@link frame}. */
export type FrameOptions = OptionsOf<typeof frameOptions>;

/**
 * A marked frame of a clip: the apex, unless `at` says otherwise.
 *
 * @param clip with an apex where it is asked for.
 * @returns `[H, W, C]`, or `[H, W, 1]` with `gray`; 0..1.
 * @throws RangeError if the apex is asked for but unknown, or on a wrong option.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { frame } from '@mer/representations';
 *
 * const clip = { frames: tf.tensor4d([0, 0.5, 1], [3, 1, 1, 1]), onset: 0, apex: 1, offset: 2 };
 * console.log(frame(clip).dataSync()[0]); // 0.5
 * ```
 *
 * Reference: the apex frame as the only input, Liong et al., "Less is more", 2018.
 */
export const frame = /* @__PURE__ */ declareRepresentation({
  name: 'frame',
  title: 'A marked frame, the apex by default',
  paper: 'Liong et al., "Less is more", 2018',
  traits: { needsApex: true },
  options: frameOptions,
  compute(clip: Clip, { at, gray }) {
    const task = 'take a frame of a clip';
    checkClip(clip, task);
    const index = markIndex(clip, at, task);
    return tf.tidy(() => {
      const taken = frameAt(clip.frames, index);
      return gray ? toGray(taken) : taken;
    });
  },
  stream: atMarks,
  outputShape: grayShape,
});
