import type { Landmarks } from '@mer/representations';
import { robustFit } from '../signal/robust-fit.js';
import type { Box } from './face-regions.js';

/** How a head has moved: pixels to the right and down, tilt (radians), and by turning and nodding, pixels at its nearest point. */
export type HeadPose = readonly [right: number, down: number, tilt: number, turn: number, nod: number];

/** What is known of a head where it is seen in a square of pixels. */
export interface Head {
  /** Pixels whose flow tells how the head moves: on the face, not on an eye. */
  readonly places: readonly number[];
  /** The pose that explains the flow of most of those pixels. */
  poseOf(flow: Float32Array): HeadPose;
  /** What a pose makes of a place, pixels to the right and down. */
  motionAt(pose: HeadPose, x: number, y: number): readonly [number, number];
}

/**
 * A head as the front half of an ellipsoid that shifts, tilts, turns and nods.
 *
 * Expressions move less than half of the face at a time, so that a robust fit to all of it follows the head alone; a turn moves the middle of a face more than
 * its border, which no shift, tilt or growth of an image tells.
 *
 * @param points the 68 landmarks in pixels of the square
 * @param eyes boxes that are left out
 */
export function headOf(points: Landmarks, size: number, eyes: readonly Box[]): Head {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const eyeY = (ys[39]! + ys[42]!) / 2;
  const centerX = (Math.min(...xs) + Math.max(...xs)) / 2;
  // the forehead is as high above the eyes as the mouth is below them, about
  const [top, bottom] = [2 * eyeY - Math.max(...ys.slice(48)), Math.max(...ys)];
  const centerY = (top + bottom) / 2;
  const [halfX, halfY] = [Math.max(1, (Math.max(...xs) - Math.min(...xs)) / 2), Math.max(1, (bottom - top) / 2)];
  const depthAt = (x: number, y: number) =>
    Math.sqrt(Math.max(0, 1 - ((x - centerX) / halfX) ** 2 - ((y - centerY) / halfY) ** 2));
  const places: number[] = [];
  const step = Math.max(2, Math.round(size / 40));
  for (let y = step; y < size - step; y += step) {
    for (let x = step; x < size - step; x += step) {
      const inEye = eyes.some((box) => x >= box.left && x < box.right && y >= box.top && y < box.bottom);
      if (!inEye && depthAt(x, y) > 0.3) places.push(y * size + x);
    }
  }
  const count = places.length;
  const columns = Array.from({ length: 5 }, () => new Float64Array(2 * count));
  for (const [i, place] of places.entries()) {
    const [x, y] = [place % size, Math.floor(place / size)];
    const depth = depthAt(x, y);
    const rows = [
      [1, 0],
      [0, 1],
      [-(y - centerY), x - centerX],
      [depth, 0],
      [0, depth],
    ] as const;
    for (const [k, [u, v]] of rows.entries()) {
      columns[k]![i] = u;
      columns[k]![count + i] = v;
    }
  }
  const values = new Float64Array(2 * count);
  return {
    places,
    poseOf(flow) {
      for (const [i, place] of places.entries()) {
        values[i] = flow[2 * place]!;
        values[count + i] = flow[2 * place + 1]!;
      }
      const [right, down, tilt, turn, nod] = robustFit(columns, values, { least: 0.02 });
      return [right!, down!, tilt!, turn!, nod!];
    },
    motionAt([right, down, tilt, turn, nod], x, y) {
      const depth = depthAt(x, y);
      return [right - tilt * (y - centerY) + turn * depth, down + tilt * (x - centerX) + nod * depth];
    },
  };
}
