import { choice, either } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type { Clip } from '../clip.js';
import { frameAt } from '../frames.js';
import { type Region, regionOption } from '../region.js';
import { type FlowChoice, opticalFlow } from './optical-flow.js';
import { subtractHeadMotion } from './subtract-head-motion.js';

/** An option: a region whose median motion is taken off the flow, or none. */
// @__NO_SIDE_EFFECTS__
export function stableRegionOption() {
  return either(
    'A region whose median motion is taken off the flow (see subtractHeadMotion), or null.',
    [choice('None.', [null], {}), regionOption('The region.', {})],
    { default: null },
  );
}

/** The flow between two frames of a clip, `[H, W, 2]`, without the motion of a stable region; zero where both are the same frame. */
export function flowBetween(
  clip: Clip,
  from: number,
  to: number,
  flow: FlowChoice,
  stableRegion: Region | null = null,
): tf.Tensor3D {
  const [, height, width] = clip.frames.shape;
  if (from === to) return tf.zeros([height, width, 2]);
  return tf.tidy(() => {
    const field = opticalFlow(frameAt(clip.frames, from), frameAt(clip.frames, to), flow, { check: false });
    return stableRegion ? subtractHeadMotion(field, stableRegion) : field;
  });
}
