import * as tf from '@tensorflow/tfjs-core';
import { gaussianBlur } from '../blur.js';
import { hostValues, isHostBackend } from '../host.js';
import type { Transform } from './transform.js';

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
  border: number,
  target: Float32Array,
): void {
  let out = 0;
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      const sx = a * x + b * y + c;
      const sy = d * x + e * y + f;
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
            px < 0 || py < 0 || px >= width || py >= height ? border : values[(py * width + px) * channels + k]!;
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
  border: number,
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
    return tf.image.transform(frames, rows, 'bilinear', 'constant', border, [newHeight, newWidth]);
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
 * @throws RangeError if the size is no positive integer.
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
  const shape = typeof size === 'number' ? ([size, size] as const) : size;
  if (!shape.every((side) => Number.isInteger(side) && side > 0)) {
    throw new RangeError(
      `Cannot warp frames as size must be a positive integer or [height, width]: current value is ${JSON.stringify(size)}`,
    );
  }
  const scale = Math.hypot(transform[0], transform[3]);
  return tf.tidy(() => {
    const smooth = antialias && scale > 1 ? gaussianBlur(frames, Math.sqrt(scale ** 2 - 1) / 2) : frames;
    return warpEach(smooth, new Array<Transform>(frames.shape[0]).fill(transform), shape, border);
  });
}
