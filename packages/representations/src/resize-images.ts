import * as tf from '@tensorflow/tfjs-core';
import { hostValues, isHostBackend } from './host.js';
import { type ResizeTapsOptions, resizeTaps, type Taps } from './resize-taps.js';

/** The `to x from` matrix whose rows say of which pixels, and how much, a new pixel is made. */
function matrixOf({ first, weights, wide }: Taps, from: number): Float32Array {
  const matrix = new Float32Array(first.length * from);
  for (const [i, start] of first.entries()) matrix.set(weights.subarray(i * wide, (i + 1) * wide), i * from + start);
  return matrix;
}

/** `[lines, from, channels]` to `[lines, to, channels]`. */
function resample(values: Float32Array, lines: number, from: number, channels: number, taps: Taps): Float32Array {
  const { first, weights, wide } = taps;
  const size = first.length;
  const result = new Float32Array(lines * size * channels);
  if (channels === 3) return resampleColor(values, result, lines, from, taps);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < size; i++) {
      const source = (line * from + first[i]!) * channels;
      const target = (line * size + i) * channels;
      for (let k = 0; k < wide; k++) {
        const weight = weights[i * wide + k]!;
        if (weight === 0) continue;
        const at = source + k * channels;
        for (let c = 0; c < channels; c++) result[target + c]! += weight * values[at + c]!;
      }
    }
  }
  return result;
}

/** The same sums of three channels, side by side and out of the array while they grow: twice as fast. */
function resampleColor(values: Float32Array, result: Float32Array, lines: number, from: number, taps: Taps) {
  const { first, weights, wide } = taps;
  for (let line = 0, target = 0; line < lines; line++) {
    for (let i = 0; i < first.length; i++, target += 3) {
      let [red, green, blue] = [0, 0, 0];
      for (let k = 0, at = (line * from + first[i]!) * 3; k < wide; k++, at += 3) {
        const weight = weights[i * wide + k]!;
        if (weight === 0) continue;
        red = Math.fround(red + weight * values[at]!);
        green = Math.fround(green + weight * values[at + 1]!);
        blue = Math.fround(blue + weight * values[at + 2]!);
      }
      result[target] = red;
      result[target + 1] = green;
      result[target + 2] = blue;
    }
  }
  return result;
}

/** Images `[H, W, C]` or `[N, H, W, C]` in another size, by the weights of {@link resizeTaps}. */
export function resizeImages<T extends tf.Tensor3D | tf.Tensor4D>(
  images: T,
  size: number | readonly [height: number, width: number],
  options: Pick<ResizeTapsOptions, 'method' | 'antialias'> = {},
): T {
  const [newHeight, newWidth] = typeof size === 'number' ? [size, size] : size;
  const [channels, width, height] = images.shape.slice(-3).reverse() as [number, number, number];
  if (height === newHeight && width === newWidth) return tf.clone(images);
  const lead = images.shape.slice(0, -3);
  const shape = [...lead, newHeight, newWidth, channels] as T['shape'];
  const count = lead[0] ?? 1;
  const [down, across] = [resizeTaps(height, newHeight, options), resizeTaps(width, newWidth, options)];
  if (isHostBackend()) {
    const values = hostValues(images, 'resize');
    const wide = resample(values, count * height, width, channels, across);
    // rows are resampled as columns of W' C "channels"
    const result = resample(wide, count, height, newWidth * channels, down);
    return tf.tensor(result, shape) as T;
  }
  return tf.tidy(() => {
    const rows = tf.tensor3d(matrixOf(down, height), [1, newHeight, height]);
    const columns = tf.tensor3d(matrixOf(across, width), [1, newWidth, width]);
    const tall = tf.matMul(rows, tf.reshape(images, [count, height, width * channels]));
    const wide = tf.reshape(tall, [count * newHeight, width, channels]);
    return tf.reshape(tf.matMul(columns, wide), shape) as T;
  });
}
