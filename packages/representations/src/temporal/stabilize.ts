import * as tf from '@tensorflow/tfjs-core';
import { type Clip, checkClip } from '../clip.js';
import type { Transform } from '../face/transform.js';
import { warpEach } from '../face/warp-frames.js';
import { type FlowChoice, flowRule, opticalFlow } from '../flow/optical-flow.js';
import { components } from '../flow/strain.js';
import { frameAt } from '../frames.js';
import { hostValues } from '../host.js';
import { type Region, regionPixels, regionRule } from '../intensity.js';
import { type OptionRules, resolveOptions } from '../options.js';
import { percentileOf } from '../scaling.js';
import { defineStep, type Step } from '../step.js';

/** Options of {@link stabilizeClip} and {@link stabilize}. */
export interface StabilizeOptions {
  /** A part of the face that expressions do not move, as fractions of the image; default a box on the bridge and tip of the nose. */
  region?: Region;
  /** The flow method; default `'farneback'`. */
  flow?: FlowChoice;
}

/** The rules of {@link StabilizeOptions}. */
export const stabilizeRules: OptionRules<StabilizeOptions> = Object.freeze({
  region: regionRule([0.4, 0.4, 0.65, 0.6]),
  flow: flowRule('farneback'),
});

/**
 * A clip without the small motions of the head: each frame is shifted so that a stable region stays where it was at the onset.
 *
 *     s_t = median over the region of flow(I_onset, I_t)          I'_t(x) = I_t(x + s_t)
 *
 * @param clip aligned already; this removes what drift remains.
 * @returns a new clip of the same size; what comes in at the border repeats nothing and is 0. Landmarks of the onset stay, others move along.
 * @throws RangeError on a wrong option; Error on a backend that cannot read values at once (webgpu outside of a browser).
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { stabilizeClip } from '@mer/representations';
 *
 * const clip = { frames: tf.randomUniform([3, 40, 40, 1], 0, 1, 'float32', 1) as tf.Tensor4D, onset: 0, apex: 1, offset: 2 };
 * console.log(stabilizeClip(clip).frames.shape); // [ 3, 40, 40, 1 ]
 * ```
 *
 * Reference: removal of head motion by the flow of the nose region is common practice; this form is this project's own.
 */
export function stabilizeClip(clip: Clip, options: StabilizeOptions = {}): Clip {
  const task = 'stabilize a clip';
  const { region, flow } = resolveOptions(task, stabilizeRules, options);
  checkClip(clip, task);
  const [count, height, width] = clip.frames.shape;
  const { top, left, bottom, right } = regionPixels(region, height, width);
  const shifts = Array.from({ length: count }, (_, t): readonly [number, number] => {
    if (t === clip.onset) return [0, 0];
    return tf.tidy(() => {
      const field = opticalFlow(frameAt(clip.frames, clip.onset), frameAt(clip.frames, t), flow);
      const part = tf.slice(field, [top, left, 0], [bottom - top, right - left, 2]);
      const [u, v] = components(part).map((component) => hostValues(percentileOf(component, 50), task)[0]!);
      return [u!, v!] as const;
    });
  });
  return {
    ...clip,
    frames: warpEach(
      clip.frames,
      shifts.map(([u, v]): Transform => [1, 0, u, 0, 1, v]),
      [height, width],
      0,
    ),
    ...(clip.landmarks && {
      landmarks: clip.landmarks.map(({ frame, points }) => ({
        frame,
        points: points.map(([x, y]) => [x - shifts[frame]![0], y - shifts[frame]![1]] as const),
      })),
    }),
  };
}

/** The registry entry of {@link stabilize}. */
export const stabilizeEntry = /* @__PURE__ */ defineStep<StabilizeOptions, Clip, Clip>('stabilize', {
  title: 'Head motion removed by a stable region',
  reference: 'our own',
  version: 1,
  takes: 'clip',
  gives: 'clip',
  rules: stabilizeRules,
  compute: stabilizeClip,
  shape: (frame) => frame,
});

/**
 * The step of {@link stabilizeClip}, for a {@link pipe}.
 *
 * @throws RangeError on a wrong option.
 *
 * @example
 * ```ts
 * import { stabilize } from '@mer/representations';
 *
 * console.log(stabilize({ flow: 'tvl1' }).name); // stabilize
 * ```
 *
 * Reference: as {@link stabilizeClip}.
 */
export function stabilize(options: StabilizeOptions = {}): Step<Clip, Clip> {
  return stabilizeEntry.create(options);
}
