import * as tf from '@tensorflow/tfjs-core';
import { hostValues, isHostBackend } from './host.js';
import { floats, placed, takeBytes, withImageKernels } from './wasm/kernels.js';

/** Radius of the Gaussian window for an image: four sigma, less where the image is smaller. */
export function blurRadius(sigma: number, height: number, width: number): number {
  return Math.min(Math.ceil(4 * sigma), height - 1, width - 1);
}

/** A normalized Gaussian window of `2 radius + 1` weights, in float64 until stored. */
export function gaussianWindow(radius: number, sigma: number): Float32Array {
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Float32Array.from(weights, (weight) => weight / sum);
}

/**
 * Gaussian blur of an image or of each of several images; borders are mirrored without repeating the edge.
 *
 *     I * G_sigma,   window of radius min(ceil(4 sigma), H - 1, W - 1)
 *
 * @param images `[H, W, C]` or `[N, H, W, C]`, float32.
 * @param sigma in pixels, >= 0; 0 changes nothing.
 * @returns the same shape.
 * @throws RangeError if `sigma` is negative or no number.
 *
 * Reference: common knowledge; the border is OpenCV's default.
 */
export function gaussianBlur<T extends tf.Tensor3D | tf.Tensor4D>(images: T, sigma: number): T {
  if (!(sigma >= 0 && sigma < Infinity)) {
    throw new RangeError(`Cannot blur as sigma must be a number >= 0: current value is ${sigma}`);
  }
  const [channels, width, height] = images.shape.slice(-3).reverse() as [number, number, number];
  const radius = blurRadius(sigma, height, width);
  if (radius === 0) return tf.clone(images);
  const window = gaussianWindow(radius, sigma);
  if (isHostBackend()) {
    const task = 'blur';
    const values = hostValues(images, task);
    const size = height * width * channels;
    const result = new Float32Array(values.length);
    withImageKernels(task, (kernels) => {
      const image = takeBytes(kernels, 4 * size);
      const at = placed(kernels, window);
      for (let from = 0; from < values.length; from += size) {
        floats(kernels, image, size).set(values.subarray(from, from + size));
        kernels.blurImage({ image, width, height, channels, window: at, radius });
        result.set(floats(kernels, image, size), from);
      }
    });
    return tf.tensor(result, images.shape) as T;
  }
  return tf.tidy(() => {
    const batch = tf.reshape(images, [-1, height, width, channels]) as tf.Tensor4D;
    const filter = (rows: number, columns: number) =>
      tf.tile(tf.tensor4d(window, [rows, columns, 1, 1]), [1, 1, channels, 1]);
    const padded = tf.mirrorPad(
      batch,
      [
        [0, 0],
        [radius, radius],
        [radius, radius],
        [0, 0],
      ],
      'reflect',
    );
    const across = tf.depthwiseConv2d(padded, filter(1, window.length) as tf.Tensor4D, 1, 'valid');
    return tf.reshape(
      tf.depthwiseConv2d(across, filter(window.length, 1) as tf.Tensor4D, 1, 'valid'),
      images.shape,
    ) as T;
  });
}
