import type { Box } from './face-regions.js';

/** A place in pixels. */
export type Point = readonly [x: number, y: number];

/** Side of the face in pixels. */
const SIDE = 128;

/** How wide the boxes are beyond the landmarks, and how far the corners of the eyes are moved outward, in pixels. */
const [MARGIN, OUTWARD] = [12, 15];

/** The parts of a face of 128 pixels that SOFTNet looks at. */
export interface SoftnetRegions {
  /** Brows and eyes. */
  readonly upper: Box;
  /** The mouth. */
  readonly lower: Box;
  /** On the bridge of the nose: moves with the head alone. */
  readonly nose: Box;
  /** 1 where an eye is, which blinks. */
  readonly eyes: Uint8Array;
  /** Mean length of a flow `[128, 128, 2]` in both boxes, without the motion of the nose and the eyes. */
  motion(flow: Float32Array): number;
}

/**
 * Where SOFTNet looks in a face of 128 x 128 pixels, of its 68 landmarks there.
 *
 * Reference: Liong et al., SOFTNet, ICIP 2021, and its released code.
 */
export function softnetRegions(points: readonly Point[]): SoftnetRegions {
  const [x, y] = [(i: number) => Math.round(points[i]![0]), (i: number) => Math.round(points[i]![1])];
  const low = (value: number) => Math.min(SIDE, Math.max(0, value));
  const upper: Box = {
    left: low(x(17) - MARGIN),
    top: low(Math.min(y(19), y(24)) - MARGIN),
    right: low(x(26) + MARGIN),
    bottom: low(Math.max(y(41), y(46)) + MARGIN),
  };
  const lower: Box = {
    left: low(x(60) - MARGIN),
    top: low(y(50) - MARGIN),
    right: low(x(64) + MARGIN),
    bottom: low(y(57) + MARGIN),
  };
  const nose: Box = { left: low(x(28) - 5), top: low(y(28) - 5), right: low(x(28) + 6), bottom: low(y(28) + 6) };
  const eyes = new Uint8Array(SIDE * SIDE);
  for (const first of [36, 42]) {
    const moved: Point[] = [
      [x(first) - OUTWARD, y(first)],
      [x(first + 1), y(first + 1) - OUTWARD],
      [x(first + 2), y(first + 2) - OUTWARD],
      [x(first + 3) + OUTWARD, y(first + 3)],
      [x(first + 4), y(first + 4) + OUTWARD],
      [x(first + 5), y(first + 5) + OUTWARD],
    ];
    fill(eyes, moved);
  }
  return { upper, lower, nose, eyes, motion: (flow) => motionIn(flow, { upper, lower, nose, eyes }) };
}

/** Marks the pixels inside of a polygon and those that its edges pass through, as OpenCV fills. */
function fill(mask: Uint8Array, polygon: readonly Point[]): void {
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) if (contains(polygon, x, y)) mask[y * SIDE + x] = 1;
  }
  for (const [i, end] of polygon.entries()) line(mask, polygon[(i + polygon.length - 1) % polygon.length]!, end);
}

/** Marks the pixels of a line between pixels, from the left: where it lies halfway between two, the one nearer to where it began. */
function line(mask: Uint8Array, from: Point, to: Point): void {
  const [[x0, y0], [x1, y1]] = from[0] <= to[0] ? [from, to] : [to, from];
  const [wide, tall, sign] = [x1 - x0, Math.abs(y1 - y0), Math.sign(y1 - y0)];
  const steps = Math.max(wide, tall);
  for (let step = 0; step <= steps; step++) {
    const along = (length: number) => (steps === 0 ? 0 : Math.ceil((step * length) / steps - 0.5));
    const [x, y] = [x0 + along(wide), y0 + sign * along(tall)];
    if (x >= 0 && x < SIDE && y >= 0 && y < SIDE) mask[y * SIDE + x] = 1;
  }
}

function contains(polygon: readonly Point[], x: number, y: number): boolean {
  let inside = false;
  for (const [i, [x1, y1]] of polygon.entries()) {
    const [x0, y0] = polygon[(i + polygon.length - 1) % polygon.length]!;
    const cross = (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0);
    const between = Math.min(x0, x1) <= x && x <= Math.max(x0, x1) && Math.min(y0, y1) <= y && y <= Math.max(y0, y1);
    if (cross === 0 && between) return true;
    if (y0 > y !== y1 > y && x < ((x1 - x0) * (y - y0)) / (y1 - y0) + x0) inside = !inside;
  }
  return inside;
}

function motionIn(flow: Float32Array, { upper, lower, nose, eyes }: Omit<SoftnetRegions, 'motion'>): number {
  let [u, v, n] = [0, 0, 0];
  eachPixel(nose, (i) => {
    u += flow[2 * i]!;
    v += flow[2 * i + 1]!;
    n++;
  });
  if (n > 0) [u, v] = [u / n, v / n];
  let [sum, count] = [0, 0];
  for (const box of [upper, lower]) {
    eachPixel(box, (i) => {
      count++;
      if (!eyes[i]) sum += Math.hypot(flow[2 * i]! - u, flow[2 * i + 1]! - v);
    });
  }
  return count === 0 ? 0 : sum / count;
}

function eachPixel({ left, top, right, bottom }: Box, visit: (pixel: number) => void): void {
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) visit(y * SIDE + x);
}
