import { choice, either, number, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { atMarks } from './at-marks.js';
import type { Clip } from './clip.js';
import { cofOptions, combineFlows } from './cof.js';
import { declareRepresentation } from './declare-step.js';
import { safeDivide } from './flow/flow-to-color.js';

const mmCofOptions = {
  ...cofOptions,
  output: choice("`'hsv'`: hue and value as RGB; `'vector'`: (M cos phi, M sin phi, M).", ['hsv', 'vector'], {
    default: 'vector',
  }),
  threshold: either(
    "Where strong motion begins: mean + factor times the standard deviation, Otsu's threshold, or a number.",
    [choice('By the image.', ['mean-std', 'otsu'], {}), number('A magnitude.', { min: 0, max: 1 })],
    { default: 'mean-std' },
  ),
  factor: number("The factor of `'mean-std'`.", { default: 0.5 }),
  gain: number('How much strong motion gains, a.', { min: 0, default: 0.5 }),
  loss: number('How much weak motion loses, b.', { min: 0, max: 1, default: 0.5 }),
};

/** Options of {@link mmCof}. */
export type MmCofOptions = OptionsOf<typeof mmCofOptions>;

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

/**
 * The magnitude-modulated combined optical flow (MM-COF): {@link cof} with strong motion raised and weak motion lowered.
 *
 *     M_mm = min(1, M (1 + a)) where M >= tau,  M (1 - b) elsewhere          tau = mean(M) + factor std(M), or Otsu's
 *     channels (M_mm cos phi, M_mm sin phi, M_mm), or colors of hue phi and value M_mm
 *
 * @param clip with an apex; a phase of one frame counts as no motion.
 * @returns `[H, W, 3]`, 0..1 with 0.5 = no motion in the first two channels (-1..1 with `range: 'signed'`); without
 * motion (0.5, 0.5, 0), black with `'hsv'`.
 * @throws RangeError if the clip has no apex, all its frames are one, or on a wrong option; as {@link opticalFlow} besides.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { mmCof } from '@mer/representations';
 *
 * const clip = { frames: tf.zeros([9, 32, 32, 1]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(mmCof(clip).dataSync().slice(0, 3)); // Float32Array(3) [ 0.5, 0.5, 0 ]
 * ```
 *
 * Reference: "FMANet and MM-COF", 2025, arXiv 2510.07810. From its abstract and second-hand summaries: both phases' flows in
 * one descriptor, magnitudes min-max scaled and added with weights theta, a threshold that raises strong and lowers weak motion.
 * Ours, as options: the flow method, theta = 0.5, the percentile, the threshold, a = b = 0.5, the direction, the channels.
 */
export const mmCof = /* @__PURE__ */ declareRepresentation({
  name: 'mm-cof',
  title: 'Magnitude-modulated combined optical flow',
  paper: '"FMANet and MM-COF", 2025, arXiv 2510.07810',
  ours: 'the flow method, theta, the percentile, the threshold, gain and loss, the direction, the channels',
  traits: { needsApex: true, directed: true },
  options: mmCofOptions,
  compute(clip: Clip, { threshold, factor: times, gain, loss, ...options }) {
    return combineFlows('compute the magnitude-modulated combined optical flow', clip, options, (magnitude) => {
      let tau: tf.Scalar;
      if (typeof threshold === 'number') tau = tf.scalar(threshold);
      else if (threshold === 'otsu') tau = otsuThreshold(magnitude);
      else {
        const { mean, variance } = tf.moments(magnitude);
        tau = tf.add(mean, tf.mul(tf.sqrt(variance), times)) as tf.Scalar;
      }
      const strong = tf.cast(tf.greaterEqual(magnitude, tau), 'float32');
      const factor = tf.add(tf.mul(strong, 1 + gain), tf.mul(tf.sub(1, strong), 1 - loss));
      return tf.clipByValue(tf.mul(magnitude, factor), 0, 1) as tf.Tensor3D;
    });
  },
  stream: atMarks,
  outputShape: ([height, width]) => [height, width, 3],
});
