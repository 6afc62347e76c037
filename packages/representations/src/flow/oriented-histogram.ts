import * as tf from '@tensorflow/tfjs-core';
import { apexOf, type Clip, checkClip } from '../clip.js';
import { hostValues, isHostBackend } from '../host.js';
import { type Blocks, blockStart, blocksRule } from '../lbp-top.js';
import { flag, numeric, type OptionRules, oneOf, resolveOptions } from '../options.js';
import { safeDivide } from './color.js';
import { flowBetween } from './flow-image.js';
import { type FlowChoice, flowRule } from './optical-flow.js';
import { checkFlow, components, flowMagnitude, opticalStrain, type StrainDifferences } from './strain.js';

/** Options of {@link orientedHistogram}. */
export interface OrientedHistogramOptions {
  /** Bins of the direction; default 8. */
  bins?: number;
  /** Blocks the image is divided into; default `[5, 5]`. */
  blocks?: Blocks;
  /** What a pixel counts: its flow's length (default) or one. */
  weight?: 'magnitude' | 'count';
  /** Whether left and right are the same direction, as in the original HOOF; default false. */
  mirrored?: boolean;
  /** What sums to 1: each block's histogram (default), all together, or nothing. */
  normalize?: 'block' | 'all' | 'none';
}

const histogramRules = Object.freeze({
  bins: numeric(8, { min: 1, max: 360, integer: true }),
  blocks: blocksRule([5, 5]),
  weight: oneOf<'magnitude' | 'count'>(['magnitude', 'count'], 'magnitude'),
  mirrored: flag(false),
  normalize: oneOf<'block' | 'all' | 'none'>(['block', 'all', 'none'], 'block'),
}) satisfies OptionRules<OrientedHistogramOptions>;

/** The sum of `[H, W, N]` over each block, `[rows, columns, N]`. */
function blockSums(image: tf.Tensor3D, [rows, columns]: Blocks): tf.Tensor3D {
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
  const { bins, blocks, weight, mirrored, normalize } = resolveOptions(task, histogramRules, options);
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

/** Options of {@link hoof}. */
export interface HoofOptions extends OrientedHistogramOptions {
  /** The method; default `'tvl1'`. */
  flow?: FlowChoice;
}

/** The rules of {@link HoofOptions}. */
export const hoofRules: OptionRules<HoofOptions> = Object.freeze({ flow: flowRule('tvl1'), ...histogramRules });

/**
 * Histograms of oriented optical flow between onset and apex of a clip.
 *
 * @param clip with an apex.
 * @returns `[rows, columns, bins]`, see {@link orientedHistogram}.
 * @throws RangeError if the clip has no apex or on a wrong option; as {@link opticalFlow} besides.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { hoof } from '@mer/representations';
 *
 * const clip = { frames: tf.zeros([9, 32, 32, 1]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(hoof(clip, { flow: 'farneback' }).shape); // [ 5, 5, 8 ]
 * ```
 *
 * Reference: as {@link orientedHistogram}.
 */
export function hoof(clip: Clip, options: HoofOptions = {}): tf.Tensor3D {
  const task = 'compute HOOF';
  const { flow, ...histogram } = resolveOptions(task, hoofRules, options);
  checkClip(clip, task);
  const apex = apexOf(clip, task);
  return tf.tidy(() => orientedHistogram(flowBetween(clip, clip.onset, apex, flow), histogram));
}

/** Options of {@link biWoof}. */
export interface BiWoofOptions {
  /** The method; default `'tvl1'`. */
  flow?: FlowChoice;
  /** Bins of the direction; default 8. */
  bins?: number;
  /** Blocks the image is divided into; default `[8, 8]`. */
  blocks?: Blocks;
  /** How strain differentiates; default `'central'`. */
  differences?: StrainDifferences;
  /** What sums to 1: everything (default) or nothing. */
  normalize?: 'all' | 'none';
}

/** The rules of {@link BiWoofOptions}. */
export const biWoofRules: OptionRules<BiWoofOptions> = Object.freeze({
  flow: flowRule('tvl1'),
  bins: numeric(8, { min: 1, max: 360, integer: true }),
  blocks: blocksRule([8, 8]),
  differences: oneOf<StrainDifferences>(['central', 'forward'], 'central'),
  normalize: oneOf<'all' | 'none'>(['all', 'none'], 'all'),
});

/**
 * Bi-weighted oriented optical flow (Bi-WOOF) between onset and apex: directions weighted by motion within a block, blocks
 * weighted by their strain.
 *
 *     h_b(block) = mean strain of the block  x  sum over its pixels with direction in bin b of |f|
 *
 * @param clip with an apex.
 * @returns `[rows, columns, bins]`; all 0 without motion.
 * @throws RangeError if the clip has no apex or on a wrong option; as {@link opticalFlow} besides.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { biWoof } from '@mer/representations';
 *
 * const clip = { frames: tf.zeros([9, 32, 32, 1]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(biWoof(clip, { flow: 'farneback' }).shape); // [ 8, 8, 8 ]
 * ```
 *
 * Reference: Liong, See, Wong, Phan, "Less is more: Micro-expression recognition from video using apex frame", Signal
 * Processing: Image Communication 62, 2018 (theirs: both weights). The normalisation is ours.
 */
export function biWoof(clip: Clip, options: BiWoofOptions = {}): tf.Tensor3D {
  const task = 'compute Bi-WOOF';
  const { flow, bins, blocks, differences, normalize } = resolveOptions(task, biWoofRules, options);
  checkClip(clip, task);
  const apex = apexOf(clip, task);
  return tf.tidy(() => {
    const field = flowBetween(clip, clip.onset, apex, flow);
    const directions = orientedHistogram(field, { bins, blocks, normalize: 'none' });
    const strain = opticalStrain(field, { differences });
    const mean = safeDivide(blockSums(strain, blocks), blockSums(tf.onesLike(strain), blocks));
    const weighted = tf.mul(directions, mean) as tf.Tensor3D;
    return normalize === 'all' ? safeDivide(weighted, tf.sum(weighted)) : weighted;
  });
}
