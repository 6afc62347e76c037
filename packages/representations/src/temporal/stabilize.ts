import { checkOptions, choice, either, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { type Clip, checkClip, type LongClip } from '../clip.js';
import { declareStep } from '../declare-step.js';
import { checkClipLandmarks } from '../face/check-landmarks.js';
import { pixelsAround, rigidPart, rigidPoints } from '../face/rigid-part.js';
import { applyTransform, compose, invertTransform, similarity, type Transform } from '../face/transform.js';
import { warpEach } from '../face/warp-frames.js';
import { type FlowChoice, flowOption, opticalFlow } from '../flow/optical-flow.js';
import { components } from '../flow/strain.js';
import { frameReader } from '../frame-reader.js';
import { frameAt } from '../frames.js';
import { type Reading, readLater, readNow } from '../reading.js';
import { type Region, regionOption, regionPixels } from '../region.js';
import { percentileOf } from '../scale-motion.js';
import { toGray } from '../to-gray.js';
import { type Box, type GrayImage, likenessAt, matchShift } from './match-shift.js';
import { similarityMatcher } from './match-similarity.js';

const stabilizeOptions = {
  motion: choice(
    "What the head does: `'shift'` moves each frame by the region; `'similarity'` turns and resizes it, too, by all of the face that is rigid.",
    ['shift', 'similarity'],
    { default: 'shift' },
  ),
  region: either(
    "A part of the face that expressions do not move; null: the nose, by the landmarks nearest to the onset with motion `'similarity'`, or else a box on its bridge and tip, `[0.4, 0.4, 0.65, 0.6]`.",
    [choice('The nose.', [null], {}), regionOption('A part.', {})],
    { default: null },
  ),
  rigid: either(
    "With motion `'similarity'`, the part that tells how the head is turned; null: from brows to nose without the eyes by the landmarks nearest to the onset, or where there are none `[0.22, 0.2, 0.65, 0.8]`.",
    [choice('By the landmarks.', [null], {}), regionOption('A part.', {})],
    { default: null },
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

type Options = Resolved<typeof stabilizeOptions>;

/** A step of the flow below which a shift is found, in pixels. */
const settled = 0.05;

/** Likeness above which a region is certainly itself, so that nobody looks further away. */
const sure = 0.9;

/** A last step above which it is not. */
const lost = 0.5;

/** Pixels around the region that its flow is found with. */
const around = 64;

/** Least likeness of the region to itself, where it was found again. */
const alike = 0.5;

/** The nose in a face that was cut out. */
const noseOfFace: Region = [0.4, 0.4, 0.65, 0.6];

/** The rigid part of a face that was cut out, where no landmarks tell: brows to nose. */
const middleOfFace: Region = [0.22, 0.2, 0.65, 0.8];

const task = 'stabilize a clip';

/**
 * A clip without the motion of the head: each frame is moved so that a stable region stays where it was at the onset.
 *
 *     shift        s_t = shift under which the region of I_onset is found in I_t        I'_t(x) = I_t(x + s_t)
 *     similarity   W_t = argmin sum_x rho(I_onset(x) - g I_t(W(x)) - h), W(x) = s R x + t, x in the rigid part        I'_t(x) = I_t(W_t(x))
 *
 * With `motion: 'shift'`, the median over the region of flow(I_onset, I'_t) is added to s_t until it is under 0.05 pixel (at most 5 times). Where that
 * does not find the region, it is looked for further away, by its likeness and that of its surroundings from coarse to fine, and s_t starts there.
 *
 * With `motion: 'similarity'`, turn, size and shift are fitted to gray levels from coarse to fine (Gauss-Newton with the mean slope of both frames); changes of the
 * light are fitted, too, and what differs more than the rest, as a brow that is raised, does not count. It starts where the frame before was, and where the landmarks of the
 * frame are, if it has any; where neither leads to the part, turns of up to 12 degrees and sizes from 0.88 to 1.13 are tried. Last, the region is held by a shift as above.
 *
 * A shift has two numbers to find, and noise moves it least: right for clips that are aligned and whose head rests but for a drift, as in the data sets of the field. A head that
 * tilts or comes nearer needs the similarity. One that turns away changes its shape: no similarity undoes that.
 *
 * @param clip aligned already, or nearly so; with landmarks and `motion: 'similarity'`, any.
 * @returns a new clip of the same size. What comes in at the border repeats the border's pixels, so that nothing seems to
 * move there. Landmarks move along.
 * @throws Error if the region is not found again in a frame: the last step was over 0.5 pixel, or its likeness (concordance), or that of the rigid part, is under 0.5.
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
 * console.log(stabilize(clip, { motion: 'similarity' }).frames.shape); // [ 3, 40, 40, 1 ]
 * ```
 *
 * Reference: removal of head motion by the flow of the nose region is common practice; the fit as in Baker and Matthews (2004) with the mean slope of Malis (2004) and
 * Tukey's weights; the search, the repetition, the rigid part and the limits are this project's own.
 */
export const stabilize = /* @__PURE__ */ declareStep({
  name: 'stabilize',
  title: 'Head motion removed by a stable region',
  paper: null,
  ours: 'the search, the repetition, the rigid part and the limits',
  version: 2,
  takes: 'clip',
  gives: 'clip',
  traits: { keepsRange: true },
  options: stabilizeOptions,
  compute: (clip: Clip, options) => readNow(stabilizing(clip, options), task),
  computeAsync: (clip, options) => readLater(stabilizing(clip, options)),
  outputShape: (frame) => frame,
});

/**
 * Where {@link stabilize} finds the head in each frame: what it moves the frames by. A {@link LongClip} is read one frame at a time.
 *
 * @param clip as {@link stabilize} takes it
 * @param options the same
 * @returns a transform for each frame: the point (x, y) of the onset lies at (a x + b y + c, d x + e y + f) of the frame
 * @throws as {@link stabilize}
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { headTrack } from '@mer/representations';
 *
 * const still = tf.randomUniform([1, 40, 40, 1], 0, 1, 'float32', 1);
 * const clip = { frames: tf.tile(still, [2, 1, 1, 1]) as tf.Tensor4D, onset: 0, apex: 1, offset: 1 };
 * const track = await headTrack(clip);
 * console.log(track.length, track[0]); // 2 [ 1, 0, 0, 0, 1, 0 ]
 * ```
 *
 * Reference: as {@link stabilize}.
 */
export async function headTrack(clip: Clip | LongClip, options: StabilizeOptions = {}): Promise<Transform[]> {
  const settings = checkOptions(task, stabilizeOptions, options);
  checkClip(clip, task);
  checkClipLandmarks(clip, task);
  const { shape, read } = 'read' in clip.frames ? clip.frames : frameReader(clip.frames);
  const frameOf = async (t: number) => {
    const batch = await read(t, 1);
    const frame = tf.reshape(batch, [shape[1], shape[2], shape[3]]) as tf.Tensor3D;
    batch.dispose();
    return frame;
  };
  const first = await frameOf(clip.onset);
  try {
    const place = await readLater(placing(clip, first, settings));
    const track: Transform[] = [];
    for (let t = 0; t < shape[0]; t++) {
      const frame = t === clip.onset ? undefined : await frameOf(t);
      try {
        track.push(frame ? await readLater(place(frame, t, track.at(-1))) : still);
      } finally {
        frame?.dispose();
      }
    }
    return track;
  } finally {
    first.dispose();
  }
}

const still: Transform = [1, 0, 0, 0, 1, 0];

function* stabilizing(clip: Clip, options: Options): Reading<Clip> {
  checkClip(clip, task);
  checkClipLandmarks(clip, task);
  const first = frameAt(clip.frames, clip.onset);
  try {
    const place = yield* placing(clip, first, options);
    const track: Transform[] = [];
    for (let t = 0; t < clip.frames.shape[0]; t++) {
      const frame = t === clip.onset ? undefined : frameAt(clip.frames, t);
      try {
        track.push(frame ? yield* place(frame, t, track.at(-1)) : still);
      } finally {
        frame?.dispose();
      }
    }
    return moved(clip, track);
  } finally {
    first.dispose();
  }
}

/** Finds a frame's transform; `before` is that of the frame before. */
type Place = (frame: tf.Tensor3D, t: number, before: Transform | undefined) => Reading<Transform>;

/** What finds the transforms of a clip's frames; `first` is the frame of its onset. */
function* placing(clip: Clip | LongClip, first: tf.Tensor3D, options: Options): Reading<Place> {
  const { region, rigid, flow, reach, motion } = options;
  const [, height, width] = clip.frames.shape;
  const near = motion === 'similarity' ? nearestLandmarks(clip) : undefined;
  const nose = !region && near && pixelsAround(near.points.slice(27, 36), height, width);
  const box = nose || regionPixels(region ?? noseOfFace, height, width);
  const start = yield* grayImage(() => first);
  const side = Math.round(reach * Math.max(height, width));
  // a region without texture is like nothing, and does not move
  const bare = likenessAt(start, start, box, 0, 0) < 0;
  const failed = (t: number, what: string) =>
    new Error(
      `Cannot ${task} as its region must be found again in every frame: in frame ${t} ${what} (choose another 'region' or a larger 'reach', or align per frame first)`,
    );
  const check = (t: number, { transform, step, likeness }: Refined) => {
    if (step <= lost && (bare || likeness >= alike)) return;
    const middle = [(box.left + box.right - 1) / 2, (box.top + box.bottom - 1) / 2] as const;
    const at = applyTransform(transform, middle)
      .map((value, axis) => (value - middle[axis as 0 | 1]).toFixed(1))
      .join(', ');
    throw failed(
      t,
      `the shift (${at}) still changes by ${step.toFixed(2)} pixels and the likeness is ${likeness.toFixed(2)}`,
    );
  };
  if (motion === 'shift') {
    return function* (frame, t) {
      const place = (shift: Shift) => refine(start, first, frame, [1, 0, shift[0], 0, 1, shift[1]], box, flow);
      let found = yield* place([0, 0]);
      if (found.step > settled || found.likeness < sure) {
        const far = yield* place(matchShift(start, yield* grayImage(() => frame), box, side));
        if (far.likeness > found.likeness) found = far;
      }
      check(t, found);
      return found.transform;
    };
  }
  const part =
    (!rigid && near && rigidPart(near.points, height, width)) || wholeBox(rigid ?? middleOfFace, height, width);
  const matcher = similarityMatcher(start, part);
  return function* (frame, t, before) {
    const own = near && clip.landmarks!.find((one) => one.frame === t);
    const starts = [still, ...(before ? [before] : [])];
    if (own) starts.push(similarity(rigidPoints(near.points), rigidPoints(own.points)));
    const { transform, likeness } = matcher.match(yield* grayImage(() => frame), starts, side);
    if (!matcher.bare && likeness < alike) throw failed(t, `the likeness is ${likeness.toFixed(2)}`);
    const found = yield* refine(start, first, frame, transform, box, flow, around);
    check(t, found);
    return found.transform;
  };
}

/** The landmarks of the onset, or of the frame nearest to it. */
function nearestLandmarks({ landmarks, onset }: Clip | LongClip) {
  const far = ({ frame }: { frame: number }) => Math.abs(frame - onset);
  return landmarks?.length ? landmarks.reduce((best, other) => (far(other) < far(best) ? other : best)) : undefined;
}

/** All of a region. */
function wholeBox(region: Region, height: number, width: number) {
  const box = regionPixels(region, height, width);
  return { box, weights: new Float32Array((box.bottom - box.top) * (box.right - box.left)).fill(1) };
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

/** A place in a frame made finer: the length of the last step, and how like the box then is. */
interface Refined {
  transform: Transform;
  step: number;
  likeness: number;
}

/** A place made finer by shifts, by the flow of a box; of the whole image, or of that box and so many pixels around. */
function* refine(
  start: GrayImage,
  first: tf.Tensor3D,
  frame: tf.Tensor3D,
  from: Transform,
  box: Box,
  flow: FlowChoice,
  margin = Number.POSITIVE_INFINITY,
): Reading<Refined> {
  const top = Math.max(0, box.top - margin);
  const left = Math.max(0, box.left - margin);
  const rows = Math.min(start.height, box.bottom + margin) - top;
  const columns = Math.min(start.width, box.right + margin) - left;
  const inside = { top: box.top - top, left: box.left - left, bottom: box.bottom - top, right: box.right - left };
  const [batch, piece] = tf.tidy(() => [
    tf.reshape(frame, [1, ...frame.shape]) as tf.Tensor4D,
    tf.slice(first, [top, left, 0], [rows, columns, first.shape[2]]),
  ]);
  const at = (transform: Transform) => {
    const seen = warpEach(batch, [compose(transform, [1, 0, left, 0, 1, top])], [rows, columns], 'nearest');
    return tf.reshape(seen, piece.shape) as tf.Tensor3D;
  };
  try {
    let transform = from;
    let step = 0;
    for (let i = 0; i < 5; i++) {
      const [u, v] = yield* median(() => {
        const field = opticalFlow(piece, at(transform), flow, { check: false });
        const size = [inside.bottom - inside.top, inside.right - inside.left, 2] as const;
        return tf.slice(field, [inside.top, inside.left, 0], [...size]);
      });
      transform = compose(transform, [1, 0, u, 0, 1, v]);
      step = Math.hypot(u, v);
      if (step < settled) break;
    }
    const [before, after] = [yield* grayImage(() => piece), yield* grayImage(() => at(transform))];
    return { transform, step, likeness: likenessAt(before, after, inside, 0, 0) };
  } finally {
    tf.dispose([batch, piece]);
  }
}

/** A clip whose frames, and landmarks, are moved back. */
function moved(clip: Clip, track: readonly Transform[]): Clip {
  const [, height, width] = clip.frames.shape;
  return {
    ...clip,
    frames: warpEach(clip.frames, track, [height, width], 'nearest'),
    ...(clip.landmarks && {
      landmarks: clip.landmarks.map(({ frame, points }) => {
        const back = invertTransform(track[frame]!);
        return { frame, points: points.map((point) => applyTransform(back, point)) };
      }),
    }),
  };
}
