import { choice, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { atMarks } from '../at-marks.js';
import { blocksOption } from '../blocks.js';
import { apexOf, type Clip, checkClip } from '../clip.js';
import { declareRepresentation } from '../declare-step.js';
import { flowBetween } from './flow-between.js';
import { safeDivide } from './flow-to-color.js';
import { flowOption } from './optical-flow.js';
import { binsOption, blockSums, orientedHistogram } from './oriented-histogram.js';
import { opticalStrain, opticalStrainOptions } from './strain.js';

const biWoofOptions = {
  flow: flowOption('tvl1'),
  bins: binsOption(),
  blocks: blocksOption([8, 8]),
  ...opticalStrainOptions,
  normalize: choice('What sums to 1: everything or nothing.', ['all', 'none'], { default: 'all' }),
};

/** Options of {@link biWoof}. */
export type BiWoofOptions = OptionsOf<typeof biWoofOptions>;

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
 * Processing: Image Communication 62, 2018 (theirs: both weights). The normalization is ours.
 */
export const biWoof = /* @__PURE__ */ declareRepresentation({
  name: 'bi-woof',
  title: 'Bi-weighted oriented optical flow, as histograms',
  paper: 'Liong, See, Wong, Phan, "Less is more", Signal Processing: Image Communication 62, 2018',
  ours: 'the normalization',
  traits: { needsApex: true, histogram: true },
  options: biWoofOptions,
  compute(clip: Clip, { flow, bins, blocks, differences, normalize }) {
    const task = 'compute Bi-WOOF';
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
  },
  stream: atMarks,
  outputShape: (_frame, { blocks, bins }) => [...blocks, bins],
});
