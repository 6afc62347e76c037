import type { Landmarks } from '../clip.js';
import type { Box } from '../temporal/match-shift.js';

type Point = readonly [number, number];

/** Brows, nose and the outer corners of the eyes: between them lies little that an expression moves for long. */
const rigid = [17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 36, 45, 31, 32, 33, 34, 35];

const eyes = [
  [36, 37, 38, 39, 40, 41],
  [42, 43, 44, 45, 46, 47],
];

/** Lids reach this much further from the middle of an eye than its points. */
const lids = 1.4;

/** The corners of the convex hull of points, in order (Andrew 1979). */
function hullOf(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const turn = (a: Point, b: Point, c: Point) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
  const chain = (some: readonly Point[]) => {
    const corners: Point[] = [];
    for (const point of some) {
      while (corners.length >= 2 && turn(corners.at(-2)!, corners.at(-1)!, point) <= 0) corners.pop();
      corners.push(point);
    }
    return corners.slice(0, -1);
  };
  return [...chain(sorted), ...chain(sorted.reverse())];
}

/** Whether a point lies in a convex polygon of {@link hullOf}. */
const isIn = (corners: readonly Point[], x: number, y: number) =>
  corners.every(([ax, ay], i) => {
    const [bx, by] = corners[(i + 1) % corners.length]!;
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0;
  });

/** The whole pixels of an image that points lie in; undefined where they lie outside of it. */
export function pixelsAround(points: readonly Point[], height: number, width: number): Box | undefined {
  const side = (axis: 0 | 1, end: number) => {
    const values = points.map((point) => point[axis]);
    return [Math.max(0, Math.floor(Math.min(...values))), Math.min(end, Math.ceil(Math.max(...values)) + 1)] as const;
  };
  const [[left, right], [top, bottom]] = [side(0, width), side(1, height)];
  return left < right && top < bottom ? { top, left, bottom, right } : undefined;
}

/** What of a face stays as it is while the face expresses something: from brows to nose without the eyes; undefined where that lies outside of the image. */
export function rigidPart(
  points: Landmarks,
  height: number,
  width: number,
): { box: Box; weights: Float32Array } | undefined {
  const outline = hullOf(rigid.map((i) => points[i]!));
  const open = eyes.map((indices) => {
    const some = indices.map((i) => points[i]!);
    const [cx, cy] = [0, 1].map((axis) => some.reduce((sum, point) => sum + point[axis as 0 | 1], 0) / some.length) as [
      number,
      number,
    ];
    // higher than its points say: the lids move
    return hullOf(some.map(([x, y]) => [cx + lids * (x - cx), cy + lids * 1.3 * (y - cy)]));
  });
  const box = pixelsAround(outline, height, width);
  if (!box) return undefined;
  const { top, left, bottom, right } = box;
  const weights = new Float32Array((bottom - top) * (right - left));
  let any = false;
  for (let y = top, at = 0; y < bottom; y++) {
    for (let x = left; x < right; x++, at++) {
      if (!isIn(outline, x, y) || open.some((eye) => isIn(eye, x, y))) continue;
      weights[at] = 1;
      any = true;
    }
  }
  return any ? { box, weights } : undefined;
}

/** The points of {@link rigidPart}. */
export const rigidPoints = (points: Landmarks): Point[] => [...rigid, 27, 28, 29, 30].map((i) => points[i]!);
