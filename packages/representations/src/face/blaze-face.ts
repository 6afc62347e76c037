import * as tf from '@tensorflow/tfjs-core';
import type { Transform } from './transform.js';
import { warpSmoothly } from './warp-frames.js';

/** A network of tfjs-converter, as far as it is used. */
export interface GraphNetwork {
  /** Applies it. */
  execute(input: tf.Tensor, outputs: string[]): tf.Tensor | tf.Tensor[];
  /** Gives up its weights. */
  dispose(): void;
}

/** A square that is cut out of an image, turned: where its middle is, its side and its angle in radians, clockwise. */
export interface Square {
  readonly x: number;
  readonly y: number;
  readonly side: number;
  readonly angle: number;
}

/** A face as BlazeFace finds it. */
export interface Candidate {
  readonly score: number;
  /** The square around the face, turned with it. */
  readonly square: Square;
}

/** Side of the images that the network takes. */
const side = 256;

/** The places that the network looks at: 16 x 16 with two scores each, then 8 x 8 with six. */
const anchors = /* @__PURE__ */ (() =>
  [
    [16, 2],
    [8, 6],
  ].flatMap(([cells, each]) =>
    Array.from({ length: cells! * cells! * each! }, (_, i) => {
      const cell = Math.floor(i / each!);
      return [((cell % cells!) + 0.5) / cells!, (Math.floor(cell / cells!) + 0.5) / cells!] as const;
    }),
  ))();

/** Two boxes that share more than this of what they cover together are one face. */
const overlap = 0.3;

/** From a square of `size` pixels to where it lies in the image. */
export function squareTransform({ x, y, side: length, angle }: Square, size: number): Transform {
  const scale = length / size;
  const [cos, sin] = [Math.cos(angle) * scale, Math.sin(angle) * scale];
  const middle = (size - 1) / 2;
  return [cos, -sin, x - middle * (cos - sin), sin, cos, y - middle * (sin + cos)];
}

/** A square of an image, resized to `size`; what lies outside is black. */
export function cutSquare(image: tf.Tensor3D, square: Square, size: number): tf.Tensor4D {
  return warpSmoothly(
    tf.reshape(image, [1, ...image.shape]) as tf.Tensor4D,
    [squareTransform(square, size)],
    [size, size],
    { border: 0, antialias: true },
  );
}

/**
 * Faces that BlazeFace finds in the image seen at an angle.
 *
 * @param image - `[H, W, 3]` in 0..1
 * @param angle - radians, by which the faces that are looked for are turned clockwise; those turned by up to 45 degrees more or less are found as well
 */
export async function blazeFaces(
  network: GraphNetwork,
  image: tf.Tensor3D,
  { score: least, angle }: { score: number; angle: number },
): Promise<Candidate[]> {
  const [height, width] = image.shape;
  const whole: Square = { x: (width - 1) / 2, y: (height - 1) / 2, side: Math.max(height, width), angle };
  const outputs = tf.tidy(() => {
    const cut = cutSquare(image, whole, side);
    const names = ['Identity', 'Identity_1', 'Identity_2', 'Identity_3'];
    return network.execute(tf.sub(tf.mul(cut, 2), 1), names) as tf.Tensor[];
  });
  let values: Float32Array[];
  try {
    values = (await Promise.all(outputs.map((output) => output.data()))) as Float32Array[];
  } finally {
    tf.dispose(outputs);
  }
  const [fineScores, coarseScores, fine, coarse] = values as [Float32Array, Float32Array, Float32Array, Float32Array];
  const scores = [...fineScores, ...coarseScores].map((value) => 1 / (1 + Math.exp(-value)));
  const found = scores
    .map((score, i) => ({ score, i }))
    .filter(({ score }) => score >= least)
    .sort((a, b) => b.score - a.score)
    .map(({ score, i }) => {
      const from = i < fineScores.length ? fine.subarray(16 * i) : coarse.subarray(16 * (i - fineScores.length));
      const [ax, ay] = anchors[i]!;
      const at = (k: number) => [from[k]! + ax * side - 0.5, from[k + 1]! + ay * side - 0.5] as const;
      return { score, middle: at(0), width: from[2]!, height: from[3]!, eyes: [at(4), at(6)] as const };
    });
  const kept: typeof found = [];
  for (const one of found) if (!kept.some((other) => shared(one, other) > overlap)) kept.push(one);
  const [a, b, c, d, e, f] = squareTransform(whole, side);
  const place = ([x, y]: readonly [number, number]) => [a * x + b * y + c, d * x + e * y + f] as const;
  return kept.map(({ score, middle, width: w, height: h, eyes }): Candidate => {
    const [x, y] = place(middle);
    const [left, right] = [place(eyes[0]), place(eyes[1])];
    return {
      score,
      square: {
        x,
        y,
        side: (1.5 * Math.max(w, h) * whole.side) / side,
        angle: Math.atan2(right[1] - left[1], right[0] - left[0]),
      },
    };
  });
}

interface Box {
  middle: readonly [number, number];
  width: number;
  height: number;
}

/** The share of what two boxes cover that both cover. */
function shared(a: Box, b: Box): number {
  const along = (axis: 0 | 1, p: number, q: number) =>
    Math.max(
      0,
      Math.min(a.middle[axis] + p / 2, b.middle[axis] + q / 2) -
        Math.max(a.middle[axis] - p / 2, b.middle[axis] - q / 2),
    );
  const both = along(0, a.width, b.width) * along(1, a.height, b.height);
  return both / (a.width * a.height + b.width * b.height - both);
}
