import { type FlowChoice, opticalFlow, warpFrames } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { checkRecording, landmarksAt, type Recording } from '../recording.js';
import type { Box } from './face-regions.js';
import { type HeadPose, headOf } from './head-motion.js';
import type { WatchOptions } from './region-motion.js';
import { type SkinRegion, skinRegions } from './skin-regions.js';

/** Where the skin of a face lies, frame by frame, without the motion of the head. */
export interface SkinCourse {
  /** Frames a second of what follows. */
  readonly rate: number;
  /** One of so many frames of the recording was looked at. */
  readonly stride: number;
  /** How many frames the recording has. */
  readonly frames: number;
  /** The places, in the order of `skin`. */
  readonly regions: readonly Pick<SkinRegion, 'name' | 'group'>[];
  /** Of each region how far it lies to the right and down, in pixels of a face square of 256; from where does not matter. */
  readonly skin: readonly { readonly u: ArrayLike<number>; readonly v: ArrayLike<number> }[];
  /** How the head moves: right, down, tilt, turn and nod; from where does not matter. */
  readonly head: readonly ArrayLike<number>[];
  /** How much the eyes look otherwise than mostly: closed lids, glances. */
  readonly eyes: ArrayLike<number>;
}

/** What {@link skinCourse} needs to know. */
export interface SkinCoursePlan {
  readonly rate: number;
  readonly window: number;
  readonly size: number;
  readonly flow: FlowChoice;
}

const task = 'measure the motion of a recording';

/** Follows the skin of a face through a recording. */
export async function skinCourse(
  recording: Recording,
  { rate, window, size, flow }: SkinCoursePlan,
  { onProgress, signal }: WatchOptions = {},
): Promise<SkinCourse> {
  checkRecording(recording, task);
  const { fps, frames: reader } = recording;
  const stride = Math.max(1, Math.round(fps / rate));
  const count = Math.ceil(reader.shape[0] / stride);
  const perSecond = fps / stride;
  const length = Math.max(2, Math.round(window * perSecond));
  const shared = Math.min(length - 1, Math.round(perSecond));
  const windows = windowsOf(count, length, shared);
  const total = windows.reduce((sum, one) => sum + one.length, 0);
  const crops = skinRegions(landmarksAt(recording, 0, task), size);
  const regions = crops.regions.map(({ name, group }) => ({ name, group }));
  // u and v of each region, the head's five, the eyes
  const courses = Array.from({ length: 2 * regions.length + 6 }, () => new Float32Array(count));
  const unit = 256 / size;
  let done = 0;
  for (const { start, length } of windows) {
    const face = skinRegions(landmarksAt(recording, start * stride, task), size);
    const head = headOf(face.points, size, face.eyes);
    const cropAt = async (t: number) => {
      const frame = await reader.read((start + t) * stride, 1);
      const crop = tf.tidy(() => tf.squeeze(warpFrames(frame, face.transform, size), [0]) as tf.Tensor3D);
      frame.dispose();
      return crop;
    };
    const from = await usualFace(length, cropAt);
    const found = courses.map(() => new Float32Array(length));
    try {
      const rest = await from.data<'float32'>();
      for (let t = 0; t < length; t++) {
        signal?.throwIfAborted();
        const to = await cropAt(t);
        const field = opticalFlow(from, to, flow, { check: false });
        const [values, seen] = await Promise.all([field.data<'float32'>(), to.data<'float32'>()]);
        tf.dispose([to, field]);
        const pose = head.poseOf(values);
        for (const [i, { box }] of face.regions.entries()) {
          const [u, v] = meanIn(values, size, box, (x, y) => head.motionAt(pose, x, y));
          found[2 * i]![t] = unit * u;
          found[2 * i + 1]![t] = unit * v;
        }
        for (const [k, value] of pose.entries()) found[2 * regions.length + k]![t] = (k === 2 ? 1 : unit) * value;
        found.at(-1)![t] = change(rest, seen, size, face.eyes, pose);
        onProgress?.(++done, total);
      }
    } finally {
      from.dispose();
    }
    for (const [i, course] of courses.entries()) append(course, found[i]!, start, start === 0 ? 0 : shared);
  }
  return {
    rate: perSecond,
    stride,
    frames: reader.shape[0],
    regions,
    skin: regions.map((_, i) => ({ u: courses[2 * i]!, v: courses[2 * i + 1]! })),
    head: courses.slice(2 * regions.length, -1),
    eyes: courses.at(-1)!,
  };
}

/** Windows that have `shared` frames in common with the one before; the last one takes what is too little for another. */
function windowsOf(count: number, length: number, shared: number): { start: number; length: number }[] {
  const windows: { start: number; length: number }[] = [];
  const step = length - shared;
  for (let start = 0; start === 0 || start + shared < count; start += step) {
    const last = start + step + 2 * shared >= count;
    windows.push({ start, length: last ? count - start : length });
    if (last) break;
  }
  return windows;
}

/** Of some frames of a window the one that is most like all others: no blink, no word, no turn of the head. */
async function usualFace(length: number, cropAt: (t: number) => Promise<tf.Tensor3D>): Promise<tf.Tensor3D> {
  const some = Math.min(length, 13);
  const crops: tf.Tensor3D[] = [];
  for (let i = 0; i < some; i++) crops.push(await cropAt(Math.floor(((i + 0.5) * length) / some)));
  const values = await Promise.all(crops.map((crop) => crop.data<'float32'>()));
  const apart = (a: Float32Array, b: Float32Array) => {
    let sum = 0;
    for (let i = 0; i < a.length; i += 3) sum += Math.abs(a[i]! - b[i]!);
    return sum;
  };
  const middle = (one: Float32Array) => values.map((other) => apart(one, other)).sort((a, b) => a - b)[some >> 1]!;
  const distances = values.map(middle);
  const best = distances.indexOf(Math.min(...distances));
  tf.dispose(crops.filter((_, i) => i !== best));
  return crops[best]!;
}

/** The mean flow in a box without that of the head. */
function meanIn(
  flow: Float32Array,
  width: number,
  { left, top, right, bottom }: Box,
  head: (x: number, y: number) => readonly [number, number],
): readonly [number, number] {
  let [u, v] = [0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const [headU, headV] = head(x, y);
      u += flow[2 * (y * width + x)]! - headU;
      v += flow[2 * (y * width + x) + 1]! - headV;
    }
  }
  const count = (right - left) * (bottom - top);
  return [u / count, v / count];
}

/** How much some boxes look otherwise than in another image, on average, where the head has moved by whole pixels. */
function change(from: Float32Array, to: Float32Array, size: number, boxes: readonly Box[], pose: HeadPose): number {
  const [dx, dy] = [Math.round(pose[0] + pose[3]), Math.round(pose[1] + pose[4])];
  let [sum, count] = [0, 0];
  for (const { left, top, right, bottom } of boxes) {
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const [toX, toY] = [x + dx, y + dy];
        if (toX < 0 || toY < 0 || toX >= size || toY >= size) continue;
        sum += Math.abs(to[toY * size + toX]! - from[y * size + x]!);
        count++;
      }
    }
  }
  return count > 0 ? sum / count : 0;
}

/** Puts a window at its place, so that it goes on where the one before ends: the median of their difference in the frames of both is taken off. */
function append(course: Float32Array, found: Float32Array, start: number, shared: number): void {
  const apart = Array.from({ length: shared }, (_, t) => found[t]! - course[start + t]!).sort((a, b) => a - b);
  const step = shared > 0 ? apart[shared >> 1]! : 0;
  // half of the shared frames are of each
  for (let t = shared >> 1; t < found.length; t++) course[start + t] = found[t]! - step;
}
