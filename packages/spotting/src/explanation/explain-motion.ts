import { checkOptions, choice, integer, number, type OptionsOf, type Resolved } from '@mer/options';
import { type FrameReader, flowOption, opticalFlow, warpFrames } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { landmarksAt, type Recording } from '../recording.js';
import type { Box } from '../spotters/face-regions.js';
import { type Head, type HeadPose, headOf } from '../spotters/head-motion.js';
import { type SkinCrop, skinRegions } from '../spotters/skin-regions.js';
import { ACTION_UNITS, directionOf, unitsOf } from './action-units.js';

const options = {
  head: choice(
    'How the motion of the head is taken off: the pose of an ellipsoid that fits most of the face (`ellipsoid`), what the bridge of the nose does (`nose`), or not at all (`none`).',
    ['ellipsoid', 'nose', 'none'],
    { default: 'ellipsoid' },
  ),
  least: number('Motion below this does not count, pixels of a face square of 256.', { min: 0, default: 0.3 }),
  size: integer('Side of the square that is cut out around the face, pixels.', { min: 64, max: 1024, default: 256 }),
  around: integer('Frames before and after the apex whose motion is averaged with its own: noise goes down.', {
    min: 0,
    max: 10,
    default: 1,
  }),
  flow: flowOption({ name: 'farneback', iterations: 3, polyRadius: 7, polySigma: 1.5 }),
};

/** Options of {@link explainMotion}. */
export type ExplainMotionOptions = OptionsOf<typeof options>;

/** How a part of a face has moved between two frames, without its head. */
export interface RegionExplanation {
  /** Left and right as in the picture. */
  readonly name: string;
  readonly group: 'brows' | 'eyes' | 'nose' | 'mouth';
  /** Mean motion to the right and down, pixels of a face square of 256. */
  readonly u: number;
  readonly v: number;
  /** Length of that. */
  readonly magnitude: number;
  /** The longest motion of a pixel in it. */
  readonly greatest: number;
  /** `up`, `down and left` and so on; `still` below the least motion. */
  readonly direction: string;
  /** Numbers of the action units that such a motion suggests. */
  readonly units: readonly number[];
  /** Where it is, in pixels of the face square. */
  readonly box: Box;
}

/** An action unit that motions suggest. */
export interface SuggestedUnit {
  readonly unit: number;
  readonly name: string;
  /** The greatest motion that suggests it. */
  readonly magnitude: number;
  /** The regions, that of the greatest motion first. */
  readonly regions: readonly string[];
}

/** What a clip shows, region by region; see {@link explainMotion}. */
export interface MotionExplanation {
  /** Frames compared. */
  readonly onset: number;
  readonly apex: number;
  /** How the head has moved: to the right and down, pixels of 256, tilted, degrees; turned and nodded, pixels of 256 at its nearest point. */
  readonly head: {
    readonly right: number;
    readonly down: number;
    readonly tilt: number;
    readonly turn: number;
    readonly nod: number;
  };
  /** How it was taken off. */
  readonly headOff: 'ellipsoid' | 'nose' | 'none';
  /** Motion below this is `still`. */
  readonly least: number;
  readonly regions: readonly RegionExplanation[];
  /** What they suggest, the greatest motion first. */
  readonly units: readonly SuggestedUnit[];
  /** Side of the face square in pixels, and where its pixels lie in a frame: x = scale column + left. */
  readonly square: { readonly size: number; readonly scale: number; readonly left: number; readonly top: number };
}

const task = 'explain the motion of a face';

/**
 * Explains what moves in a face between two frames: of fourteen regions how far and where to, once the motion of the head is taken off, and which action units that suggests.
 *
 * The face is cut out by its landmarks in the first frame, flow is computed to the second (and those around it, averaged), and the head is taken off as {@link skinMotion} does
 * it: by the pose of an ellipsoid that explains the flow of most of the face. A region's motion is the mean of what is left of it. Units are read off directions
 * alone: they are suggestions for a reader, not a classification.
 *
 * @param recording - frames and landmarks; frames a second do not matter
 * @param marks - the first frame and the strongest, from 0
 * @param given - head, least motion, flow
 * @throws TypeError or RangeError where frames, marks or landmarks are not as they must be
 *
 * @example
 * ```ts
 * import { frameReader } from '@mer/representations';
 * import { explainMotion } from '@mer/spotting';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const points = Array.from({ length: 68 }, (_, i) => [20 + (i % 17) * 4, 20 + Math.floor(i / 17) * 16] as const);
 * const frames = frameReader(tf.ones([4, 96, 96, 1]));
 * const recording = { frames, landmarks: [{ frame: 0, points }] };
 * const { regions, units } = await explainMotion(recording, { onset: 0, apex: 3 }, { size: 64, around: 0 });
 * console.log(regions.length, regions[0]!.direction, units); // 14 still []
 * ```
 *
 * Reference: this project's own, after the idea of Zhang et al. 2025 (MELLM, arXiv 2505.07007), who take head from facial motion by a trained network and give a table of
 * regions to a language model.
 */
export async function explainMotion(
  recording: Pick<Recording, 'frames' | 'landmarks'>,
  { onset, apex }: { onset: number; apex: number },
  given: ExplainMotionOptions = {},
): Promise<MotionExplanation> {
  const settings = checkOptions(task, options, given);
  const { frames } = recording;
  const count = frames.shape[0];
  if (!(Number.isInteger(onset) && Number.isInteger(apex) && onset >= 0 && apex > onset && apex < count)) {
    throw new RangeError(
      `Cannot ${task} as onset and apex must be two of its ${count} frames, one after the other: current values are ${onset} and ${apex}`,
    );
  }
  const face = skinRegions(landmarksAt({ ...recording, fps: 30 }, onset, task), settings.size);
  const head = headOf(face.points, settings.size, face.eyes);
  const flow = await meanFlow(frames, { onset, apex, face, settings });
  const pose = head.poseOf(flow);
  const unit = 256 / settings.size;
  const motionAt = headMotion(settings, { flow, face, head, pose });
  const regions = [
    ...face.regions,
    ...face.eyes.map((box, i) => ({ name: i === 0 ? 'left eye' : 'right eye', group: 'eyes' as const, box })),
  ].map(({ name, group, box }): RegionExplanation => {
    const { u, v, greatest } = motionIn(flow, settings.size, box, motionAt);
    const motion = [unit * u, unit * v] as const;
    const magnitude = Math.hypot(...motion);
    const moves = magnitude >= settings.least && magnitude > 0;
    return {
      name,
      group,
      u: motion[0],
      v: motion[1],
      magnitude,
      greatest: unit * greatest,
      direction: moves ? directionOf(motion) : 'still',
      units: moves ? unitsOf(name, motion) : [],
      box,
    };
  });
  const [scale, , left, , , top] = face.transform;
  const [right, down, tilt, turn, nod] = pose;
  return {
    onset,
    apex,
    head: {
      right: unit * right,
      down: unit * down,
      tilt: (tilt * 180) / Math.PI,
      turn: unit * turn,
      nod: unit * nod,
    },
    headOff: settings.head,
    least: settings.least,
    regions,
    units: suggested(regions),
    square: { size: settings.size, scale, left, top },
  };
}

/** Units that regions suggest, the greatest motion first. */
function suggested(regions: readonly RegionExplanation[]): SuggestedUnit[] {
  const units = [...new Set(regions.flatMap((region) => region.units))];
  return units
    .map((unit): SuggestedUnit => {
      const own = regions.filter((region) => region.units.includes(unit)).sort((a, b) => b.magnitude - a.magnitude);
      return { unit, name: ACTION_UNITS[unit]!, magnitude: own[0]!.magnitude, regions: own.map(({ name }) => name) };
    })
    .sort((a, b) => b.magnitude - a.magnitude || a.unit - b.unit);
}

/** The flow of the face square from the onset to the frames around the apex, averaged. */
async function meanFlow(
  frames: FrameReader,
  {
    onset,
    apex,
    face,
    settings: { size, around, flow },
  }: { onset: number; apex: number; face: SkinCrop; settings: Resolved<typeof options> },
): Promise<Float32Array> {
  const cropAt = async (t: number) => {
    const frame = await frames.read(t, 1);
    const crop = tf.tidy(() => {
      const gray = frame.shape[3] === 1 ? frame : (tf.mean(frame, 3, true) as tf.Tensor4D);
      return tf.squeeze(warpFrames(gray, face.transform, size), [0]) as tf.Tensor3D;
    });
    frame.dispose();
    return crop;
  };
  const first = Math.max(onset + 1, apex - around);
  const last = Math.min(frames.shape[0] - 1, apex + around);
  const from = await cropAt(onset);
  const sum = new Float32Array(size * size * 2);
  try {
    for (let t = first; t <= last; t++) {
      const to = await cropAt(t);
      const field = opticalFlow(from, to, flow, { check: false });
      const values = await field.data<'float32'>();
      tf.dispose([to, field]);
      for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + values[i]! / (last - first + 1);
    }
  } finally {
    from.dispose();
  }
  return sum;
}

/** What the head does at a place, to be taken off. */
function headMotion(
  { head: how, size }: Resolved<typeof options>,
  { flow, face, head, pose }: { flow: Float32Array; face: SkinCrop; head: Head; pose: HeadPose },
): (x: number, y: number) => readonly [number, number] {
  if (how === 'none') return () => [0, 0];
  if (how === 'ellipsoid') return (x, y) => head.motionAt(pose, x, y);
  // the bridge of the nose, which moves with the head alone: medians over a box on it
  const [[x0, y0], [x1, y1]] = [face.points[28]!, face.points[29]!];
  const [middleX, middleY, half] = [(x0 + x1) / 2, (y0 + y1) / 2, size / 25];
  const inside = (value: number) => Math.min(size - 1, Math.max(0, Math.round(value)));
  const [us, vs]: [number[], number[]] = [[], []];
  for (let y = inside(middleY - half); y <= inside(middleY + half); y++) {
    for (let x = inside(middleX - half); x <= inside(middleX + half); x++) {
      us.push(flow[2 * (y * size + x)]!);
      vs.push(flow[2 * (y * size + x) + 1]!);
    }
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
  const shift = [median(us), median(vs)] as const;
  return () => shift;
}

/** Mean and greatest motion in a box without the head's. */
function motionIn(
  flow: Float32Array,
  width: number,
  { left, top, right, bottom }: Box,
  head: (x: number, y: number) => readonly [number, number],
): { u: number; v: number; greatest: number } {
  let [u, v, greatest] = [0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const [headU, headV] = head(x, y);
      const [du, dv] = [flow[2 * (y * width + x)]! - headU, flow[2 * (y * width + x) + 1]! - headV];
      u += du;
      v += dv;
      greatest = Math.max(greatest, Math.hypot(du, dv));
    }
  }
  const count = (right - left) * (bottom - top);
  return { u: u / count, v: v / count, greatest };
}
