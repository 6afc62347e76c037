import type { Landmarks, Transform } from '@mer/representations';

/** A rectangle of pixels, ends exclusive. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A part of the face whose motion is followed. */
export interface FaceRegion {
  readonly name: string;
  readonly group: 'brows' | 'eyes' | 'mouth' | 'nose';
  readonly box: Box;
  /** Share of its pixels, those of the longest flow, that count. */
  readonly share: number;
}

/** A square cut out of frames around a face, and the regions in it. */
export interface FaceCrop {
  /** Where its pixels lie in the frame. */
  readonly transform: Transform;
  readonly size: number;
  /** Its part that holds all regions, with some pixels around: flow is computed there. */
  readonly part: Box;
  /** In pixels of that part. */
  readonly regions: readonly FaceRegion[];
  /** The bridge of the nose, which moves with the head alone; in pixels of that part. */
  readonly reference: FaceRegion;
}

type Margins = readonly [left: number, top: number, right: number, bottom: number];

/** Pixels around the regions that their flow needs. */
const AROUND = 16;

/**
 * The crop and regions of a face for {@link regionFlow}, of its landmarks in a frame.
 *
 * The square reaches from three times d above the middle of the inner eye corners to five times d below it, d being half their distance.
 */
export function faceRegions(points: Landmarks, size: number): FaceCrop {
  const [a, b] = [points[39]!, points[42]!];
  const [x, y] = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const d = Math.hypot(b[0] - a[0], b[1] - a[1]) / 2;
  if (!(d > 0)) throw new RangeError('Cannot cut out a face as the inner eye corners must be two points: they are one');
  const scale = (8 * d) / size;
  const [left, top] = [x - 4 * d + (scale - 1) / 2, y - 3 * d + (scale - 1) / 2];
  // sizes below are those of a square of 256 pixels
  const unit = size / 256;
  const at = (indices: readonly number[], margins: Margins): Box => {
    const xs = indices.map((i) => (points[i]![0] - left) / scale);
    const ys = indices.map((i) => (points[i]![1] - top) / scale);
    const inside = (value: number) => Math.min(size, Math.max(0, Math.round(value)));
    return {
      left: inside(Math.min(...xs) - unit * margins[0]),
      top: inside(Math.min(...ys) - unit * margins[1]),
      right: inside(Math.max(...xs) + unit * margins[2] + 1),
      bottom: inside(Math.max(...ys) + unit * margins[3] + 1),
    };
  };
  const span = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const around: Margins = [10, 10, 10, 10];
  const brow = (name: string, first: number, near: readonly number[], share: number): FaceRegion[] => [
    { name: `${name} brow`, group: 'brows', box: at(span(first, first + 4), [5, 15, 5, 5]), share },
    ...near.map((i): FaceRegion => ({ name: `${name} brow, point ${i}`, group: 'brows', box: at([i], around), share })),
  ];
  const mouth = (i: number, margins: Margins): FaceRegion => ({
    name: `mouth, point ${i}`,
    group: 'mouth',
    box: at([i], margins),
    share: 0.2,
  });
  const regions: FaceRegion[] = [
    ...brow('left', 17, [18, 19, 20], 0.2),
    ...brow('right', 22, [23, 24, 25], 0.3),
    { name: 'left eye', group: 'eyes', box: at(span(36, 41), [5, 5, 5, 5]), share: 0.3 },
    { name: 'right eye', group: 'eyes', box: at(span(42, 47), [5, 5, 5, 5]), share: 0.3 },
    { name: 'mouth', group: 'mouth', box: at(span(48, 66), [20, 15, 20, 10]), share: 0.3 },
    mouth(48, [10, 10, 20, 10]),
    mouth(54, [20, 10, 10, 10]),
    mouth(51, around),
    mouth(57, around),
    mouth(62, around),
    { name: 'left side of the nose', group: 'nose', box: at([31], [20, 20, 10, 5]), share: 0.2 },
    { name: 'right side of the nose', group: 'nose', box: at([35], [10, 20, 20, 5]), share: 0.2 },
  ];
  const reference: FaceRegion = { name: 'nose bridge', group: 'nose', box: at([28, 29], [8, 8, 8, 8]), share: 0.7 };
  const boxes = [...regions, reference].map(({ box }) => box);
  const part: Box = {
    left: Math.max(0, Math.min(...boxes.map((box) => box.left)) - AROUND),
    top: Math.max(0, Math.min(...boxes.map((box) => box.top)) - AROUND),
    right: Math.min(size, Math.max(...boxes.map((box) => box.right)) + AROUND),
    bottom: Math.min(size, Math.max(...boxes.map((box) => box.bottom)) + AROUND),
  };
  const moved = (region: FaceRegion): FaceRegion => {
    const { box } = region;
    return {
      ...region,
      box: {
        left: box.left - part.left,
        top: box.top - part.top,
        right: box.right - part.left,
        bottom: box.bottom - part.top,
      },
    };
  };
  return {
    transform: [scale, 0, left, 0, scale, top],
    size,
    part,
    regions: regions.map(moved),
    reference: moved(reference),
  };
}

/** The mean of the longest vectors of a flow in a region. */
export function regionVector(
  flow: Float32Array,
  width: number,
  { box, share }: FaceRegion,
): readonly [u: number, v: number] {
  const count = Math.max(0, box.right - box.left) * Math.max(0, box.bottom - box.top);
  if (count === 0) return [0, 0];
  const lengths = new Float32Array(count);
  let n = 0;
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++) {
      const at = 2 * (y * width + x);
      lengths[n++] = flow[at]! ** 2 + flow[at + 1]! ** 2;
    }
  }
  const kept = Math.max(1, Math.round(share * count));
  const least = lengths.slice().sort()[count - kept]!;
  let [u, v, taken] = [0, 0, 0];
  n = 0;
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++) {
      if (lengths[n++]! < least) continue;
      const at = 2 * (y * width + x);
      u += flow[at]!;
      v += flow[at + 1]!;
      taken++;
    }
  }
  return [u / taken, v / taken];
}
