import * as tf from '@tensorflow/tfjs-core';
import { hostValues, isHostBackend } from './host.js';

/** `'bilinear'` interpolates between pixel centres (OpenCV's INTER_LINEAR); `'area'` averages what a new pixel covers (INTER_AREA). */
export type ResizeMethod = 'bilinear' | 'area';

/** Every {@link ResizeMethod}. */
export const resizeMethods = Object.freeze(['bilinear', 'area'] as const);

/** The `to x from` matrix whose rows say of which pixels, and how much, a new pixel is made. */
export function resizeMatrix(from: number, to: number, method: ResizeMethod): Float32Array {
  const matrix = new Float32Array(to * from);
  const scale = from / to;
  for (let i = 0; i < to; i++) {
    if (method === 'bilinear' || scale <= 1) {
      const at = Math.min(from - 1, Math.max(0, (i + 0.5) * scale - 0.5));
      const left = Math.min(from - 1, Math.floor(at));
      const part = at - left;
      matrix[i * from + left]! += 1 - part;
      if (part > 0) matrix[i * from + left + 1]! += part;
    } else {
      const start = i * scale;
      const end = start + scale;
      for (let j = Math.floor(start); j < Math.min(from, Math.ceil(end)); j++) {
        matrix[i * from + j] = (Math.min(end, j + 1) - Math.max(start, j)) / scale;
      }
    }
  }
  return matrix;
}

/** Which old pixels, and how much of each, make a new one. */
interface Taps {
  readonly size: number;
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly weights: Float32Array;
}

function taps(from: number, to: number, method: ResizeMethod): Taps {
  const matrix = resizeMatrix(from, to, method);
  const starts = new Int32Array(to + 1);
  const indices: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < to; i++) {
    for (let j = 0; j < from; j++) {
      if (matrix[i * from + j] === 0) continue;
      indices.push(j);
      weights.push(matrix[i * from + j]!);
    }
    starts[i + 1] = indices.length;
  }
  return { size: to, starts, indices: Int32Array.from(indices), weights: Float32Array.from(weights) };
}

/** `[lines, from, channels]` to `[lines, to, channels]`. */
function resample(values: Float32Array, lines: number, from: number, channels: number, taps: Taps): Float32Array {
  const { size, starts, indices, weights } = taps;
  const result = new Float32Array(lines * size * channels);
  for (let line = 0; line < lines; line++) {
    const source = line * from * channels;
    for (let i = 0; i < size; i++) {
      const target = (line * size + i) * channels;
      for (let k = starts[i]!; k < starts[i + 1]!; k++) {
        const at = source + indices[k]! * channels;
        const weight = weights[k]!;
        for (let c = 0; c < channels; c++) result[target + c]! += weight * values[at + c]!;
      }
    }
  }
  return result;
}

/** Options of {@link resizeImages}. */
export interface ResizeOptions {
  /** Default `'bilinear'`. `'area'` is bilinear where the image grows. */
  method?: ResizeMethod;
}

/**
 * Images in another size.
 *
 *     bilinear   new(y, x) interpolates at ((y + 0.5) H / H' - 0.5, (x + 0.5) W / W' - 0.5), no smoothing
 *     area       new(y, x) = mean over the rectangle that the new pixel covers
 *
 * @param images `[H, W, C]` or `[N, H, W, C]`, float32.
 * @param size the new `[height, width]`, or one number for both.
 * @returns `[…, H', W', C]`.
 * @throws RangeError if the size is no pair of positive integers or the method is unknown.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { resizeImages } from '@mer/representations';
 *
 * const image = tf.tensor3d([0, 2, 4, 6], [1, 4, 1]);
 * console.log(resizeImages(image, [1, 2]).dataSync()); // Float32Array(2) [ 1, 5 ]
 * ```
 *
 * Reference: the conventions of OpenCV's `resize`.
 */
export function resizeImages<T extends tf.Tensor3D | tf.Tensor4D>(
  images: T,
  size: number | readonly [height: number, width: number],
  { method = 'bilinear' }: ResizeOptions = {},
): T {
  const [newHeight, newWidth] = typeof size === 'number' ? [size, size] : size;
  if (![newHeight, newWidth].every((side) => Number.isInteger(side) && side > 0)) {
    throw new RangeError(
      `Cannot resize as size must be a positive integer or [height, width]: current value is ${JSON.stringify(size)}`,
    );
  }
  if (!resizeMethods.includes(method)) {
    throw new RangeError(
      `Cannot resize as method must be one of 'bilinear', 'area': current value is '${method as string}'`,
    );
  }
  const [channels, width, height] = images.shape.slice(-3).reverse() as [number, number, number];
  if (height === newHeight && width === newWidth) return tf.clone(images);
  const lead = images.shape.slice(0, -3);
  const shape = [...lead, newHeight, newWidth, channels] as T['shape'];
  const count = lead[0] ?? 1;
  if (isHostBackend()) {
    const values = hostValues(images, 'resize');
    const across = resample(values, count * height, width, channels, taps(width, newWidth, method));
    // rows are resampled as columns of W' C "channels"
    const result = resample(across, count, height, newWidth * channels, taps(height, newHeight, method));
    return tf.tensor(result, shape) as T;
  }
  return tf.tidy(() => {
    const rows = tf.tensor3d(resizeMatrix(height, newHeight, method), [1, newHeight, height]);
    const columns = tf.tensor3d(resizeMatrix(width, newWidth, method), [1, newWidth, width]);
    const tall = tf.matMul(rows, tf.reshape(images, [count, height, width * channels]));
    const wide = tf.reshape(tall, [count * newHeight, width, channels]);
    return tf.reshape(tf.matMul(columns, wide), shape) as T;
  });
}
