import { choice, number, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { atMarks } from '../at-marks.js';
import { type Clip, checkClip } from '../clip.js';
import { declareRepresentation } from '../declare-step.js';
import { concatChannels } from '../frames.js';
import { markIndex, markOption } from '../marks.js';
import { flowBetween, stableRegionOption } from './flow-between.js';
import { flowOption } from './optical-flow.js';
import { flowMagnitude, opticalStrain } from './strain.js';

const flowOptions = {
  flow: flowOption('tvl1'),
  from: markOption('Where the flow starts.', 'onset'),
  to: markOption('Where it leads.', 'apex'),
  channels: choice(
    'The channels: both components alone, with the magnitude, or with the optical strain.',
    ['u-v', 'u-v-magnitude', 'u-v-strain'],
    {
      default: 'u-v',
    },
  ),
  unit: number('What one unit of the image is, in pixels: every channel is divided by it.', { above: 0, default: 1 }),
  stableRegion: stableRegionOption(),
};

/** Options of {@link flow}. */
export type FlowOptions = OptionsOf<typeof flowOptions>;

/**
 * The optical flow between two marked frames of a clip, as an image with one constant scale for all clips.
 *
 *     (u, v [, |(u, v)| or |strain|]) / unit          (u, v) = flow(from, to)
 *
 * @param clip with an apex where one is used.
 * @returns `[H, W, 2 or 3]`, units of `unit` pixels; zero where both frames are the same.
 * @throws RangeError if the apex is used but unknown, or on a wrong option; as {@link opticalFlow} besides.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { flow } from '@mer/representations';
 *
 * const clip = { frames: tf.zeros([9, 32, 32, 1]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(flow(clip, { from: 'apex', to: 'offset', channels: 'u-v-magnitude' }).shape); // [ 32, 32, 3 ]
 * ```
 *
 * Reference: the input of most flow-based networks; one constant scale keeps magnitudes comparable between clips.
 */
export const flow = /* @__PURE__ */ declareRepresentation({
  name: 'flow',
  title: 'Optical flow between two marked frames',
  paper: null,
  ours: 'one constant scale for all clips',
  traits: { needsApex: true, directed: true },
  options: flowOptions,
  compute(clip: Clip, { flow: choice, from, to, channels, unit, stableRegion }) {
    const task = 'compute the flow image';
    checkClip(clip, task);
    const [start, end] = [markIndex(clip, from, task), markIndex(clip, to, task)];
    return tf.tidy(() => {
      const moved = flowBetween(clip, start, end, choice, stableRegion);
      if (channels === 'u-v') return tf.div(moved, unit) as tf.Tensor3D;
      const third = channels === 'u-v-magnitude' ? flowMagnitude(moved) : opticalStrain(moved);
      return tf.div(concatChannels([moved, third]), unit) as tf.Tensor3D;
    });
  },
  stream: atMarks,
  outputShape: ([height, width], { channels }) => [height, width, channels === 'u-v' ? 2 : 3],
});
