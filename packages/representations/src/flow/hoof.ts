import type { OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { atMarks } from '../at-marks.js';
import { apexOf, type Clip, checkClip } from '../clip.js';
import { declareRepresentation } from '../declare-step.js';
import { flowBetween } from './flow-between.js';
import { flowOption } from './optical-flow.js';
import { orientedHistogram, orientedHistogramOptions } from './oriented-histogram.js';

const hoofOptions = { flow: flowOption('tvl1'), ...orientedHistogramOptions };

/** Options of {@link hoof}. */
export type HoofOptions = OptionsOf<typeof hoofOptions>;

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
export const hoof = /* @__PURE__ */ declareRepresentation({
  name: 'hoof',
  title: 'Histograms of oriented optical flow',
  paper: 'Chaudhry, Ravichandran, Hager, Vidal, CVPR 2009',
  ours: 'the blocks',
  traits: { needsApex: true, histogram: true },
  options: hoofOptions,
  compute(clip: Clip, { flow, ...histogram }) {
    const task = 'compute HOOF';
    checkClip(clip, task);
    const apex = apexOf(clip, task);
    return tf.tidy(() => orientedHistogram(flowBetween(clip, clip.onset, apex, flow), histogram));
  },
  stream: atMarks,
  outputShape: (_frame, { blocks, bins }) => [...blocks, bins],
});
