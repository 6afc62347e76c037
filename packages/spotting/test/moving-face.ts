import { frameReader, type Landmarks } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';

const side = 160;

/** Landmarks of a face that fills a square of 160 pixels, as in an average face. */
export const points: Landmarks = Array.from({ length: 68 }, (_, i): [number, number] => {
  const line = (first: number, count: number, x0: number, x1: number, y0: number, y1 = y0): [number, number] => {
    const t = (i - first) / (count - 1);
    return [x0 + t * (x1 - x0), y0 + t * (y1 - y0)];
  };
  const ring = (first: number, count: number, x: number, y: number, rx: number, ry: number): [number, number] => {
    const angle = Math.PI + (2 * Math.PI * (i - first)) / count;
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
  };
  if (i < 17) return [80 - 60 * Math.cos((Math.PI * i) / 16), 70 + 70 * Math.sin((Math.PI * i) / 16)];
  if (i < 22) return line(17, 5, 34, 68, 46);
  if (i < 27) return line(22, 5, 92, 126, 46);
  if (i < 31) return line(27, 4, 80, 80, 62, 88);
  if (i < 36) return line(31, 5, 70, 90, 94);
  if (i < 42) return ring(36, 6, 52, 62, 12, 5);
  if (i < 48) return ring(42, 6, 108, 62, 12, 5);
  if (i < 60) return ring(48, 12, 80, 116, 22, 9);
  return ring(60, 8, 80, 116, 14, 4);
});

/** A texture that has detail everywhere: a few waves in different directions. */
const gray = (x: number, y: number) =>
  0.5 +
  0.12 * Math.sin(0.55 * x + 0.21 * y) +
  0.12 * Math.sin(0.23 * x - 0.61 * y + 1) +
  0.1 * Math.sin(0.9 * x + 0.7 * y + 2) +
  0.08 * Math.cos(0.37 * x - 1.03 * y);

/** How far the skin at a place has moved in a frame. */
export type Motion = (t: number, x: number, y: number) => readonly [u: number, v: number];

/** Frames `[T, 160, 160, 1]` of a face whose skin moves. */
export function movingFace(frames: number, motion: Motion): tf.Tensor4D {
  const values = new Float32Array(frames * side * side);
  for (let t = 0, i = 0; t < frames; t++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++, i++) {
        const [u, v] = motion(t, x, y);
        values[i] = gray(x - u, y - v);
      }
    }
  }
  return tf.tensor4d(values, [frames, side, side, 1]);
}

/** A movement that comes and goes: 0 outside of `onset..offset`, 1 in their middle. */
export function pulse(t: number, onset: number, offset: number): number {
  if (t <= onset || t >= offset) return 0;
  return Math.sin((Math.PI * (t - onset)) / (offset - onset)) ** 2;
}

/** 1 inside of a circle, falling smoothly to 0 at its border. */
export function around(x: number, y: number, [cx, cy]: readonly [number, number], radius: number): number {
  const r = Math.hypot(x - cx, y - cy) / radius;
  return r >= 1 ? 0 : Math.cos((Math.PI / 2) * r) ** 2;
}

/** A recording of a face whose skin moves. */
export const recordingOf = (frames: number, motion: Motion, fps = 30) => ({
  frames: frameReader(movingFace(frames, motion)),
  fps,
  landmarks: [{ frame: 0, points }],
});
