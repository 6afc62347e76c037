import * as tf from '@tensorflow/tfjs-core';
import { gaussianBlur } from '../blur.js';
import { checkFrames } from '../clip.js';
import { hostValues, isHostBackend } from '../host.js';
import { applyTransform, checkTransform, type Transform } from './transform.js';

/** What lies outside of a frame: one value, or the nearest pixel of its border. */
export type Border = number | 'nearest';

/** Options of {@link warpFrames}. */
export interface WarpFramesOptions {
  /** The value of what lies outside of the frame; default 0. */
  border?: number;
  /** Whether frames are blurred first where the new image is coarser, so that fine texture does not alias; default true. */
  antialias?: boolean;
}

/** Bilinear samples of one frame `[H, W, C]` under a transform. */
function sampleFrame(
  values: Float32Array,
  height: number,
  width: number,
  channels: number,
  [a, b, c, d, e, f]: Transform,
  newHeight: number,
  newWidth: number,
  border: Border,
  target: Float32Array,
): void {
  const clamp = border === 'nearest';
  let out = 0;
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      let sx = a * x + b * y + c;
      let sy = d * x + e * y + f;
      if (clamp) {
        sx = Math.min(width - 1, Math.max(0, sx));
        sy = Math.min(height - 1, Math.max(0, sy));
      }
      const x0 = Math.floor(sx);
      const y0 = Math.floor(sy);
      const fx = sx - x0;
      const fy = sy - y0;
      const inside = x0 >= 0 && y0 >= 0 && x0 + 1 < width && y0 + 1 < height;
      for (let k = 0; k < channels; k++) {
        let value: number;
        if (inside) {
          const at = (y0 * width + x0) * channels + k;
          const below = at + width * channels;
          value =
            (1 - fy) * ((1 - fx) * values[at]! + fx * values[at + channels]!) +
            fy * ((1 - fx) * values[below]! + fx * values[below + channels]!);
        } else {
          const pixel = (py: number, px: number) =>
            px < 0 || py < 0 || px >= width || py >= height
              ? clamp
                ? 0 // has no weight
                : (border as number)
              : values[(py * width + px) * channels + k]!;
          value =
            (1 - fy) * ((1 - fx) * pixel(y0, x0) + fx * pixel(y0, x0 + 1)) +
            fy * ((1 - fx) * pixel(y0 + 1, x0) + fx * pixel(y0 + 1, x0 + 1));
        }
        target[out++] = value;
      }
    }
  }
}

/** Frames resampled with one transform for each of them; `size` is `[height, width]` of the result. */
export function warpEach(
  frames: tf.Tensor4D,
  transforms: readonly Transform[],
  size: readonly [number, number],
  border: Border,
): tf.Tensor4D {
  const [count, height, width, channels] = frames.shape;
  const [newHeight, newWidth] = size;
  if (isHostBackend()) {
    const values = hostValues(frames, 'warp frames');
    const area = height * width * channels;
    const newArea = newHeight * newWidth * channels;
    const result = new Float32Array(count * newArea);
    for (let t = 0; t < count; t++) {
      sampleFrame(
        values.subarray(t * area, (t + 1) * area),
        height,
        width,
        channels,
        transforms[t]!,
        newHeight,
        newWidth,
        border,
        result.subarray(t * newArea, (t + 1) * newArea),
      );
    }
    return tf.tensor4d(result, [count, newHeight, newWidth, channels]);
  }
  return tf.tidy(() => {
    const rows = tf.tensor2d(
      transforms.flatMap((transform) => [...transform, 0, 0]),
      [count, 8],
    );
    const [mode, value] = border === 'nearest' ? (['nearest', 0] as const) : (['constant', border] as const);
    return tf.image.transform(frames, rows, 'bilinear', mode, value, [newHeight, newWidth]);
  });
}

/**
 * Frames seen through one similarity transform: cut, turned and resized at once, bilinearly.
 *
 *     new(x, y) = old(a x + b y + c, d x + e y + f)
 *
 * @param frames `[T, H, W, C]`, float32.
 * @param transform from {@link faceTransform}.
 * @param size side of the new frames, or `[height, width]`.
 * @returns `[T, H', W', C]`.
 * @throws TypeError if the frames are no float32 `[T, H, W, C]` or the transform is no six finite numbers; RangeError if the
 * size is no positive integer.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { warpFrames } from '@mer/representations';
 *
 * const frames = tf.reshape(tf.range(0, 4), [1, 1, 4, 1]) as tf.Tensor4D;
 * console.log(warpFrames(frames, [1, 0, 0.5, 0, 1, 0], [1, 3]).dataSync()); // Float32Array(3) [ 0.5, 1.5, 2.5 ]
 * ```
 *
 * Reference: common knowledge; blur before coarser sampling (sigma = sqrt(s^2 - 1) / 2 for s old pixels per new one) is ours.
 */
export function warpFrames(
  frames: tf.Tensor4D,
  transform: Transform,
  size: number | readonly [height: number, width: number],
  { border = 0, antialias = true }: WarpFramesOptions = {},
): tf.Tensor4D {
  const task = 'warp frames';
  checkFrames(frames, task);
  checkTransform(transform, task);
  const shape = typeof size === 'number' ? ([size, size] as const) : size;
  if (!Array.isArray(shape) || shape.length !== 2 || !shape.every((side) => Number.isInteger(side) && side > 0)) {
    throw new RangeError(
      `Cannot ${task} as size must be a positive integer or [height, width]: current value is ${JSON.stringify(size)}`,
    );
  }
  return warpSmoothly(frames, new Array<Transform>(frames.shape[0]).fill(transform), shape, { border, antialias });
}

/** The part of the old frames that the new ones are made of, `reach` pixels wider on each side. */
function sourceBox(
  transforms: readonly Transform[],
  [newHeight, newWidth]: readonly [number, number],
  [height, width]: readonly [number, number],
  reach: number,
) {
  const corners = [...new Set(transforms)].flatMap((transform) =>
    [0, newWidth - 1].flatMap((x) => [0, newHeight - 1].map((y) => applyTransform(transform, [x, y]))),
  );
  const side = (axis: 0 | 1, end: number) => {
    const values = corners.map((corner) => corner[axis]);
    const first = Math.max(0, Math.floor(Math.min(...values)) - reach);
    const last = Math.min(end, Math.ceil(Math.max(...values)) + 1 + reach);
    // wholly outside: any pixel will do
    return first < last ? ([first, last] as const) : ([0, Math.min(end, 2)] as const);
  };
  const [[left, right], [top, bottom]] = [side(0, width), side(1, height)];
  return { top, left, bottom, right };
}

/** Part of each frame. */
function crop(
  frames: tf.Tensor4D,
  { top, left, bottom, right }: { top: number; left: number; bottom: number; right: number },
): tf.Tensor4D {
  const [count, height, width, channels] = frames.shape;
  const [newHeight, newWidth] = [bottom - top, right - left];
  if (newHeight === height && newWidth === width) return tf.clone(frames);
  if (!isHostBackend()) return tf.slice(frames, [0, top, left, 0], [count, newHeight, newWidth, channels]);
  const values = hostValues(frames, 'crop frames');
  const row = newWidth * channels;
  const result = new Float32Array(count * newHeight * row);
  for (let t = 0, to = 0; t < count; t++) {
    for (let y = top; y < bottom; y++, to += row) {
      const from = ((t * height + y) * width + left) * channels;
      result.set(values.subarray(from, from + row), to);
    }
  }
  return tf.tensor4d(result, [count, newHeight, newWidth, channels]);
}

/**
 * Frames resampled with one transform for each of them; where the new frames are coarser than the old, the part that they are
 * made of is blurred first. How much, and which part, the transforms of `all` frames of the clip decide.
 */
export function warpSmoothly(
  frames: tf.Tensor4D,
  transforms: readonly Transform[],
  size: readonly [number, number],
  { border, antialias, all = transforms }: { border: Border; antialias: boolean; all?: readonly Transform[] },
): tf.Tensor4D {
  const [a, , , d] = all[0]!;
  const scale = Math.hypot(a, d);
  if (!antialias || scale <= 1) return warpEach(frames, transforms, size, border);
  const sigma = Math.sqrt(scale ** 2 - 1) / 2;
  return tf.tidy(() => {
    const [, height, width] = frames.shape;
    const box = sourceBox(all, size, [height, width], Math.ceil(4 * sigma) + 1);
    const smooth = gaussianBlur(crop(frames, box), sigma);
    const moved = transforms.map(([a, b, c, d, e, f]): Transform => [a, b, c - box.left, d, e, f - box.top]);
    return warpEach(smooth, moved, size, border);
  });
}
