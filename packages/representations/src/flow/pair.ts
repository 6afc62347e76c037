import * as tf from '@tensorflow/tfjs-core';
import type { CheckOption } from '../check-option.js';
import { fromChecked } from '../check-values.js';
import { hostValues } from '../host.js';
import { luma } from '../to-gray.js';
import type { FlowKernels } from '../wasm/kernels.generated.js';
import { floats, takeBytes, withFlowKernels } from '../wasm/kernels.js';

/** An image that flow is computed from: `[H, W]`, `[H, W, 1]` or `[H, W, 3]`, float32 in 0..1. */
export type FlowImage = tf.Tensor2D | tf.Tensor3D;

/** Smallest height and width of an image. */
const smallest = 4;

/** Throws unless both images are float32, of one size, with 1 or 3 channels; returns the size. */
export function checkPair(from: FlowImage, to: FlowImage, task: string): { height: number; width: number } {
  for (const [name, image] of [
    ['from', from],
    ['to', to],
  ] as const) {
    const shape = (image as tf.Tensor | undefined)?.shape;
    if (!Array.isArray(shape)) {
      throw new TypeError(`Cannot ${task} as '${name}' must be a tensor: current value is ${String(image)}`);
    }
    const channels = shape.length === 2 ? 1 : shape[2];
    if (shape.length < 2 || shape.length > 3 || (channels !== 1 && channels !== 3)) {
      throw new TypeError(
        `Cannot ${task} as '${name}' must have the shape [H, W], [H, W, 1] or [H, W, 3]: current value is [${shape.join(', ')}]`,
      );
    }
    if (image.dtype !== 'float32') {
      throw new TypeError(
        `Cannot ${task} as '${name}' must be float32 in 0..1: current dtype is ${image.dtype} (convert bytes with tf.div(tf.cast(image, 'float32'), 255))`,
      );
    }
  }
  const [height, width] = from.shape;
  if (to.shape[0] !== height || to.shape[1] !== width) {
    throw new TypeError(
      `Cannot ${task} as both images must have one size: current values are [${from.shape.join(', ')}] and [${to.shape.join(', ')}]`,
    );
  }
  if (height < smallest || width < smallest) {
    throw new RangeError(
      `Cannot ${task} as images must be at least ${smallest} pixels high and wide: current value is ${height} x ${width}`,
    );
  }
  return { height, width };
}

/** Computes a flow from two images that were checked: their shapes, and their values unless `check` is false. */
export function fromCheckedPair(
  [from, to]: readonly [FlowImage, FlowImage],
  task: string,
  { check = true }: CheckOption,
  compute: () => tf.Tensor3D,
): tf.Tensor3D {
  checkPair(from, to, task);
  const values = [
    { name: "'from'", tensor: from },
    { name: "'to'", tensor: to },
  ];
  return fromChecked(check ? values : [], task, compute);
}

/**
 * Writes an image as gray levels 0..255 into `target`, rounded to 1/8192 so that levels that come from bytes are whole
 * numbers again; returns the least and greatest level.
 */
function writeGray(image: FlowImage, target: Float32Array, task: string, name: string): [number, number] {
  const values = hostValues(image, task);
  const unit = 255 * 8192;
  let low = Infinity;
  let high = -Infinity;
  let sum = 0;
  if (image.rank === 3 && image.shape[2] === 3) {
    const [r, g, b] = luma;
    for (let i = 0, j = 0; i < target.length; i++, j += 3) {
      target[i] = Math.round((r * values[j]! + g * values[j + 1]! + b * values[j + 2]!) * unit) / 8192;
    }
  } else {
    for (let i = 0; i < target.length; i++) target[i] = Math.round(values[i]! * unit) / 8192;
  }
  for (const value of target) {
    sum += value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!Number.isFinite(sum)) {
    throw new RangeError(`Cannot ${task} as '${name}' must hold finite numbers: some are NaN or infinite`);
  }
  return [low, high];
}

/** What a kernel needs to compute a flow: addresses of both gray images and of the `[H, W, 2]` result, and the size. */
export type KernelPair = { from: number; to: number; flow: number; width: number; height: number };

/** Computes a flow by a kernel. */
export type FlowKernel = (kernels: FlowKernels, pair: KernelPair) => void;

/** Runs a flow kernel on a pair of images; with `normalize` both are stretched together to 0..255 first. */
export function runFlowKernel(
  from: FlowImage,
  to: FlowImage,
  task: string,
  kernel: FlowKernel,
  { normalize = false }: { normalize?: boolean } = {},
): tf.Tensor3D {
  const [height, width] = from.shape;
  const size = height * width;
  const flow = withFlowKernels(task, (kernels) => {
    const a = takeBytes(kernels, 4 * size);
    const b = takeBytes(kernels, 4 * size);
    const out = takeBytes(kernels, 8 * size);
    const gray = [floats(kernels, a, size), floats(kernels, b, size)] as const;
    const [low0, high0] = writeGray(from, gray[0], task, 'from');
    const [low1, high1] = writeGray(to, gray[1], task, 'to');
    if (normalize) {
      const low = Math.min(low0, low1);
      const range = Math.max(high0, high1) - low;
      if (range > 0) {
        for (const image of gray) for (let i = 0; i < size; i++) image[i] = (255 * (image[i]! - low)) / range;
      }
    }
    kernel(kernels, { from: a, to: b, flow: out, width, height });
    return floats(kernels, out, 2 * size).slice();
  });
  return tf.tensor3d(flow, [height, width, 2]);
}
