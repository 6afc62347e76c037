import { type FlowChoice, opticalFlow, type Transform, warpFrames } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { checkRecording, landmarksAt, type Recording } from '../recording.js';
import { type Box, type FaceRegion, faceRegions, regionVector } from './face-regions.js';

/** How the regions of a face move, in windows of a recording. */
export interface RegionMotion {
  /** Frames a second of what follows. */
  readonly rate: number;
  /** One of so many frames of the recording was looked at. */
  readonly stride: number;
  /** How many frames the recording has. */
  readonly frames: number;
  /** Side of the face's square in pixels: what lengths are measured in. */
  readonly size: number;
  /** The regions, in the order of the signals. */
  readonly regions: readonly Pick<FaceRegion, 'name' | 'group'>[];
  readonly windows: readonly {
    /** Its first frame, counted in strides. */
    readonly start: number;
    /** For each region where it lies from where it was in that first frame, without the motion of the head, in pixels to the right and down. */
    readonly signals: readonly { readonly u: ArrayLike<number>; readonly v: ArrayLike<number> }[];
  }[];
}

/** What {@link regionMotion} needs to know. */
export interface RegionMotionPlan {
  readonly rate: number;
  readonly window: number;
  readonly size: number;
  readonly flow: FlowChoice;
}

/** How a long work is watched and ended. */
export interface WatchOptions {
  /** Told after each frame: how many are done of how many. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  /** Ends the work: it then throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

const task = 'measure the motion of a recording';

/** Follows the regions of a face through a recording. */
export async function regionMotion(
  recording: Recording,
  { rate, window, size, flow }: RegionMotionPlan,
  { onProgress, signal }: WatchOptions = {},
): Promise<RegionMotion> {
  checkRecording(recording, task);
  const { fps, frames: reader } = recording;
  const stride = Math.max(1, Math.round(fps / rate));
  const count = Math.ceil(reader.shape[0] / stride);
  const starts = windowStarts(count, Math.max(2, Math.round((window * fps) / stride)));
  const total = starts.reduce((sum, { length }) => sum + length, 0);
  let done = 0;
  const windows: { start: number; signals: { u: Float32Array; v: Float32Array }[] }[] = [];
  let names: RegionMotion['regions'] = [];
  for (const { start, length } of starts) {
    const face = faceRegions(landmarksAt(recording, start * stride, task), size);
    names = face.regions.map(({ name, group }) => ({ name, group }));
    const signals = face.regions.map(() => ({ u: new Float32Array(length), v: new Float32Array(length) }));
    const width = face.part.right - face.part.left;
    const cropOf = async (t: number) => {
      const frame = await reader.read(t * stride, 1);
      return { at: (shift: readonly [number, number]) => cut(frame, face.transform, face.part, shift), frame };
    };
    const first = await cropOf(start);
    const from = first.at([0, 0]);
    first.frame.dispose();
    // the head's motion in whole pixels, which goes on from frame to frame
    let shift: readonly [number, number] = [0, 0];
    try {
      for (let t = 1; t < length; t++) {
        signal?.throwIfAborted();
        const { at, frame } = await cropOf(start + t);
        try {
          for (let turn = 0; ; turn++) {
            const values = await flowValues(from, at(shift), flow);
            const [u, v] = regionVector(values, width, face.reference);
            const still = u * u + v * v <= 1 || turn === 4;
            if (still) {
              for (const [i, region] of face.regions.entries()) {
                const [x, y] = regionVector(values, width, region);
                signals[i]!.u[t] = x - u;
                signals[i]!.v[t] = y - v;
              }
              break;
            }
            shift = [shift[0] + Math.round(u), shift[1] + Math.round(v)];
          }
        } finally {
          frame.dispose();
        }
        onProgress?.(++done, total);
      }
      onProgress?.(++done, total);
    } finally {
      from.dispose();
    }
    windows.push({ start, signals });
  }
  return { rate: fps / stride, stride, frames: reader.shape[0], size, regions: names, windows };
}

/** Windows of `length` that begin half a window after each other; the last ends with the last frame. */
function windowStarts(count: number, length: number): { start: number; length: number }[] {
  if (count <= length) return [{ start: 0, length: count }];
  const step = Math.max(1, Math.floor(length / 2));
  const starts: number[] = [];
  for (let start = 0; start + length < count; start += step) starts.push(start);
  return [...starts, count - length].map((start) => ({ start, length }));
}

/** A part of the face's square, moved by whole pixels, gray `[H, W, 1]`. */
function cut(frame: tf.Tensor4D, transform: Transform, part: Box, [dx, dy]: readonly [number, number]): tf.Tensor3D {
  const [scale, , left, , , top] = transform;
  const moved: Transform = [scale, 0, left + scale * (part.left + dx), 0, scale, top + scale * (part.top + dy)];
  return tf.tidy(() => {
    const warped = warpFrames(frame, moved, [part.bottom - part.top, part.right - part.left]);
    return tf.squeeze(warped, [0]) as tf.Tensor3D;
  });
}

/** The flow between two images as numbers; the second is given up. */
async function flowValues(from: tf.Tensor3D, to: tf.Tensor3D, choice: FlowChoice): Promise<Float32Array> {
  const field = opticalFlow(from, to, choice, { check: false });
  to.dispose();
  try {
    return await field.data<'float32'>();
  } finally {
    field.dispose();
  }
}
