import type { OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { atMarks } from '../at-marks.js';
import { type Clip, checkClip } from '../clip.js';
import { declareRepresentation } from '../declare-step.js';
import { markIndex, markOption } from '../marks.js';
import { flowBetween, stableRegionOption } from './flow-between.js';
import { flowToColor, flowToColorOptions } from './flow-to-color.js';
import { flowOption } from './optical-flow.js';

const flowColorOptions = {
  flow: flowOption('tvl1'),
  from: markOption('Where the flow starts.', 'onset'),
  to: markOption('Where it leads.', 'apex'),
  stableRegion: stableRegionOption(),
  ...flowToColorOptions,
};

/** Options of {@link flowColor}. */
export type FlowColorOptions = OptionsOf<typeof flowColorOptions>;

/**
 * The optical flow between two marked frames of a clip, drawn in colors by {@link flowToColor}.
 *
 * @param clip with an apex where one is used.
 * @returns `[H, W, 3]`, RGB in 0..1.
 * @throws RangeError if the apex is used but unknown, or on a wrong option; as {@link opticalFlow} besides.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { flowColor } from '@mer/representations';
 *
 * const clip = { frames: tf.zeros([9, 32, 32, 1]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(flowColor(clip, { style: 'middlebury' }).dataSync()[0]); // 1
 * ```
 *
 * Reference: as {@link flowToColor}.
 */
export const flowColor = /* @__PURE__ */ declareRepresentation({
  name: 'flow-color',
  title: 'Optical flow in colors',
  paper: 'HSV as in SLSTT, arXiv 2112.05851, or the Middlebury wheel, Baker et al., IJCV 2011',
  traits: { needsApex: true, directed: true },
  options: flowColorOptions,
  compute(clip: Clip, { flow, from, to, stableRegion, ...color }) {
    const task = 'draw the flow of a clip in colors';
    checkClip(clip, task);
    const [start, end] = [markIndex(clip, from, task), markIndex(clip, to, task)];
    return tf.tidy(() => flowToColor(flowBetween(clip, start, end, flow, stableRegion), color));
  },
  stream: atMarks,
  outputShape: ([height, width]) => [height, width, 3],
});
