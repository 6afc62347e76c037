import type { Landmarks, Transform } from '@mer/representations';
import type { Box } from './face-regions.js';

/** Where skin is followed, and what part of the face it belongs to. */
export interface SkinRegion {
  readonly name: string;
  readonly group: 'brows' | 'nose' | 'mouth';
  readonly box: Box;
}

/** A square cut out around a face, and where skin is followed in it. */
export interface SkinCrop {
  /** Where its pixels lie in the frame. */
  readonly transform: Transform;
  readonly regions: readonly SkinRegion[];
  /** Both eyes with their lids. */
  readonly eyes: readonly Box[];
  /** The 68 landmarks in pixels of the square. */
  readonly points: Landmarks;
}

/**
 * The face square of {@link regionFlow} and twelve boxes in it, where action units pull at the skin: inner and outer brows (1, 2, 4), beside the nose (9), above
 * the lip (10), corners of the mouth (12, 14, 15), lower lip and chin (17, 25). None lies next to an eye: lids and glances would move it.
 */
export function skinRegions(given: Landmarks, size: number): SkinCrop {
  const [a, b] = [given[39]!, given[42]!];
  const d = Math.hypot(b[0] - a[0], b[1] - a[1]) / 2;
  if (!(d > 0)) throw new RangeError('Cannot cut out a face as the inner eye corners must be two points: they are one');
  const scale = (8 * d) / size;
  const [left, top] = [(a[0] + b[0]) / 2 - 4 * d + (scale - 1) / 2, (a[1] + b[1]) / 2 - 3 * d + (scale - 1) / 2];
  const points = given.map(([x, y]): readonly [number, number] => [(x - left) / scale, (y - top) / scale]);
  // the unit of lengths: half the distance of the inner eye corners
  const unit = size / 8;
  const inside = (value: number) => Math.min(size - 2, Math.max(2, Math.round(value)));
  const boxOf = (x0: number, y0: number, x1: number, y1: number): Box => ({
    left: inside(x0),
    top: inside(y0),
    right: Math.max(inside(x1), inside(x0) + 1),
    bottom: Math.max(inside(y1), inside(y0) + 1),
  });
  const region = (
    name: string,
    group: SkinRegion['group'],
    indices: readonly number[],
    [dx, dy]: readonly [number, number] = [0, 0],
    [halfX, halfY]: readonly [number, number] = [0.5, 0.4],
  ): SkinRegion => {
    const mean = (axis: 0 | 1) => indices.reduce((sum, i) => sum + points[i]![axis], 0) / indices.length;
    const [x, y] = [mean(0) + dx * unit, mean(1) + dy * unit];
    return { name, group, box: boxOf(x - halfX * unit, y - halfY * unit, x + halfX * unit, y + halfY * unit) };
  };
  const eye = (first: number) => {
    const of = points.slice(first, first + 6);
    const [xs, ys] = [of.map(([x]) => x), of.map(([, y]) => y)];
    const [side, up] = [0.15 * unit, 0.3 * unit];
    return boxOf(Math.min(...xs) - side, Math.min(...ys) - up, Math.max(...xs) + side, Math.max(...ys) + side);
  };
  const regions = [
    region('left inner brow', 'brows', [20, 21], [0, -0.1]),
    region('right inner brow', 'brows', [22, 23], [0, -0.1]),
    region('left outer brow', 'brows', [17, 18, 19], [0, -0.1]),
    region('right outer brow', 'brows', [24, 25, 26], [0, -0.1]),
    region('left side of the nose', 'nose', [31], [-0.1, -0.5]),
    region('right side of the nose', 'nose', [35], [0.1, -0.5]),
    region('above the lip, left', 'mouth', [49, 50], [0, -0.2], [0.4, 0.35]),
    region('above the lip, right', 'mouth', [52, 53], [0, -0.2], [0.4, 0.35]),
    region('left corner of the mouth', 'mouth', [48], [0, 0], [0.5, 0.45]),
    region('right corner of the mouth', 'mouth', [54], [0, 0], [0.5, 0.45]),
    region('lower lip', 'mouth', [57], [0, 0.05], [0.6, 0.3]),
    region('chin', 'mouth', [57, 8], [0, 0], [0.7, 0.35]),
  ];
  return { transform: [scale, 0, left, 0, scale, top], regions, eyes: [eye(36), eye(42)], points };
}
