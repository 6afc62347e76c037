import { number, type OptionsOf, type Resolved } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { type Clip, checkClip } from '../clip.js';
import { declareStep } from '../declare-step.js';
import { checkClipLandmarks } from '../face/check-landmarks.js';
import type { Transform } from '../face/transform.js';
import { warpEach } from '../face/warp-frames.js';
import { type FlowChoice, flowOption, opticalFlow } from '../flow/optical-flow.js';
import { components } from '../flow/strain.js';
import { frameAt } from '../frames.js';
import { type Reading, readLater, readNow } from '../reading.js';
import { regionOption, regionPixels } from '../region.js';
import { percentileOf } from '../scale-motion.js';
import { toGray } from '../to-gray.js';
import { type Box, type GrayImage, likenessAt, matchShift } from './match-shift.js';

const stabilizeOptions = {
  region: regionOption(
    'A part of the face that expressions do not move; by default a box on the bridge and tip of the nose.',
    { default: [0.4, 0.4, 0.65, 0.6] },
  ),
  flow: flowOption('farneback'),
  reach: number('The furthest that the head may have drifted, as a share of the longer side of the image.', {
    min: 0,
    max: 0.5,
    default: 0.25,
  }),
};

/** Options of {@link stabilize}. */
export type StabilizeOptions = OptionsOf<typeof stabilizeOptions>;

/** A step of the flow below which a shift is found, in pixels. */
const settled = 0.05;

/** Likeness above which a region is certainly itself, so that nobody looks further away. */
const sure = 0.9;

/** A last step above which it is not. */
const lost = 0.5;

/** Least likeness of the region to itself, where it was found again. */
const alike = 0.5;

const task = 'stabilize a clip';

/**
 * A clip without the motion of the head: each frame is shifted so that a stable region stays where it was at the onset.
 *
 *     s_t = shift under which the region of I_onset is found in I_t        I'_t(x) = I_t(x + s_t)
 *
 * The median over the region of flow(I_onset, I'_t) is added to s_t until it is under 0.05 pixel (at most 5 times). Where that
 * does not find the region, it is looked for further away, by its likeness and that of its surroundings from coarse to fine,
 * and s_t starts there. It is a shift alone: a head that
 * turns, or comes nearer, is for {@link align} with landmarks of every frame.
 *
 * @param clip aligned already, or nearly so; this removes what drift remains.
 * @returns a new clip of the same size. What comes in at the border repeats the border's pixels, so that nothing seems to
 * move there. Landmarks move along.
 * @throws Error if the region is not found again in a frame: the last step was over 0.5 pixel, or its likeness (concordance) is under 0.5.
 * @throws RangeError on a wrong option; Error on a backend that cannot read values at once (webgpu): await `stabilize(options).applyAsync(clip)` there.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { stabilize } from '@mer/representations';
 *
 * const still = tf.randomUniform([1, 40, 40, 1], 0, 1, 'float32', 1);
 * const clip = { frames: tf.tile(still, [3, 1, 1, 1]) as tf.Tensor4D, onset: 0, apex: 1, offset: 2 };
 * console.log(stabilize(clip).frames.shape); // [ 3, 40, 40, 1 ]
 * ```
 *
 * Reference: removal of head motion by the flow of the nose region is common practice; the search before it, the repetition and
 * the limits are this project's own.
 */
export const stabilize = /* @__PURE__ */ declareStep({
  name: 'stabilize',
  title: 'Head motion removed by a stable region',
  paper: null,
  ours: 'the search, the repetition and the limits',
  version: 2,
  takes: 'clip',
  gives: 'clip',
  traits: { keepsRange: true },
  options: stabilizeOptions,
  compute: (clip: Clip, options) => readNow(stabilizing(clip, options), task),
  computeAsync: (clip, options) => readLater(stabilizing(clip, options)),
  outputShape: (frame) => frame,
});

function* stabilizing(clip: Clip, { region, flow, reach }: Resolved<typeof stabilizeOptions>): Reading<Clip> {
  checkClip(clip, task);
  checkClipLandmarks(clip, task);
  const [count, height, width] = clip.frames.shape;
  const box = regionPixels(region, height, width);
  const first = frameAt(clip.frames, clip.onset);
  try {
    const start = yield* grayImage(() => first);
    const shifts: Shift[] = [];
    for (let t = 0; t < count; t++) {
      if (t === clip.onset) {
        shifts.push([0, 0]);
        continue;
      }
      const frame = frameAt(clip.frames, t);
      try {
        const place = (shift: Shift) => refine(start, first, frame, shift, box, flow);
        let found = yield* place([0, 0]);
        if (found.step > settled || found.likeness < sure) {
          const side = Math.round(reach * Math.max(height, width));
          const far = yield* place(matchShift(start, yield* grayImage(() => frame), box, side));
          if (far.likeness > found.likeness) found = far;
        }
        // a region without texture is like nothing, and does not move
        const bare = likenessAt(start, start, box, 0, 0) < 0;
        if (found.step > lost || (!bare && found.likeness < alike)) {
          throw new Error(
            `Cannot ${task} as its region must be found again in every frame: in frame ${t} the shift (${found.shift.map((value) => value.toFixed(1)).join(', ')}) still changes by ${found.step.toFixed(2)} pixels and the likeness is ${found.likeness.toFixed(2)} (choose another 'region' or a larger 'reach', or align per frame first)`,
          );
        }
        shifts.push(found.shift);
      } finally {
        frame.dispose();
      }
    }
    return shifted(clip, shifts);
  } finally {
    first.dispose();
  }
}

type Shift = readonly [u: number, v: number];

/** Gray levels of a frame, to compare; a copy. */
function* grayImage(frame: () => tf.Tensor3D): Reading<GrayImage> {
  const gray = tf.tidy(() => toGray(frame()));
  const [height, width] = gray.shape;
  const values = yield gray;
  return { values: values.slice(), height, width };
}

/** The medians of u and of v of a flow. */
function* median(flow: () => tf.Tensor3D): Reading<Shift> {
  const both = tf.tidy(() => tf.stack(components(flow()).map((component) => percentileOf(component, 50))));
  const values = yield both;
  return [values[0]!, values[1]!];
}

/** A shift made finer by optical flow, the length of its last step, and how like the region then is. */
function* refine(
  start: GrayImage,
  first: tf.Tensor3D,
  frame: tf.Tensor3D,
  from: Shift,
  box: Box,
  flow: FlowChoice,
): Reading<{ shift: Shift; step: number; likeness: number }> {
  const { top, left, bottom, right } = box;
  const batch = tf.reshape(frame, [1, ...frame.shape]) as tf.Tensor4D;
  const at = ([u, v]: Shift) =>
    tf.reshape(
      warpEach(batch, [[1, 0, u, 0, 1, v]], [start.height, start.width], 'nearest'),
      frame.shape,
    ) as tf.Tensor3D;
  try {
    let shift = from;
    let step = 0;
    for (let i = 0; i < 5; i++) {
      const [du, dv] = yield* median(() => {
        const field = opticalFlow(first, at(shift), flow, { check: false });
        return tf.slice(field, [top, left, 0], [bottom - top, right - left, 2]);
      });
      shift = [shift[0] + du, shift[1] + dv];
      step = Math.hypot(du, dv);
      if (step < settled) break;
    }
    const likeness = likenessAt(start, yield* grayImage(() => at(shift)), box, 0, 0);
    return { shift, step, likeness };
  } finally {
    batch.dispose();
  }
}

/** A clip whose frames, and landmarks, are moved back by their shifts. */
function shifted(clip: Clip, shifts: readonly Shift[]): Clip {
  const [, height, width] = clip.frames.shape;
  return {
    ...clip,
    frames: warpEach(
      clip.frames,
      shifts.map(([u, v]): Transform => [1, 0, u, 0, 1, v]),
      [height, width],
      'nearest',
    ),
    ...(clip.landmarks && {
      landmarks: clip.landmarks.map(({ frame, points }) => ({
        frame,
        points: points.map(([x, y]) => [x - shifts[frame]![0], y - shifts[frame]![1]] as const),
      })),
    }),
  };
}
