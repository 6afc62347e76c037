import { type FlowChoice, opticalFlow, type Transform } from '@mer/representations';
import { checkRecording, landmarksAt, type Recording } from '../recording.js';
import { overFaces } from './over-faces.js';
import type { WatchOptions } from './region-motion.js';
import { type Point, softnetRegions } from './softnet-regions.js';

/** How much brows, eyes and mouth have moved some frames later, for each frame. */
export interface FlowCourse {
  /** Frames a second of what follows. */
  readonly rate: number;
  /** One of so many frames of the recording was looked at. */
  readonly stride: number;
  /** How many frames the recording has. */
  readonly frames: number;
  /** Of micro- and of macro-expressions: flow over half as many frames as one of them usually has. */
  readonly courses: Readonly<Record<'micro' | 'macro', { readonly reach: number; readonly values: Float32Array }>>;
}

/** What {@link flowCourse} needs to know. */
export interface FlowCoursePlan {
  readonly rate: number;
  readonly micro: number;
  readonly macro: number;
  readonly flow: FlowChoice;
}

/** Side of the face in pixels. */
export const SIDE = 128;

const task = 'measure the motion of a recording';

/** The mean length of flow in two boxes of the face, around brows and eyes and around the mouth, for each frame of a recording. */
export async function flowCourse(
  recording: Recording,
  { rate, micro, macro, flow }: FlowCoursePlan,
  { onProgress, signal }: WatchOptions = {},
): Promise<FlowCourse> {
  checkRecording(recording, task);
  const { fps, frames: reader } = recording;
  const stride = Math.max(1, Math.round(fps / rate));
  const count = Math.ceil(reader.shape[0] / stride);
  const reaches = { micro: framesOf(micro, fps / stride), macro: framesOf(macro, fps / stride) };
  const points = landmarksAt(recording, 0, task);
  const transform = faceSquare(points);
  const [scale, , left, , , top] = transform;
  const regions = softnetRegions(points.map(([x, y]): Point => [(x - left) / scale, (y - top) / scale]));
  const courses = {
    micro: { reach: reaches.micro, values: new Float32Array(Math.max(0, count - reaches.micro)) },
    macro: { reach: reaches.macro, values: new Float32Array(Math.max(0, count - reaches.macro)) },
  };
  // the faces of as many frames as the longer of both reaches
  const furthest = Math.max(reaches.micro, reaches.macro);
  const how = { stride, count, transform, side: SIDE, furthest, signal, onProgress };
  await overFaces(reader, how, async (t, held) => {
    for (const { reach, values } of Object.values(courses)) {
      if (t < reach) continue;
      const field = opticalFlow(held.at(-1 - reach)!, held.at(-1)!, flow, { check: false });
      values[t - reach] = regions.motion(await field.data<'float32'>());
      field.dispose();
    }
  });
  return { rate: fps / stride, stride, frames: reader.shape[0], courses };
}

/** A time in frames, one at least. */
export const framesOf = (seconds: number, rate: number) => Math.max(1, Math.round(seconds * rate));

/** A square around all landmarks, a tenth wider, as a face detector gives it. */
export function faceSquare(points: readonly Point[]): Transform {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  const [y0, y1] = [Math.min(...ys), Math.max(...ys)];
  const side = 1.1 * Math.max(x1 - x0, y1 - y0);
  const scale = side / SIDE;
  return [scale, 0, (x0 + x1 - side) / 2 + (scale - 1) / 2, 0, scale, (y0 + y1 - side) / 2 + (scale - 1) / 2];
}
