import * as tf from '@tensorflow/tfjs-core';
import { type Clip, checkClip } from './clip.js';
import { phasesOf } from './dual-phase.js';
import { hueToRgb, safeDivide } from './flow/color.js';
import { flowBetween, stableRegionRule, subtractHeadMotion } from './flow/flow-image.js';
import { type FlowChoice, flowRule } from './flow/optical-flow.js';
import { components, flowMagnitude } from './flow/strain.js';
import { concatChannels } from './frames.js';
import type { Region } from './intensity.js';
import { numeric, type OptionRule, type OptionRules, oneOf, resolveOptions, show } from './options.js';
import { percentileOf } from './scaling.js';

/** Options of {@link combinedFlow}. */
export interface CombinedFlowOptions {
  /** The method; default `'tvl1'`. */
  flow?: FlowChoice;
  /** The share of the first phase in the combined magnitude, theta_1; theta_2 = 1 - theta_1. Default 0.5. */
  theta?: number;
  /** Each phase's magnitude is cut at this percentile before it is scaled; default 99.5, 100 for none. */
  percentile?: number;
  /** The direction: of the difference of both flows (default), or of the first phase's flow alone. */
  direction?: 'difference' | 'onset-apex';
  /** `'hsv'`: hue and value as RGB; `'vector'`: (M cos phi, M sin phi, M). Default `'hsv'` for COF, `'vector'` for MM-COF. */
  output?: 'hsv' | 'vector';
  /** For `'vector'`: `'unit'` maps the signed channels to 0..1 with 0.5 = none (default), `'signed'` leaves -1..1. */
  range?: 'unit' | 'signed';
  /** A region whose median motion is taken off each flow ({@link subtractHeadMotion}), or null (default). */
  stableRegion?: Region | null;
}

/** Options of {@link magnitudeModulatedFlow}. */
export interface MagnitudeModulatedFlowOptions extends CombinedFlowOptions {
  /** Where strong motion begins: mean + factor times deviation (default), Otsu's threshold, or a number in 0..1. */
  threshold?: 'mean-deviation' | 'otsu' | number;
  /** The factor of `'mean-deviation'`; default 0.5. */
  factor?: number;
  /** How much strong motion gains, a >= 0; default 0.5. */
  gain?: number;
  /** How much weak motion loses, b in 0..1; default 0.5. */
  loss?: number;
}

const thresholdRule: OptionRule<'mean-deviation' | 'otsu' | number> = {
  default: 'mean-deviation',
  expected: `one of ${['mean-deviation', 'otsu'].map(show).join(', ')} or a number in 0..1`,
  accepts: (value) =>
    value === 'mean-deviation' || value === 'otsu' || (typeof value === 'number' && value >= 0 && value <= 1),
};

/** The rules of {@link CombinedFlowOptions}. */
export const combinedFlowRules: OptionRules<CombinedFlowOptions> = Object.freeze({
  flow: flowRule('tvl1'),
  theta: numeric(0.5, { min: 0, max: 1 }),
  percentile: numeric(99.5, { above: 0, max: 100 }),
  direction: oneOf<'difference' | 'onset-apex'>(['difference', 'onset-apex'], 'difference'),
  output: oneOf<'hsv' | 'vector'>(['hsv', 'vector'], 'hsv'),
  range: oneOf<'unit' | 'signed'>(['unit', 'signed'], 'unit'),
  stableRegion: stableRegionRule,
});

/** The rules of {@link MagnitudeModulatedFlowOptions}. */
export const magnitudeModulatedFlowRules: OptionRules<MagnitudeModulatedFlowOptions> = Object.freeze({
  ...combinedFlowRules,
  output: oneOf<'hsv' | 'vector'>(['hsv', 'vector'], 'vector'),
  threshold: thresholdRule,
  factor: numeric(0.5),
  gain: numeric(0.5, { min: 0 }),
  loss: numeric(0.5, { min: 0, max: 1 }),
});

/** A magnitude cut at a percentile and stretched to 0..1; 0 where it is constant. */
function normalised(magnitude: tf.Tensor3D, percentile: number): tf.Tensor3D {
  return tf.tidy(() => {
    const low = tf.min(magnitude);
    const robust = percentileOf(magnitude, percentile);
    // as with images: a percentile that sees no motion at all gives way to the maximum
    const high = tf.where(tf.greater(robust, low), robust, tf.max(magnitude));
    const cut = tf.minimum(magnitude, high);
    return safeDivide(tf.sub(cut, low) as tf.Tensor3D, tf.sub(high, low));
  });
}

/** Otsu's threshold of values in 0..1, over 256 bins: the lower edge of the upper class. */
export function otsuThreshold(values: tf.Tensor): tf.Scalar {
  return tf.tidy(() => {
    const bins = 256;
    const flat = tf.reshape(values, [-1]);
    const bin = tf.minimum(tf.floor(tf.mul(flat, bins)), bins - 1);
    const counts = tf.bincount(tf.cast(bin, 'int32') as tf.Tensor1D, tf.tensor1d([]), bins) as tf.Tensor1D;
    const share = tf.div(counts, flat.size);
    const levels = tf.add(tf.range(0, bins), 0.5);
    const below = tf.cumsum(share, 0, true); // of all bins before this one
    const sum = tf.cumsum(tf.mul(share, levels), 0, true);
    const total = tf.sum(tf.mul(share, levels));
    // between-class variance (mu w0 - m0)^2 / (w0 (1 - w0))
    const spread = safeDivide(
      tf.square(tf.sub(tf.mul(total, below), sum)) as tf.Tensor1D,
      tf.mul(below, tf.sub(1, below)),
    );
    return tf.div(tf.cast(tf.argMax(spread), 'float32'), bins) as tf.Scalar;
  });
}

function combine(
  task: string,
  clip: Clip,
  o: Required<CombinedFlowOptions>,
  modulate: (magnitude: tf.Tensor3D) => tf.Tensor3D,
): tf.Tensor3D {
  checkClip(clip, task);
  const { replaced, onsetApex, apexOffset } = phasesOf(clip);
  return tf.tidy(() => {
    const [, height, width] = clip.frames.shape;
    const flowOf = ([from, to]: readonly [number, number]) => {
      const flow = flowBetween(clip, from, to, o.flow);
      return o.stableRegion ? subtractHeadMotion(flow, o.stableRegion) : flow;
    };
    // a phase of one frame has no motion
    const still = () => tf.zeros([height, width, 2]) as tf.Tensor3D;
    const rise = replaced === 'onset-apex' ? still() : flowOf(onsetApex);
    const fall = replaced === 'apex-offset' ? still() : flowOf(apexOffset);
    const magnitude = modulate(
      tf.add(
        tf.mul(normalised(flowMagnitude(rise), o.percentile), o.theta),
        tf.mul(normalised(flowMagnitude(fall), o.percentile), 1 - o.theta),
      ),
    );
    const [x, y] = components(o.direction === 'difference' ? tf.sub(rise, fall) : rise);
    if (o.output === 'hsv') return hueToRgb(tf.div(tf.atan2(y, x), 2 * Math.PI), magnitude);
    const length = tf.sqrt(tf.add(tf.square(x), tf.square(y)));
    const part = (component: tf.Tensor3D): tf.Tensor3D => {
      const signed = tf.mul(magnitude, safeDivide(component, length)) as tf.Tensor3D;
      return o.range === 'unit' ? tf.add(tf.mul(signed, 0.5), 0.5) : signed;
    };
    return concatChannels([part(x), part(y), magnitude]);
  });
}

/**
 * The combined optical flow of both phases (COF): how far each pixel moves in rise and fall together, and where to.
 *
 *     (u1, v1) = flow(onset, apex)     (u2, v2) = flow(apex, offset)     M_i = |(u_i, v_i)|, cut at a percentile, min-max to 0..1
 *     M = theta M_1 + (1 - theta) M_2          phi = atan2(v1 - v2, u1 - u2)
 *
 * The relaxation points back: the difference of both flows adds them up, their sum would cancel. A phase of one
 * frame counts as no motion. Where both flows are equal there is no direction: hue 0, vector (0, 0, M).
 *
 * @param clip with an apex.
 * @returns `[H, W, 3]`, 0..1 (-1..1 with `range: 'signed'`); without motion black, or (0.5, 0.5, 0) with `'vector'`.
 * @throws RangeError if the clip has no apex, all its frames are one, or on a wrong option; as {@link opticalFlow} besides.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { combinedFlow } from '@mer/representations';
 *
 * const clip = { frames: tf.zeros([9, 32, 32, 1]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(combinedFlow(clip, { flow: 'farneback' }).shape); // [ 32, 32, 3 ]
 * ```
 *
 * Reference: Khuong, Man, Nguyen, Le, Ngo, "COF", 2025, arXiv 2510.15471. Theirs, by the abstract: the flows of both phases are
 * computed and merged. Ours, as options: flow method, normalisation, weights, direction and drawing.
 */
export function combinedFlow(clip: Clip, options: CombinedFlowOptions = {}): tf.Tensor3D {
  const task = 'compute the combined optical flow';
  return combine(task, clip, resolveOptions(task, combinedFlowRules, options), (magnitude) => magnitude);
}

/**
 * The magnitude-modulated combined optical flow (MM-COF): {@link combinedFlow} with strong motion raised and weak motion lowered.
 *
 *     M_mm = min(1, M (1 + a)) where M >= tau,  M (1 - b) elsewhere          tau = mean(M) + factor deviation(M), or Otsu's
 *     channels (M_mm cos phi, M_mm sin phi, M_mm), or colours of hue phi and value M_mm
 *
 * @param clip with an apex; a phase of one frame counts as no motion.
 * @returns `[H, W, 3]`, 0..1 with 0.5 = no motion in the first two channels (-1..1 with `range: 'signed'`); without
 * motion (0.5, 0.5, 0), black with `'hsv'`.
 * @throws RangeError if the clip has no apex, all its frames are one, or on a wrong option; as {@link opticalFlow} besides.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { magnitudeModulatedFlow } from '@mer/representations';
 *
 * const clip = { frames: tf.zeros([9, 32, 32, 1]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(magnitudeModulatedFlow(clip).dataSync().slice(0, 3)); // Float32Array(3) [ 0.5, 0.5, 0 ]
 * ```
 *
 * Reference: "FMANet and MM-COF", 2025, arXiv 2510.07810. From its abstract and second-hand summaries: both phases' flows in
 * one descriptor, magnitudes min-max scaled and added with weights theta, a threshold that raises strong and lowers weak motion.
 * Ours, as options: the flow method, theta = 0.5, the percentile, the threshold, a = b = 0.5, the direction, the channels.
 */
export function magnitudeModulatedFlow(clip: Clip, options: MagnitudeModulatedFlowOptions = {}): tf.Tensor3D {
  const task = 'compute the magnitude-modulated combined optical flow';
  const o = resolveOptions(task, magnitudeModulatedFlowRules, options);
  return combine(task, clip, o, (magnitude) => {
    let tau: tf.Scalar;
    if (typeof o.threshold === 'number') tau = tf.scalar(o.threshold);
    else if (o.threshold === 'otsu') tau = otsuThreshold(magnitude);
    else {
      const { mean, variance } = tf.moments(magnitude);
      tau = tf.add(mean, tf.mul(tf.sqrt(variance), o.factor)) as tf.Scalar;
    }
    const strong = tf.cast(tf.greaterEqual(magnitude, tau), 'float32');
    const factor = tf.add(tf.mul(strong, 1 + o.gain), tf.mul(tf.sub(1, strong), 1 - o.loss));
    return tf.clipByValue(tf.mul(magnitude, factor), 0, 1) as tf.Tensor3D;
  });
}
