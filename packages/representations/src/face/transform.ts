import { checkOptions, choice, integer, number, type OptionsOf, show } from '@mer/options';
import type { Landmarks } from '../clip.js';
import { checkLandmarks } from './check-landmarks.js';

/**
 * A similarity of the plane, `[a, b, c, d, e, f]`: the point (x, y) of the new image lies at (a x + b y + c, d x + e y + f) of the old.
 */
export type Transform = readonly [number, number, number, number, number, number];

type Point = readonly [number, number];

/** Eyes, nose tip and mouth corners (image left first) in a square of side 1. */
const template: readonly Point[] = [
  [0.335, 0.39],
  [0.665, 0.39],
  [0.5, 0.58],
  [0.362, 0.735],
  [0.638, 0.735],
];

/**
 * The centers of both eyes, the one on the left of the image first.
 *
 * @param points 68 landmarks, pixels.
 * @returns `[[x, y], [x, y]]`, the means of points 36..41 and 42..47.
 * @throws TypeError if there are not 68 points.
 *
 * Reference: the 68-point scheme of iBUG 300-W, as in dlib.
 */
export function eyeCenters(points: Landmarks): [left: [number, number], right: [number, number]] {
  checkLandmarks(points, 'find the eyes');
  return [mean(points.slice(36, 42)), mean(points.slice(42, 48))];
}

function mean(points: readonly Point[]): [number, number] {
  const sum = points.reduce<[number, number]>(([x, y], point) => [x + point[0], y + point[1]], [0, 0]);
  return [sum[0] / points.length, sum[1] / points.length];
}

/** The similarity that brings `from` closest to `to`, by least squares. */
export function similarity(from: readonly Point[], to: readonly Point[]): Transform {
  const [p, q] = [mean(from), mean(to)];
  let real = 0;
  let imaginary = 0;
  let norm = 0;
  for (const [i, [fx, fy]] of from.entries()) {
    const [x, y] = [fx - p[0], fy - p[1]];
    const [u, v] = [to[i]![0] - q[0], to[i]![1] - q[1]];
    real += x * u + y * v;
    imaginary += x * v - y * u;
    norm += x * x + y * y;
  }
  const [a, b] = [real / norm, imaginary / norm];
  return [a, -b, q[0] - a * p[0] + b * p[1], b, a, q[1] - b * p[0] - a * p[1]];
}

/** Throws unless there are six finite numbers that do not squeeze the plane into a line; `task` begins the message. */
export function checkTransform(transform: Transform, task: string): void {
  if (!Array.isArray(transform) || transform.length !== 6 || !transform.every(Number.isFinite)) {
    const given = Array.isArray(transform) ? `[${transform.join(', ')}]` : show(transform);
    throw new TypeError(
      `Cannot ${task} as transform must be [a, b, c, d, e, f], six finite numbers (faceTransform() makes one): current value is ${given}`,
    );
  }
  const [a, b, , d, e] = transform as Transform;
  if (a * e - b * d === 0) {
    throw new RangeError(
      `Cannot ${task} as transform must not squeeze the image into a line: current value is [${transform.join(', ')}]`,
    );
  }
}

/** Where the point (x, y) of the new image lies in the old. */
export const applyTransform = ([a, b, c, d, e, f]: Transform, [x, y]: Point): [number, number] => [
  a * x + b * y + c,
  d * x + e * y + f,
];

/** The way back: from the old image to the new. */
export function invertTransform([a, b, c, d, e, f]: Transform): Transform {
  const det = a * e - b * d;
  return [e / det, -b / det, (b * f - c * e) / det, -d / det, a / det, (c * d - a * f) / det];
}

/** First the second, then the first. */
export function compose([a, b, c, d, e, f]: Transform, [g, h, i, j, k, l]: Transform): Transform {
  return [a * g + b * j, a * h + b * k, a * i + b * l + c, d * g + e * j, d * h + e * k, d * i + e * l + f];
}

/** The options of {@link faceTransform}. */
export const faceTransformOptions = {
  layout: choice(
    "How a face is laid out: `'similarity'` puts eyes, nose tip and mouth corners where they are in an average face, `'mol'` and `'slstt'` are the squares of two published programs.",
    ['similarity', 'mol', 'slstt'],
    { default: 'similarity' },
  ),
  size: integer('The side of the new image in pixels.', { min: 1, default: 224 }),
  zoom: number('How much nearer (> 1) or farther (< 1) than the layout says.', { above: 0, default: 1 }),
};

/** Options of {@link faceTransform}. */
export type FaceTransformOptions = OptionsOf<typeof faceTransformOptions>;

/**
 * The similarity transform that cuts a face out of an image and puts it upright, from its landmarks.
 *
 *     similarity   least squares fit of eye centers, nose tip (30) and mouth corners (48, 54) to an average face; eyes level
 *     mol          turned so that the eyes are level; the square around those five points (side: the longer one of the box), times 2.5
 *     slstt        not turned; the square around point 30 of side (y8 - y19) + (y8 - y57)
 *
 * Use one transform for all frames of a clip: landmarks found anew in each frame jitter, and the jitter looks like motion.
 *
 * @param points 68 landmarks of one frame (the onset), pixels.
 * @returns where each point of the new image lies in the old, for {@link warpFrames}.
 * @throws TypeError if there are not 68 points; RangeError if they do not span a face or an option is wrong.
 *
 * @example
 * ```ts
 * import { faceTransform } from '@mer/representations';
 *
 * const points = Array.from({ length: 68 }, (_, i) => [100 + (i % 17) * 5, 100 + Math.floor(i / 17) * 30] as const);
 * console.log(faceTransform(points, { layout: 'mol', size: 128 }).length); // 6
 * ```
 *
 * Reference: `mol` and `slstt` as in the code of MOL (2025, arXiv 2506.14511) and SLSTT (2021, arXiv 2112.05851); the average face
 * of `similarity` is this project's own.
 */
export function faceTransform(points: Landmarks, options: FaceTransformOptions = {}): Transform {
  const task = 'find the transform of a face';
  const { layout, size, zoom } = checkOptions(task, faceTransformOptions, options);
  checkLandmarks(points, task);
  const eyes = eyeCenters(points);
  const five = [...eyes, points[30]!, points[48]!, points[54]!];
  const middle = (size - 1) / 2;
  let transform: Transform;
  switch (layout) {
    case 'similarity': {
      const target = template.map(([x, y]) => [x * size - 0.5, y * size - 0.5] as const);
      transform = similarity(target, five);
      break;
    }
    case 'mol': {
      const angle = Math.atan2(eyes[1][1] - eyes[0][1], eyes[1][0] - eyes[0][0]);
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const turned = five.map(([x, y]) => [cos * x + sin * y, -sin * x + cos * y] as const);
      const span = (axis: 0 | 1) => {
        const values = turned.map((point) => point[axis]);
        return [Math.min(...values), Math.max(...values)] as const;
      };
      const [[left, right], [top, bottom]] = [span(0), span(1)];
      const scale = (2.5 * Math.max(right - left, bottom - top)) / size;
      const [x, y] = [(left + right) / 2 - scale * middle, (top + bottom) / 2 - scale * middle];
      transform = [cos * scale, -sin * scale, cos * x - sin * y, sin * scale, cos * scale, sin * x + cos * y];
      break;
    }
    case 'slstt': {
      const side = points[8]![1] - points[19]![1] + (points[8]![1] - points[57]![1]);
      if (!(side > 0)) {
        throw new RangeError(
          `Cannot ${task} as the chin (point 8) must lie below the brow (19) and the lower lip (57): the square of 'slstt' has a side of ${side}`,
        );
      }
      const scale = side / size;
      transform = [scale, 0, points[30]![0] - scale * middle, 0, scale, points[30]![1] - scale * middle];
      break;
    }
  }
  const scale = Math.hypot(transform[0], transform[3]);
  if (!(scale > 0 && scale < Infinity)) {
    throw new RangeError(`Cannot ${task} as the landmarks must span a face: all relevant points coincide`);
  }
  if (zoom === 1) return transform;
  // nearer: the new image covers less around its middle
  const [cx, cy] = applyTransform(transform, [middle, middle]);
  const [a, b, , d, e] = transform.map((value) => value / zoom) as unknown as Transform;
  return [a, b, cx - a * middle - b * middle, d, e, cy - d * middle - e * middle];
}
