import * as tf from '@tensorflow/tfjs-core';
import { gaussianBlur } from '../blur.js';
import type { FrameReader } from '../clip.js';
import { eachPart } from '../frame-reader.js';
import { sliceFrames } from '../frames.js';
import { type Region, regionPixels } from '../region.js';
import { toGray } from '../to-gray.js';

/** What {@link skinChange} needs to know. */
export interface SkinChangePlan {
  readonly regions: readonly Region[];
  /** Gaussian blur of the gray frames, sigma in pixels. */
  readonly intensityBlur: number;
}

/** Frames that are compared at once. */
const PART = 16;

/**
 * How much the skin of each frame differs from what lies between the first and the last one, beyond what the head and the light do.
 *
 *     D_t = G * I_t - ((1 - t/T) G * I_0 + t/T G * I_T)
 *     m_t = root mean square over the regions of D_t - its projection on what moves all: 1, I, I_x, I_y, x I_y - y I_x, x I_x + y I_y
 *
 * of gray frames I in the box around all regions, I the mean of both ends: light, shift, turn and growth to first order, fitted by least squares. Both ends
 * are at rest, so the drift between them is none of the expression.
 *
 * @param frames `[T + 1, H, W, C]`, from onset to offset
 * @returns `[T + 1]`, gray levels; stays on the backend
 */
export function skinChange(frames: tf.Tensor4D, plan: SkinChangePlan): tf.Tensor1D {
  const [count] = frames.shape;
  return tf.tidy(() => {
    const still = atRest(sliceFrames(frames, 0, 1), sliceFrames(frames, count - 1, 1), plan);
    const parts: tf.Tensor1D[] = [];
    for (let first = 0; first < count; first += PART) {
      const length = Math.min(PART, count - first);
      parts.push(changeOf(sliceFrames(frames, first, length), first, count, still, plan));
    }
    return tf.concat(parts);
  });
}

/** {@link skinChange} of frames that are read a few at a time, each of them once, the last one twice. */
export async function readSkinChange(
  frames: FrameReader,
  onset: number,
  count: number,
  plan: SkinChangePlan,
): Promise<Float32Array> {
  const first = await frames.read(onset, 1);
  const last = await frames.read(onset + count - 1, 1);
  const still = tf.tidy(() => atRest(first, last, plan));
  tf.dispose([first, last]);
  const course = new Float32Array(count);
  try {
    await eachPart(frames, onset, count, async (part, before) => {
      const change = tf.tidy(() => changeOf(part, before, count, still, plan));
      course.set(await change.data<'float32'>(), before);
      change.dispose();
    });
    return course;
  } finally {
    tf.dispose({ ...still });
  }
}

/** Both ends, `[1, N]`, and what moves all of the face: orthonormal rows `[6, N]`; `share` weighs pixels by the regions that they lie in, `[N, 1]`. */
type AtRest = Record<'onset' | 'offset' | 'moves' | 'share', tf.Tensor2D>;

function atRest(first: tf.Tensor4D, last: tf.Tensor4D, plan: SkinChangePlan): AtRest {
  const [, height, width] = first.shape;
  const box = boxOf(plan.regions, height, width);
  const [onset, offset] = [seen(first, plan), seen(last, plan)];
  const mean = tf.div(tf.add(onset, offset), 2) as tf.Tensor4D;
  const [tall, wide] = [box.bottom - box.top, box.right - box.left];
  const around = tf.mirrorPad(mean, [[0, 0], [1, 1], [1, 1], [0, 0]], 'symmetric'); // biome-ignore format: one line
  const part = (dy: number, dx: number) =>
    flat(tf.slice(around, [0, box.top + 1 + dy, box.left + 1 + dx, 0], [1, tall, wide, 1]));
  const [across, down] = [tf.sub(part(0, 1), part(0, -1)), tf.sub(part(1, 0), part(-1, 0))];
  const column = tf.reshape(tf.tile(tf.reshape(tf.linspace(-1, 1, wide), [1, wide]), [tall, 1]), [1, -1]);
  const row = tf.reshape(tf.tile(tf.reshape(tf.linspace(-1, 1, tall), [tall, 1]), [1, wide]), [1, -1]);
  const turn = tf.sub(tf.mul(column, down), tf.mul(row, across));
  const grow = tf.add(tf.mul(column, across), tf.mul(row, down));
  const moves = orthonormal([tf.onesLike(across), part(0, 0), across, down, turn, grow] as tf.Tensor2D[]);
  const share = new Float32Array(tall * wide);
  let total = 0;
  for (const region of plan.regions) {
    const { top, left, bottom, right } = regionPixels(region, height, width);
    for (let y = top - box.top; y < bottom - box.top; y++) {
      for (let x = left - box.left; x < right - box.left; x++, total++) share[y * wide + x]! += 1;
    }
  }
  return {
    onset: flat(inBox(onset, box)),
    offset: flat(inBox(offset, box)),
    moves,
    share: tf.div(tf.tensor2d(share, [tall * wide, 1]), total) as tf.Tensor2D,
  };
}

/** The change of some frames, the first of which is the `before`-th of `count`. */
function changeOf(
  frames: tf.Tensor4D,
  before: number,
  count: number,
  { onset, offset, moves, share }: AtRest,
  plan: SkinChangePlan,
): tf.Tensor1D {
  const [length, height, width] = frames.shape;
  const late = tf.tensor2d(
    Float32Array.from({ length }, (_, i) => (before + i) / Math.max(1, count - 1)),
    [length, 1],
  );
  const expected = tf.add(onset, tf.mul(late, tf.sub(offset, onset)));
  const change = tf.sub(flat(inBox(seen(frames, plan), boxOf(plan.regions, height, width))), expected) as tf.Tensor2D;
  const explained = tf.matMul(tf.matMul(change, moves, false, true), moves);
  return tf.reshape(tf.sqrt(tf.matMul(tf.square(tf.sub(change, explained)), share)), [-1]);
}

const seen = (frames: tf.Tensor4D, { intensityBlur }: SkinChangePlan) => gaussianBlur(toGray(frames), intensityBlur);

const flat = (image: tf.Tensor): tf.Tensor2D => tf.reshape(image, [image.shape[0]!, -1]);

type Box = ReturnType<typeof regionPixels>;

const inBox = (image: tf.Tensor4D, { top, left, bottom, right }: Box) =>
  tf.slice(image, [0, top, left, 0], [image.shape[0], bottom - top, right - left, 1]);

/** The box around all regions. */
function boxOf(regions: readonly Region[], height: number, width: number): Box {
  const boxes = regions.map((region) => regionPixels(region, height, width));
  return {
    top: Math.min(...boxes.map(({ top }) => top)),
    left: Math.min(...boxes.map(({ left }) => left)),
    bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
    right: Math.max(...boxes.map(({ right }) => right)),
  };
}

/** Orthonormal rows that span the same; what the rows before explain of one (flat pictures have no gradient) stays almost 0. */
function orthonormal(rows: readonly tf.Tensor2D[]): tf.Tensor2D {
  const found: tf.Tensor2D[] = [];
  for (const row of rows) {
    const least = tf.add(tf.mul(tf.norm(row), 1e-4), 1e-12);
    let rest = row;
    // twice, as single precision leaves something the first time
    for (let pass = 0; pass < 2 && found.length > 0; pass++) {
      const before = tf.concat(found);
      rest = tf.sub(rest, tf.matMul(tf.matMul(rest, before, false, true), before)) as tf.Tensor2D;
    }
    found.push(tf.div(rest, tf.maximum(tf.norm(rest), least)) as tf.Tensor2D);
  }
  return tf.concat(found);
}
