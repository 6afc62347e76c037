import { type FlowChoice, opticalFlow } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { checkRecording, landmarksAt, type Recording } from '../recording.js';
import { faceSquare, framesOf, SIDE } from './flow-course.js';
import { overFaces } from './over-faces.js';
import type { WatchOptions } from './region-motion.js';

/** How much more a face has moved some frames before than it has some frames later, frame by frame. */
export interface DifferenceCourse {
  /** Frames a second of what follows. */
  readonly rate: number;
  /** One of so many frames of the recording was looked at. */
  readonly stride: number;
  /** How many frames the recording has. */
  readonly frames: number;
  /** Of micro- and of macro-expressions: `reach` is the frames before and after; value i is of frame `reach + i`. */
  readonly courses: Readonly<Record<'micro' | 'macro', { readonly reach: number; readonly values: ArrayLike<number> }>>;
}

/** What {@link differenceCourse} needs to know. */
export interface DifferenceCoursePlan {
  readonly rate: number;
  readonly micro: number;
  readonly macro: number;
  readonly flow: FlowChoice;
  readonly directions: 'four' | 'released';
}

const task = 'measure the motion of a recording';

/** Blocks in each direction. */
const GRID = 6;

/** The main directional maximal difference of each frame of a recording. */
export async function differenceCourse(
  recording: Recording,
  { rate, micro, macro, flow, directions }: DifferenceCoursePlan,
  { onProgress, signal }: WatchOptions = {},
): Promise<DifferenceCourse> {
  checkRecording(recording, task);
  const { fps, frames: reader } = recording;
  const stride = Math.max(1, Math.round(fps / rate));
  const count = Math.ceil(reader.shape[0] / stride);
  const courses = Object.fromEntries(
    Object.entries({ micro, macro }).map(([kind, seconds]) => {
      let reach = framesOf(seconds, fps / stride);
      // a short recording is looked at in shorter steps
      while (count < 6 * reach && reach > 1) reach = Math.round(reach / 2);
      return [kind, { reach, values: new Float32Array(Math.max(0, count - 2 * reach)) }];
    }),
  ) as Record<'micro' | 'macro', { reach: number; values: Float32Array }>;
  const transform = faceSquare(landmarksAt(recording, 0, task));
  const furthest = 2 * Math.max(courses.micro.reach, courses.macro.reach);
  const how = { stride, count, transform, side: SIDE, furthest, signal, onProgress };
  await overFaces(reader, how, async (t, held) => {
    for (const { reach, values } of Object.values(courses)) {
      if (t < 2 * reach) continue;
      const start = held.at(-1 - 2 * reach)!;
      const fields = [held.at(-1 - reach)!, held.at(-1)!].map((to) => opticalFlow(start, to, flow, { check: false }));
      const [half, whole] = await Promise.all(fields.map((field) => field.data<'float32'>()));
      tf.dispose(fields);
      values[t - 2 * reach] = maximalDifference(half!, whole!, SIDE, directions);
    }
  });
  return { rate: fps / stride, stride, frames: reader.shape[0], courses };
}

/**
 * How much longer one flow is than another, where it is most: of each of 6 x 6 blocks the pixels whose first flow goes the way that most go (four quarters of
 * the circle), of their differences in length the mean of the greatest third; of the blocks the mean of the greatest third.
 *
 * @param directions `'released'`: halves of the circle, to which the authors' `atan(u / v)` leads
 */
export function maximalDifference(
  half: ArrayLike<number>,
  whole: ArrayLike<number>,
  side: number,
  directions: 'four' | 'released' = 'four',
): number {
  const blocks: number[] = [];
  for (let row = 0; row < GRID; row++) {
    for (let column = 0; column < GRID; column++) {
      const bins: number[][] = [[], [], [], []];
      const edge = (i: number) => Math.floor((i * side) / GRID);
      for (let y = edge(row); y < edge(row + 1); y++) {
        for (let x = edge(column); x < edge(column + 1); x++) {
          const at = 2 * (y * side + x);
          const [u, v] = [half[at]!, half[at + 1]!];
          const bin = directions === 'four' ? quarterOf(u, v) : u * v > 0 || (u > 0 && v === 0) ? 1 : 0;
          bins[bin]!.push(Math.hypot(u, v) - Math.hypot(whole[at]!, whole[at + 1]!));
        }
      }
      blocks.push(greatestThird(bins.reduce((a, b) => (b.length > a.length ? b : a))));
    }
  }
  return greatestThird(blocks);
}

/** Quarters of the circle, each around an axis' diagonal: right and down, left and down, left and up, right and up. */
const quarterOf = (u: number, v: number) => (v >= 0 ? (u >= 0 ? 0 : 1) : u < 0 ? 2 : 3);

function greatestThird(values: readonly number[]): number {
  const kept = Math.max(1, Math.ceil(values.length / 3));
  const sorted = Float64Array.from(values).sort();
  let sum = 0;
  for (let i = sorted.length - kept; i < sorted.length; i++) sum += sorted[i]!;
  return sum / kept;
}
