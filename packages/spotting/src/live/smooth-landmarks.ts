import type { Landmarks } from '@mer/representations';

/**
 * Landmarks from frame to frame without the tremor of a detector: a share of what is new is taken over, all of it where the face has really moved.
 *
 * @param points of this frame
 * @param before what was given for the frame before
 * @param share of the new, 0 to 1
 */
export function smoothLandmarks(points: Landmarks, before: Landmarks | undefined, share = 0.3): Landmarks {
  if (before?.length !== points.length) return points;
  const eyes = Math.hypot(points[45]![0] - points[36]![0], points[45]![1] - points[36]![1]);
  const moved = points.reduce((sum, [x, y], i) => sum + Math.hypot(x - before[i]![0], y - before[i]![1]), 0);
  // a detector trembles by a hundredth of the distance of the eyes
  const far = moved / points.length / Math.max(1e-6, eyes);
  const taken = Math.min(1, share + Math.max(0, far - 0.02) * 20);
  return points.map(([x, y], i) => {
    const [px, py] = before[i]!;
    return [px + taken * (x - px), py + taken * (y - py)] as const;
  });
}
