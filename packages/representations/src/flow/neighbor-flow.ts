import type { OptionsOf } from '@mer/options';
import type * as tf from '@tensorflow/tfjs-core';
import { type Clip, checkClip } from '../clip.js';
import { declareStep } from '../declare-step.js';
import { flowOption, flowSequence } from './optical-flow.js';

const neighborFlowOptions = { flow: flowOption('tvl1') };

/** Options of {@link neighborFlow}. */
export type NeighborFlowOptions = OptionsOf<typeof neighborFlowOptions>;

/**
 * The optical flow of each frame to the next, one frame fewer than there were.
 *
 *     frame t of the result = flow(frame t, frame t + 1), (u, v) in pixels
 *
 * @returns a clip `[T - 1, H, W, 2]` without landmarks; onset, apex and offset are the flows that lead there.
 * @throws RangeError for a clip of one frame, or on a wrong option; as {@link opticalFlow} besides.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { neighborFlow } from '@mer/representations';
 *
 * const frames = tf.randomUniform([4, 32, 32, 1], 0, 1, 'float32', 1) as tf.Tensor4D;
 * console.log(neighborFlow({ frames, onset: 0, apex: 2, offset: 3 }, { flow: 'farneback' }).frames.shape); // [ 3, 32, 32, 2 ]
 * ```
 *
 * Reference: what the flow network of MOL (2025, arXiv 2506.14511) learns, there by TV-L1.
 */
export const neighborFlow = /* @__PURE__ */ declareStep({
  name: 'neighbor-flow',
  title: 'The flow of each frame to the next',
  paper: 'MOL, 2025, arXiv 2506.14511',
  takes: 'clip',
  gives: 'clip',
  traits: { directed: true },
  options: neighborFlowOptions,
  compute(clip: Clip, { flow }): Clip {
    const task = 'compute the flow between neighboring frames';
    checkClip(clip, task);
    const leading = (frame: number) => Math.max(0, frame - 1);
    const { onset, apex, offset } = clip;
    return {
      frames: flowSequence(clip, { flow, span: 'all', check: false }) as tf.Tensor4D,
      onset: leading(onset),
      apex: apex === null ? null : leading(apex),
      offset: leading(offset),
    };
  },
  outputShape: ([height, width]) => [height, width, 2],
});
