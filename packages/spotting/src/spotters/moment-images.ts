import { type FlowChoice, opticalFlow, resizeTaps } from '@mer/representations';
import type { Moments } from '../learning/moments.js';
import { checkRecording, landmarksAt, type Recording } from '../recording.js';
import type { Box } from './face-regions.js';
import { faceSquare, framesOf, SIDE } from './flow-course.js';
import { overFaces } from './over-faces.js';
import type { WatchOptions } from './region-motion.js';
import { type Point, type SoftnetRegions, softnetRegions } from './softnet-regions.js';

/** What {@link momentImages} needs to know. */
export interface MomentPlan {
  readonly rate: number;
  /** How far ahead each kind of image looks, seconds; one frame at least. */
  readonly ahead: Readonly<Record<string, number>>;
  readonly flow: FlowChoice;
  /** Side of an image: its upper half shows brows and eyes, its lower the mouth. Even. */
  readonly size: number;
}

/** u, v, strain. */
const CHANNELS = 3;
const task = 'look at the moments of a recording';

/**
 * For each frame of a recording the motion of brows, eyes and mouth until some frames later, as SOFTNet's images.
 *
 * |u|, |v| and optical strain of the flow in a face of 128 x 128, each without its mean on the bridge of the nose, the eyes set to 0; brows above mouth; each channel
 * of each image stretched over its range, as the networks are fed. In steps of 1/255 of that range, which is ours: a quarter of the room.
 *
 * Reference: Liong et al., SOFTNet, ICIP 2021, and its released code.
 */
export async function momentImages(
  recording: Recording,
  { rate, ahead, flow, size }: MomentPlan,
  { onProgress, signal }: WatchOptions = {},
): Promise<Moments> {
  checkRecording(recording, task);
  const { fps, frames: reader } = recording;
  const stride = Math.max(1, Math.round(fps / rate));
  const count = Math.ceil(reader.shape[0] / stride);
  const points = landmarksAt(recording, 0, task);
  const transform = faceSquare(points);
  const [scale, , left, , , top] = transform;
  const regions = softnetRegions(points.map(([x, y]): Point => [(x - left) / scale, (y - top) / scale]));
  const images = Object.fromEntries(
    Object.entries(ahead).map(([name, seconds]) => {
      const reach = framesOf(seconds, fps / stride);
      const shape = [Math.max(0, count - reach), size, size, CHANNELS] as const;
      return [name, { reach, shape, pixels: new Uint8Array(shape[0] * size * size * CHANNELS) }];
    }),
  );
  const furthest = Math.max(...Object.values(images).map(({ reach }) => reach));
  const how = { stride, count, transform, side: SIDE, furthest, signal, onProgress };
  await overFaces(reader, how, async (t, held) => {
    for (const { reach, pixels } of Object.values(images)) {
      if (t < reach) continue;
      const field = opticalFlow(held.at(-1 - reach)!, held.at(-1)!, flow, { check: false });
      const values = await field.data<'float32'>();
      field.dispose();
      pixels.set(momentImage(values, regions, size), (t - reach) * size * size * CHANNELS);
    }
  });
  return { rate: fps / stride, stride, frames: reader.shape[0], images };
}

/** The image of one flow `[128, 128, 2]`: `[size, size, 3]`. */
export function momentImage(flow: Float32Array, regions: SoftnetRegions, size: number): Uint8Array {
  const field = motionField(flow, regions);
  const image = new Float32Array(size * size * CHANNELS);
  const half = size / 2;
  resizeInto(image.subarray(0, half * size * CHANNELS), field, regions.upper, half, size);
  resizeInto(image.subarray(half * size * CHANNELS), field, regions.lower, half, size);
  return stretched(image);
}

/** |u|, |v| and strain in every pixel of the face, without what the bridge of the nose does; 0 in the eyes. */
function motionField(flow: Float32Array, { nose, eyes }: SoftnetRegions): Float32Array {
  const field = new Float32Array(SIDE * SIDE * CHANNELS);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const i = y * SIDE + x;
      // forward differences, those of the last row and column as before it
      const across = 2 * (y * SIDE + Math.min(x, SIDE - 2));
      const along = 2 * (Math.min(y, SIDE - 2) * SIDE + x);
      const [ux, vx] = [flow[across + 2]! - flow[across]!, flow[across + 3]! - flow[across + 1]!];
      const [uy, vy] = [flow[along + 2 * SIDE]! - flow[along]!, flow[along + 2 * SIDE + 1]! - flow[along + 1]!];
      field[CHANNELS * i] = flow[2 * i]!;
      field[CHANNELS * i + 1] = flow[2 * i + 1]!;
      field[CHANNELS * i + 2] = Math.sqrt(ux * ux + vy * vy + (uy + vx) ** 2 / 2);
    }
  }
  for (let c = 0; c < CHANNELS; c++) {
    const still = meanIn(field, nose, c);
    for (let i = 0; i < SIDE * SIDE; i++) {
      const moved = field[CHANNELS * i + c]! - still;
      field[CHANNELS * i + c] = eyes[i] ? 0 : c < 2 ? Math.abs(moved) : moved;
    }
  }
  return field;
}

function meanIn(field: Float32Array, { left, top, right, bottom }: Box, channel: number): number {
  let [sum, count] = [0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++, count++) sum += field[CHANNELS * (y * SIDE + x) + channel]!;
  }
  return count === 0 ? 0 : sum / count;
}

/** A box of the field in `height` rows and `width` columns, bilinear as OpenCV resizes; 0 of an empty box. */
function resizeInto(to: Float32Array, field: Float32Array, box: Box, height: number, width: number): void {
  const [tall, wide] = [box.bottom - box.top, box.right - box.left];
  if (tall < 1 || wide < 1) return;
  const [rows, columns] = [
    resizeTaps(tall, height, { antialias: false }),
    resizeTaps(wide, width, { antialias: false }),
  ];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let a = 0; a < rows.wide; a++) {
        const row = box.top + Math.min(tall - 1, rows.first[y]! + a);
        for (let b = 0; b < columns.wide; b++) {
          const weight = rows.weights[y * rows.wide + a]! * columns.weights[x * columns.wide + b]!;
          if (weight === 0) continue;
          const from = CHANNELS * (row * SIDE + box.left + Math.min(wide - 1, columns.first[x]! + b));
          const at = CHANNELS * (y * width + x);
          for (let c = 0; c < CHANNELS; c++) to[at + c]! += weight * field[from + c]!;
        }
      }
    }
  }
}

/** Each channel over its range, 0..255; 0 where a channel is all the same. */
function stretched(image: Float32Array): Uint8Array {
  const result = new Uint8Array(image.length);
  for (let c = 0; c < CHANNELS; c++) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = c; i < image.length; i += CHANNELS) {
      low = Math.min(low, image[i]!);
      high = Math.max(high, image[i]!);
    }
    const factor = high > low ? 255 / (high - low) : 0;
    for (let i = c; i < image.length; i += CHANNELS) result[i] = Math.round((image[i]! - low) * factor);
  }
  return result;
}
