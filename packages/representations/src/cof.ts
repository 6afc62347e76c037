import { choice, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { atMarks } from './at-marks.js';
import { type Clip, checkClip } from './clip.js';
import { declareRepresentation } from './declare-step.js';
import { phasesOf } from './dual-phase.js';
import { flowBetween, stableRegionOption } from './flow/flow-between.js';
import { hueToRgb, safeDivide } from './flow/flow-to-color.js';
import { flowOption } from './flow/optical-flow.js';
import { components, flowMagnitude } from './flow/strain.js';
import { concatChannels } from './frames.js';
import { percentileOf } from './scale-motion.js';

/** The options of {@link cof}. */
export const cofOptions = {
  flow: flowOption('tvl1'),
  theta: number('The share of the first phase in the combined magnitude, theta_1; theta_2 = 1 - theta_1.', {
    min: 0,
    max: 1,
    default: 0.5,
  }),
  percentile: number("Each phase's magnitude is cut at this percentile before it is scaled; 100 for none.", {
    above: 0,
    max: 100,
    default: 99.5,
  }),
  direction: choice(
    "The direction: of the difference of both flows, or of the first phase's flow alone.",
    ['difference', 'onset-apex'],
    {
      default: 'difference',
    },
  ),
  output: choice("`'hsv'`: hue and value as RGB; `'vector'`: (M cos phi, M sin phi, M).", ['hsv', 'vector'], {
    default: 'hsv',
  }),
  range: choice(
    "For output `'vector'`: `'unit'` maps the signed channels to 0..1 with 0.5 = none, `'signed'` leaves -1..1.",
    ['unit', 'signed'],
    { default: 'unit' },
  ),
  stableRegion: stableRegionOption(),
};

/** Options of {@link cof}. */
export type CofOptions = OptionsOf<typeof cofOptions>;

/** A magnitude cut at a percentile and stretched to 0..1; 0 where it is constant. */
function normalized(magnitude: tf.Tensor3D, percentile: number): tf.Tensor3D {
  return tf.tidy(() => {
    const low = tf.min(magnitude);
    const robust = percentileOf(magnitude, percentile);
    // as with images: a percentile that sees no motion at all gives way to the maximum
    const high = tf.where(tf.greater(robust, low), robust, tf.max(magnitude));
    const cut = tf.minimum(magnitude, high);
    return safeDivide(tf.sub(cut, low) as tf.Tensor3D, tf.sub(high, low));
  });
}

/** The combined flow of both phases, its magnitude changed by `modulate`. */
export function combineFlows(
  task: string,
  clip: Clip,
  o: Resolved<typeof cofOptions>,
  modulate: (magnitude: tf.Tensor3D) => tf.Tensor3D,
): tf.Tensor3D {
  checkClip(clip, task);
  const { replaced, onsetApex, apexOffset } = phasesOf(clip);
  return tf.tidy(() => {
    const [, height, width] = clip.frames.shape;
    const flowOf = ([from, to]: readonly [number, number]) => flowBetween(clip, from, to, o.flow, o.stableRegion);
    // a phase of one frame has no motion
    const still = () => tf.zeros([height, width, 2]) as tf.Tensor3D;
    const rise = replaced === 'onset-apex' ? still() : flowOf(onsetApex);
    const fall = replaced === 'apex-offset' ? still() : flowOf(apexOffset);
    const magnitude = modulate(
      tf.add(
        tf.mul(normalized(flowMagnitude(rise), o.percentile), o.theta),
        tf.mul(normalized(flowMagnitude(fall), o.percentile), 1 - o.theta),
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
 * import { cof } from '@mer/representations';
 *
 * const clip = { frames: tf.zeros([9, 32, 32, 1]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(cof(clip, { flow: 'farneback' }).shape); // [ 32, 32, 3 ]
 * ```
 *
 * Reference: Khuong, Man, Nguyen, Le, Ngo, "COF", 2025, arXiv 2510.15471. Theirs, by the abstract: the flows of both phases are
 * computed and merged. Ours, as options: flow method, normalization, weights, direction and drawing.
 */
export const cof = /* @__PURE__ */ declareRepresentation({
  name: 'cof',
  title: 'Combined optical flow of both phases',
  paper: 'Khuong, Man, Nguyen, Le, Ngo, "COF", 2025, arXiv 2510.15471',
  ours: 'flow method, normalization, weights, direction and drawing',
  traits: { needsApex: true, directed: true },
  options: cofOptions,
  compute: (clip: Clip, options) =>
    combineFlows('compute the combined optical flow', clip, options, (magnitude) => magnitude),
  stream: atMarks,
  outputShape: ([height, width]) => [height, width, 3],
});
