import * as tf from '@tensorflow/tfjs-core';
import { type Clip, checkClip } from './clip.js';
import { type Mark, markIndex, marks } from './flow/flow-image.js';
import { frameAt } from './frames.js';
import { toGrey } from './grey.js';
import { flag, numeric, type OptionRules, oneOf, resolveOptions } from './options.js';
import { type Scaling, scaleMotion, scalings } from './scaling.js';

/** Options of {@link frameImage}. */
export interface FrameImageOptions {
  /** Which frame; default the apex. */
  at?: Mark;
  /** One grey channel; default false. */
  grey?: boolean;
}

/** The rules of {@link FrameImageOptions}. */
export const frameImageRules: OptionRules<FrameImageOptions> = Object.freeze({
  at: oneOf<Mark>(marks, 'apex'),
  grey: flag(false),
});

/**
 * A marked frame of a clip: the apex, unless `at` says otherwise.
 *
 * @param clip with an apex where it is asked for.
 * @returns `[H, W, C]`, or `[H, W, 1]` with `grey`; 0..1.
 * @throws RangeError if the apex is asked for but unknown, or on a wrong option.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { frameImage } from '@mer/representations';
 *
 * const clip = { frames: tf.reshape(tf.range(0, 3), [3, 1, 1, 1]) as tf.Tensor4D, onset: 0, apex: 1, offset: 2 };
 * console.log(frameImage(clip).dataSync()[0]); // 1
 * ```
 *
 * Reference: the apex frame as the only input, Liong et al., "Less is more", 2018.
 */
export function frameImage(clip: Clip, options: FrameImageOptions = {}): tf.Tensor3D {
  const task = 'take a frame of a clip';
  const { at, grey } = resolveOptions(task, frameImageRules, options);
  checkClip(clip, task);
  const index = markIndex(clip, at, task);
  return tf.tidy(() => {
    const frame = frameAt(clip.frames, index);
    return grey ? toGrey(frame) : frame;
  });
}

/** Options of {@link frameDifference}. */
export interface FrameDifferenceOptions {
  /** The frame that is subtracted; default the onset. */
  from?: Mark;
  /** The frame it is subtracted from; default the apex. */
  to?: Mark;
  /** One grey channel; default false. */
  grey?: boolean;
  /** See {@link scaleMotion}; default `'none'`: the plain difference, -1..1. */
  scaling?: Scaling;
  /** For `scaling: 'symmetric'`; default 99.5. */
  percentile?: number;
}

/** The rules of {@link FrameDifferenceOptions}. */
export const frameDifferenceRules: OptionRules<FrameDifferenceOptions> = Object.freeze({
  from: oneOf<Mark>(marks, 'onset'),
  to: oneOf<Mark>(marks, 'apex'),
  grey: flag(false),
  scaling: oneOf<Scaling>(scalings, 'none'),
  percentile: numeric(99.5, { above: 0, max: 100 }),
});

/**
 * The difference of two marked frames: apex minus onset, unless the options say otherwise.
 *
 *     D = I_apex - I_onset
 *
 * @param clip with an apex where it is used.
 * @returns `[H, W, C]`, or `[H, W, 1]` with `grey`; -1..1 with `scaling: 'none'`, else 0..1.
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
 * already normalised by ImageNet's mean and deviation: divide this by the deviation.
 */
export function frameDifference(clip: Clip, options: FrameDifferenceOptions = {}): tf.Tensor3D {
  const task = 'subtract frames of a clip';
  const { from, to, grey, scaling, percentile } = resolveOptions(task, frameDifferenceRules, options);
  checkClip(clip, task);
  const [start, end] = [markIndex(clip, from, task), markIndex(clip, to, task)];
  return tf.tidy(() => {
    const difference = tf.sub(frameAt(clip.frames, end), frameAt(clip.frames, start));
    return scaleMotion(grey ? toGrey(difference) : difference, { scaling, percentile }) as tf.Tensor3D;
  });
}
