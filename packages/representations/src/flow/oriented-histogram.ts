import { checkOptions, choice, flag, integer, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { type Blocks, blockStart, blocksOption } from '../blocks.js';
import { hostValues, isHostBackend } from '../host.js';
import { safeDivide } from './flow-to-color.js';
import { checkFlow, components, flowMagnitude } from './strain.js';

/** An option: how many bins the direction has. */
// @__NO_SIDE_EFFECTS__
export function binsOption() {
  return integer('Bins of the direction.', { min: 1, max: 360, default: 8 });
}

/** The options of {@link orientedHistogram}. */
export const orientedHistogramOptions = {
  bins: binsOption(),
  blocks: blocksOption([5, 5]),
  weight: choice("What a pixel counts: its flow's length, or one.", ['magnitude', 'count'], { default: 'magnitude' }),
  mirrored: flag('Whether left and right are the same direction, as in the original HOOF.', { default: false }),
  normalize: choice("What sums to 1: each block's histogram, all together, or nothing.", ['block', 'all', 'none'], {
    default: 'block',
  }),
};

/** Options of {@link orientedHistogram}. */
export type OrientedHistogramOptions = OptionsOf<typeof orientedHistogramOptions>;

/** The sum of `[H, W, N]` over each block, `[rows, columns, N]`. */
export function blockSums(image: tf.Tensor3D, [rows, columns]: Blocks): tf.Tensor3D {
  const [height, width, depth] = image.shape;
  const membership = (parts: number, size: number) => {
    const matrix = new Float32Array(parts * size);
    for (let i = 0; i < parts; i++) {
      matrix.fill(1, i * size + blockStart(i, parts, size), i * size + blockStart(i + 1, parts, size));
    }
    return tf.tensor2d(matrix, [parts, size]);
  };
  return tf.tidy(() => {
    const tall = tf.matMul(membership(rows, height), tf.reshape(image, [height, width * depth]) as tf.Tensor2D);
    const wide = tf.transpose(tf.reshape(tall, [rows, width, depth]), [1, 0, 2]);
    const sums = tf.matMul(membership(columns, width), tf.reshape(wide, [width, rows * depth]) as tf.Tensor2D);
    return tf.transpose(tf.reshape(sums, [columns, rows, depth]), [1, 0, 2]) as tf.Tensor3D;
  });
}

/** The sums of {@link votes} over each block, in main memory. */
function votesOnHost(
  flow: tf.Tensor3D,
  {
    bins,
    blocks,
    mirrored,
    weight,
  }: { bins: number; blocks: Blocks; mirrored: boolean; weight: 'magnitude' | 'count' },
): tf.Tensor3D {
  const [height, width] = flow.shape;
  const values = hostValues(flow, 'compute a histogram of oriented flow');
  const [rows, columns] = blocks;
  const result = new Float64Array(rows * columns * bins);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = (row * columns + column) * bins;
      for (let y = blockStart(row, rows, height); y < blockStart(row + 1, rows, height); y++) {
        for (let x = blockStart(column, columns, width); x < blockStart(column + 1, columns, width); x++) {
          const i = 2 * (y * width + x);
          const [u, v] = [values[i]!, values[i + 1]!];
          const turn = mirrored ? Math.atan2(v, Math.abs(u)) / Math.PI + 0.5 : Math.atan2(v, u) / (2 * Math.PI);
          const bin = Math.min(bins - 1, Math.floor((mirrored ? turn : turn - Math.floor(turn)) * bins));
          result[at + bin]! += weight === 'magnitude' ? Math.hypot(u, v) : 1;
        }
      }
    }
  }
  return tf.tensor3d(Float32Array.from(result), [rows, columns, bins]);
}

/** `[H, W, bins]`: each pixel's weight in the bin of its direction. */
function votes(flow: tf.Tensor3D, bins: number, mirrored: boolean, weights: tf.Tensor3D): tf.Tensor3D {
  return tf.tidy(() => {
    const [u, v] = components(flow);
    // mirrored: the angle to the horizontal, -pi/2 .. pi/2; else 0 .. 2 pi
    const turn = mirrored ? tf.add(tf.div(tf.atan2(v, tf.abs(u)), Math.PI), 0.5) : tf.div(tf.atan2(v, u), 2 * Math.PI);
    const part = mirrored ? turn : tf.sub(turn, tf.floor(turn));
    const bin = tf.minimum(tf.floor(tf.mul(part, bins)), bins - 1);
    const each = tf.equal(bin, tf.reshape(tf.range(0, bins), [1, 1, bins]));
    return tf.mul(tf.cast(each, 'float32'), weights) as tf.Tensor3D;
  });
}

/**
 * Histograms of oriented optical flow (HOOF) of the blocks of a flow field.
 *
 *     h_b = sum over pixels of the block with direction in bin b of |f|     bin b: atan2(v, u) in [2 pi b / B, 2 pi (b + 1) / B)
 *
 * With `mirrored`, bin b holds angles to the horizontal in [-pi/2 + pi b / B, -pi/2 + pi (b + 1) / B) on either side. A pixel
 * without motion counts in the bin of angle 0 (and weighs nothing with `weight: 'magnitude'`).
 *
 * @param flow `[H, W, 2]`, pixels, (u, v), v down.
 * @returns `[rows, columns, bins]`; a block without motion is 0.
 * @throws TypeError if the flow is no float `[H, W, 2]`; RangeError on a wrong option.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { orientedHistogram } from '@mer/representations';
 *
 * const flow = tf.tensor3d([3, 0.1, -1, 0.1], [1, 2, 2]); // to the right, to the left
 * const histogram = orientedHistogram(flow, { bins: 2, blocks: [1, 1], weight: 'count' });
 * console.log(histogram.shape, histogram.dataSync()); // [ 1, 1, 2 ] Float32Array(2) [ 1, 0 ]
 * ```
 *
 * Reference: Chaudhry, Ravichandran, Hager, Vidal, "Histograms of Oriented Optical Flow and Binet-Cauchy Kernels on
 * Nonlinear Dynamical Systems", CVPR 2009 (there `mirrored`, one block).
 */
export function orientedHistogram(flow: tf.Tensor3D, options: OrientedHistogramOptions = {}): tf.Tensor3D {
  const task = 'compute a histogram of oriented flow';
  checkFlow(flow, task);
  const { bins, blocks, weight, mirrored, normalize } = checkOptions(task, orientedHistogramOptions, options);
  return tf.tidy(() => {
    let sums: tf.Tensor3D;
    if (isHostBackend()) sums = votesOnHost(flow, { bins, blocks, mirrored, weight });
    else {
      const magnitude = flowMagnitude(flow);
      const weights = weight === 'magnitude' ? magnitude : tf.onesLike(magnitude);
      sums = blockSums(votes(flow, bins, mirrored, weights), blocks);
    }
    if (normalize === 'none') return sums;
    return safeDivide(sums, normalize === 'block' ? tf.sum(sums, 2, true) : tf.sum(sums));
  });
}
