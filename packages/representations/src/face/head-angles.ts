import type { Landmarks } from '../clip.js';
import { checkLandmarks } from './check-landmarks.js';

/** How a head is turned, in degrees; all 0 where it is upright and looks into the camera. */
export interface HeadAngles {
  /** In the plane of the image, clockwise; -180..180. */
  readonly roll: number;
  /** To the right of the image, where the head is upright; -90..90. */
  readonly yaw: number;
  /** Up; -90..90. */
  readonly pitch: number;
}

/** Points that expressions move little, by their numbers of 68, and where they are in a face: right, down, away from the camera; centimeters. */
const model: readonly (readonly [point: number, x: number, y: number, z: number])[] = [
  [27, 0, -3.271, -5.236],
  [30, 0, 0.463, -7.587],
  [33, 0, 2.089, -6.058],
  [36, -4.446, -2.664, -3.173],
  [39, -1.856, -2.585, -3.758],
  [42, 1.856, -2.585, -3.758],
  [45, 4.446, -2.664, -3.173],
  [48, -2.456, 4.343, -4.284],
  [54, 2.456, 4.343, -4.284],
  [8, 0, 9.403, -4.264],
];

type Vector = readonly [number, number, number];

const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const times = (a: Vector, by: number): Vector => [a[0] * by, a[1] * by, a[2] * by];
const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const unit = (a: Vector): Vector => times(a, 1 / Math.hypot(...a));

/** The model about its middle, and the pseudo-inverse of its coordinates: `[points, 3]`. */
function solver(): { middle: Vector; inverse: Vector[] } {
  const places = model.map(([, x, y, z]): Vector => [x, y, z]);
  const middle = times(
    places.reduce<Vector>((sum, place) => [sum[0] + place[0], sum[1] + place[1], sum[2] + place[2]], [0, 0, 0]),
    1 / places.length,
  );
  const centered = places.map((place) => minus(place, middle));
  // (X' X)^-1 by its cofactors
  const columns = ([0, 1, 2] as const).map((j) =>
    centered.reduce<Vector>(
      (sum, place) => [sum[0] + place[0] * place[j], sum[1] + place[1] * place[j], sum[2] + place[2] * place[j]],
      [0, 0, 0],
    ),
  ) as [Vector, Vector, Vector];
  const adjugate = [cross(columns[1], columns[2]), cross(columns[2], columns[0]), cross(columns[0], columns[1])];
  const determinant = dot(columns[0], adjugate[0]!);
  const inverse = centered.map(
    (place): Vector => adjugate.map((row) => dot(row, place) / determinant) as unknown as Vector,
  );
  return { middle, inverse };
}

/**
 * How the head is turned, from its 68 points: the average face, seen from far away, is laid over ten of them (bridge, tip and base of the nose, corners of
 * eyes and mouth, chin) by least squares, and its axes are made orthogonal.
 *
 *     R = Rz(roll) Ry(yaw) Rx(pitch)
 *
 * An estimate: a face of other proportions or an open mouth is a few degrees off.
 *
 * @param points - 68 landmarks, pixels
 * @returns degrees; NaN where the points coincide
 * @throws TypeError if there are not 68 points
 *
 * @example
 * ```ts
 * import { headAngles } from '@mer/representations';
 *
 * const points = Array.from({ length: 68 }, () => [0, 0] as [number, number]);
 * // an upright face 100 pixels wide at the eyes, whose nose points to the right
 * const marks = { 27: [12, -33], 30: [38, 5], 33: [27, 21], 36: [-45, -27], 39: [-17, -26], 42: [18, -26], 45: [43, -27], 48: [-15, 43], 54: [33, 43], 8: [9, 94] };
 * for (const [i, place] of Object.entries(marks)) points[Number(i)] = place as [number, number];
 * const { roll, yaw } = headAngles(points);
 * console.log(Math.abs(roll) < 5, yaw > 10); // true true
 * ```
 *
 * Reference: DeMenthon and Davis, Model-based object pose in 25 lines of code, 1995, its first step; places of the points from the canonical face of
 * MediaPipe (Apache-2.0). The choice of points is this project's own.
 */
export function headAngles(points: Landmarks): HeadAngles {
  checkLandmarks(points, 'find the angles of a head');
  const { inverse } = solver();
  const axis = (of: 0 | 1): Vector =>
    model.reduce<Vector>(
      (sum, [point], i) => {
        // the columns of the inverse sum to 0: the middle of the points does not matter
        const by = inverse[i]!;
        const value = points[point]![of];
        return [sum[0] + by[0] * value, sum[1] + by[1] * value, sum[2] + by[2] * value];
      },
      [0, 0, 0],
    );
  const [i, j] = [unit(axis(0)), unit(axis(1))];
  // as much off both, so that neither axis is more right than the other
  const [sum, difference] = [unit([i[0] + j[0], i[1] + j[1], i[2] + j[2]]), unit(minus(i, j))];
  const r1 = times([sum[0] + difference[0], sum[1] + difference[1], sum[2] + difference[2]], Math.SQRT1_2);
  const r2 = times(minus(sum, difference), Math.SQRT1_2);
  const r3 = cross(r1, r2);
  const degrees = (angle: number) => (angle * 180) / Math.PI;
  return {
    roll: degrees(Math.atan2(r2[0], r1[0])),
    yaw: degrees(Math.asin(Math.min(1, Math.max(-1, r3[0])))),
    pitch: degrees(-Math.atan2(r3[1], r3[2])),
  };
}
