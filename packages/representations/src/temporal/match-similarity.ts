import { compose, type Transform } from '../face/transform.js';
import { type Box, type GrayImage, half, likenessAt, matchShift } from './match-shift.js';

/** What of an image is compared, and how much each pixel counts: a weight for each of the box, row by row. */
export interface Part {
  box: Box;
  weights: Float32Array;
}

/** Where a part of one image lies in another. */
export interface SimilarityMatch {
  /** From the first image to the second. */
  transform: Transform;
  /** Concordance of the part with what lies there, -1..1. */
  likeness: number;
}

/** An image at one size, with its slopes. */
interface Level {
  image: GrayImage;
  dx: Float32Array;
  dy: Float32Array;
}

/** Pixels of a part, where they lie from its middle as a share of its size, and what is there. */
interface Samples {
  count: number;
  x: Float32Array;
  y: Float32Array;
  values: Float32Array;
  dx: Float32Array;
  dy: Float32Array;
  weights: Float32Array;
  middle: readonly [number, number];
  /** Half the longer side, pixels. */
  radius: number;
}

/** The most pixels that are compared: more tell no more of four numbers. */
const most = 20_000;

/** The shorter side of the part in the smallest images, pixels. */
const coarsest = 20;

/** A step is the last that moves no pixel of the part by more, in pixels. */
const settled = 0.005;

/** Most steps at one size. */
const steps = 30;

/** Likeness above which a place is certainly right, so that no other is tried. */
const sure = 0.9;

/** Least spread of the differences: half a gray level in 255. */
const leastSpread = 0.002;

/** Turns (degrees) and sizes that are tried where no start leads to the part. */
const turns = [-12, -6, 0, 6, 12];
const sizes = [0.88, 1, 1.13];

/** Each pixel with a quarter of its neighbors along each axis: bilinear samples of that are smoother. */
function smooth({ values, height, width }: GrayImage): GrayImage {
  const across = new Float32Array(values.length);
  const result = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      across[at] = (values[x > 0 ? at - 1 : at]! + 2 * values[at]! + values[x + 1 < width ? at + 1 : at]!) / 4;
    }
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const above = across[y > 0 ? at - width : at]!;
      const below = across[y + 1 < height ? at + width : at]!;
      result[at] = (above + 2 * across[at]! + below) / 4;
    }
  }
  return { values: result, height, width };
}

function levelOf(image: GrayImage): Level {
  const { values, height, width } = image;
  const dx = new Float32Array(values.length);
  const dy = new Float32Array(values.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const [left, right] = [x > 0 ? at - 1 : at, x + 1 < width ? at + 1 : at];
      const [above, below] = [y > 0 ? at - width : at, y + 1 < height ? at + width : at];
      dx[at] = (values[right]! - values[left]!) / 2;
      dy[at] = (values[below]! - values[above]!) / 2;
    }
  }
  return { image, dx, dy };
}

/** How often an image is halved so that a part of it is small. */
function depthOf({ top, left, bottom, right }: Box): number {
  const side = Math.min(bottom - top, right - left);
  return Math.max(0, Math.floor(Math.log2(side / coarsest)));
}

/** An image at all sizes, the full one first. */
function pyramid(image: GrayImage, depth: number): Level[] {
  const levels: Level[] = [levelOf(smooth(image))];
  let small = image;
  for (let i = 0; i < depth; i++) {
    small = half(small);
    levels.push(levelOf(small));
  }
  return levels;
}

/** The pixels of a part at one size (2^depth times smaller). */
function samplesOf({ image, dx, dy }: Level, part: Part, depth: number): Samples {
  const scale = 2 ** depth;
  const { top, left, bottom, right } = part.box;
  const [y0, x0] = [Math.ceil(top / scale), Math.ceil(left / scale)];
  const [y1, x1] = [
    Math.max(y0 + 1, Math.min(image.height, Math.floor(bottom / scale))),
    Math.max(x0 + 1, Math.min(image.width, Math.floor(right / scale))),
  ];
  const apart = Math.max(1, Math.ceil(Math.sqrt(((y1 - y0) * (x1 - x0)) / most)));
  const [cx, cy] = [(x0 + x1 - 1) / 2, (y0 + y1 - 1) / 2];
  const radius = Math.max(y1 - y0, x1 - x0) / 2;
  const columns: number[][] = [[], [], [], [], [], []];
  for (let y = y0; y < y1; y += apart) {
    for (let x = x0; x < x1; x += apart) {
      const row = Math.min(bottom - 1, Math.round((y + 0.5) * scale - 0.5)) - top;
      const column = Math.min(right - 1, Math.round((x + 0.5) * scale - 0.5)) - left;
      const weight = part.weights[row * (right - left) + column]!;
      if (!(weight > 0)) continue;
      const at = y * image.width + x;
      const values = [(x - cx) / radius, (y - cy) / radius, image.values[at]!, dx[at]!, dy[at]!, weight];
      for (const [i, value] of values.entries()) columns[i]!.push(value);
    }
  }
  const [x, y, values, sx, sy, weights] = columns.map((column) => Float32Array.from(column)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  return { count: x.length, x, y, values, dx: sx, dy: sy, weights, middle: [cx, cy], radius };
}

/** A transform of images half as large: pixel x of those lies at 2 x + 0.5 of these. */
const halved = ([a, b, c, d, e, f]: Transform): Transform => [
  a,
  b,
  (0.5 * (a + b) + c - 0.5) / 2,
  d,
  e,
  (0.5 * (d + e) + f - 0.5) / 2,
];

const doubled = ([a, b, c, d, e, f]: Transform): Transform => [
  a,
  b,
  2 * c + 0.5 - 0.5 * (a + b),
  d,
  e,
  2 * f + 0.5 - 0.5 * (d + e),
];

/** What lies under the pixels of a part: values and slopes of the other image; NaN past its border. */
function look(samples: Samples, { image, dx, dy }: Level, transform: Transform, found: Float32Array[]): void {
  const [a, b, c, d, e, f] = transform;
  const { values, height, width } = image;
  const [seen, seenX, seenY] = found as [Float32Array, Float32Array, Float32Array];
  const { x, y, middle, radius } = samples;
  for (let i = 0; i < samples.count; i++) {
    const px = middle[0] + radius * x[i]!;
    const py = middle[1] + radius * y[i]!;
    const sx = a * px + b * py + c;
    const sy = d * px + e * py + f;
    const x0 = Math.floor(sx);
    const y0 = Math.floor(sy);
    if (!(x0 >= 0 && y0 >= 0 && x0 + 1 < width && y0 + 1 < height)) {
      seen[i] = Number.NaN;
      continue;
    }
    const fx = sx - x0;
    const fy = sy - y0;
    const at = y0 * width + x0;
    const [p, q, r, s] = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy];
    const below = at + width;
    seen[i] = p * values[at]! + q * values[at + 1]! + r * values[below]! + s * values[below + 1]!;
    const u = p * dx[at]! + q * dx[at + 1]! + r * dx[below]! + s * dx[below + 1]!;
    const v = p * dy[at]! + q * dy[at + 1]! + r * dy[below]! + s * dy[below + 1]!;
    // slopes as the first image would have them
    seenX[i] = a * u + d * v;
    seenY[i] = b * u + e * v;
  }
}

/** Solves A x = b of n unknowns (A row by row, symmetric), in place; false where A is singular. */
function solve(matrix: Float64Array, right: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    let pivot = i;
    for (let r = i + 1; r < n; r++) if (Math.abs(matrix[r * n + i]!) > Math.abs(matrix[pivot * n + i]!)) pivot = r;
    if (!(Math.abs(matrix[pivot * n + i]!) > 1e-12)) return false;
    if (pivot !== i) {
      for (let k = 0; k < n; k++) {
        [matrix[i * n + k], matrix[pivot * n + k]] = [matrix[pivot * n + k]!, matrix[i * n + k]!];
      }
      [right[i], right[pivot]] = [right[pivot]!, right[i]!];
    }
    for (let r = i + 1; r < n; r++) {
      const factor = matrix[r * n + i]! / matrix[i * n + i]!;
      for (let k = i; k < n; k++) matrix[r * n + k]! -= factor * matrix[i * n + k]!;
      right[r]! -= factor * right[i]!;
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = right[i]!;
    for (let k = i + 1; k < n; k++) sum -= matrix[i * n + k]! * right[k]!;
    right[i] = sum / matrix[i * n + i]!;
  }
  return true;
}

/** How like the pixels of a part are to what lies under them (Lin's concordance, by weight); -1 where less than half of them have something, or no texture. */
function likenessOf({ count, values, weights }: Samples, seen: Float32Array): number {
  let [all, sum, a, b, aa, bb, ab] = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const w = weights[i]!;
    all += w;
    const q = seen[i]!;
    if (Number.isNaN(q)) continue;
    const p = values[i]!;
    sum += w;
    a += w * p;
    b += w * q;
    aa += w * p * p;
    bb += w * q * q;
    ab += w * p * q;
  }
  if (2 * sum < all || sum === 0) return -1;
  const [varA, varB] = [aa - (a * a) / sum, bb - (b * b) / sum];
  if (varA < 1e-8 * sum || varB < 1e-8 * sum) return -1;
  return (2 * (ab - (a * b) / sum)) / (varA + varB);
}

/** How far differences are spread: their median length, as a standard deviation. */
function spreadOf(differences: Float32Array, count: number): number {
  const every = Math.max(1, Math.floor(count / 2000));
  const lengths: number[] = [];
  for (let i = 0; i < count; i += every) if (!Number.isNaN(differences[i]!)) lengths.push(Math.abs(differences[i]!));
  const sorted = Float32Array.from(lengths).sort();
  return Math.max(leastSpread, 1.4826 * (sorted[sorted.length >> 1] ?? 0));
}

/**
 * Gauss-Newton from a start: turn, size, shift, and the light besides, by the mean slope of both images (Malis 2004), where pixels that differ from what is
 * expected count less (Tukey) and those that differ much do not count.
 */
function refineAt(samples: Samples, to: Level, start: Transform, room: Float32Array[]): SimilarityMatch {
  const [seen, seenX, seenY, differences] = room as [Float32Array, Float32Array, Float32Array, Float32Array];
  const { count, x, y, values, dx, dy, weights, middle, radius } = samples;
  let transform = start;
  let [gain, bias] = [1, 0];
  const n = 6;
  const matrix = new Float64Array(n * n);
  const right = new Float64Array(n);
  const row = new Float64Array(n);
  for (let step = 0; step < steps; step++) {
    look(samples, to, transform, room);
    for (let i = 0; i < count; i++) differences[i] = values[i]! - gain * seen[i]! - bias;
    const limit = 4.685 * spreadOf(differences, count);
    matrix.fill(0);
    right.fill(0);
    for (let i = 0; i < count; i++) {
      const difference = differences[i]!;
      const share = difference / limit;
      if (!(Math.abs(share) < 1)) continue;
      const weight = weights[i]! * (1 - share * share) ** 2;
      const gx = 0.5 * (dx[i]! + gain * seenX[i]!) * radius;
      const gy = 0.5 * (dy[i]! + gain * seenY[i]!) * radius;
      row[0] = gx * x[i]! + gy * y[i]!;
      row[1] = gy * x[i]! - gx * y[i]!;
      row[2] = gx;
      row[3] = gy;
      row[4] = seen[i]!;
      row[5] = 1;
      for (let r = 0; r < n; r++) {
        const by = weight * row[r]!;
        for (let k = r; k < n; k++) matrix[r * n + k]! += by * row[k]!;
        right[r]! += by * difference;
      }
    }
    for (let r = 1; r < n; r++) for (let k = 0; k < r; k++) matrix[r * n + k] = matrix[k * n + r]!;
    if (!solve(matrix, right, n)) break;
    const [p, q, u, v] = right as unknown as [number, number, number, number];
    gain += right[4]!;
    bias += right[5]!;
    // about the middle of the part
    const [cx, cy] = middle;
    const next = compose(transform, [1 + p, -q, radius * u - p * cx + q * cy, q, 1 + p, radius * v - q * cx - p * cy]);
    if (!next.every(Number.isFinite)) break;
    transform = next;
    if (radius * (Math.abs(p) + Math.abs(q) + Math.hypot(u, v)) < settled) break;
  }
  look(samples, to, transform, room);
  return { transform, likeness: likenessOf(samples, seen) };
}

/** The best place at the smallest size, turned and resized as no start says: by brute force. */
function search(from: GrayImage, to: GrayImage, box: Box, reach: number): Transform[] {
  const { height, width } = from;
  const [cx, cy] = [(box.left + box.right - 1) / 2, (box.top + box.bottom - 1) / 2];
  const found = turns.flatMap((turn) =>
    sizes.map((size) => {
      const [a, d] = [size * Math.cos((turn * Math.PI) / 180), size * Math.sin((turn * Math.PI) / 180)];
      const about: Transform = [a, -d, cx - a * cx + d * cy, d, a, cy - d * cx - a * cy];
      const values = new Float32Array(height * width);
      for (let y = 0, at = 0; y < height; y++) {
        for (let x = 0; x < width; x++, at++) {
          const sx = Math.min(to.width - 1, Math.max(0, Math.round(about[0] * x + about[1] * y + about[2])));
          const sy = Math.min(to.height - 1, Math.max(0, Math.round(about[3] * x + about[4] * y + about[5])));
          values[at] = to.values[sy * to.width + sx]!;
        }
      }
      const turned = { values, height, width };
      const [u, v] = matchShift(from, turned, box, reach);
      return {
        likeness: likenessAt(from, turned, box, u, v),
        transform: compose(about, [1, 0, u, 0, 1, v]),
      };
    }),
  );
  return found
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, 3)
    .map(({ transform }) => transform);
}

/** What finds a part of one image in others. */
export interface SimilarityMatcher {
  /**
   * Finds it.
   *
   * @param starts - where it may lie
   * @param reach - how far, in pixels, it is looked for where no start leads to it
   */
  match(to: GrayImage, starts: readonly Transform[], reach: number): SimilarityMatch;
  /** Whether it has no texture to be found by. */
  readonly bare: boolean;
}

/**
 * Finds a part of one image in another, turned, resized, shifted and lit otherwise, from coarse to fine.
 *
 *     W = argmin sum_x w(x) rho(I(x) - g J(W(x)) - h)        W(x) = s R x + t, rho of Tukey
 *
 * Reference: inverse and forward composition as in Baker and Matthews 2004, mean slopes as in Malis 2004.
 */
export function similarityMatcher(from: GrayImage, part: Part): SimilarityMatcher {
  const depth = depthOf(part.box);
  const samples = pyramid(from, depth).map((level, i) => samplesOf(level, part, i));
  let smallest = from;
  for (let i = 0; i < depth; i++) smallest = half(smallest);
  const room = Array.from({ length: 4 }, () => new Float32Array(Math.max(...samples.map(({ count }) => count))));
  const bare = likenessOf(samples[0]!, samples[0]!.values) < 0;
  return {
    bare,
    match(to, starts, reach) {
      const levels = pyramid(to, depth);
      const small = (transform: Transform) => {
        let result = transform;
        for (let i = 0; i < depth; i++) result = halved(result);
        return result;
      };
      const best = (some: readonly Transform[]) =>
        some
          .map((transform) => refineAt(samples[depth]!, levels[depth]!, transform, room))
          .reduce((a, b) => (b.likeness > a.likeness ? b : a));
      const down = (first: SimilarityMatch) => {
        let found = first;
        for (let i = depth - 1; i >= 0; i--) {
          found = refineAt(samples[i]!, levels[i]!, doubled(found.transform), room);
        }
        return found;
      };
      const near = down(best(starts.map(small)));
      if (near.likeness >= sure || bare) return near;
      const scale = 2 ** depth;
      const { top, left, bottom, right } = part.box;
      const box = {
        top: Math.floor(top / scale),
        left: Math.floor(left / scale),
        bottom: Math.min(smallest.height, Math.max(1, Math.floor(bottom / scale))),
        right: Math.min(smallest.width, Math.max(1, Math.floor(right / scale))),
      };
      const image = levels[depth]!.image;
      const far = down(best(search(smallest, image, box, Math.ceil(reach / scale))));
      return far.likeness > near.likeness ? far : near;
    },
  };
}
