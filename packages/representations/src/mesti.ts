import { number, type OptionsOf, type Resolved } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { gaussianBlur } from './blur.js';
import { apexOf, type Clip, checkClip, type LongClip } from './clip.js';
import { declareRepresentation } from './declare-step.js';
import { concatChannels, sliceFrames } from './frames.js';
import { hostValues, isHostBackend } from './host.js';
import { percentileOf, scaleMotion } from './scale-motion.js';
import { toGray } from './to-gray.js';
import { weightedSum, weightedSums } from './weighted-sum.js';

const mestiOptions = {
  blur: number('Gaussian blur of the frames, sigma in pixels.', { min: 0, max: 50, default: 1 }),
  spread: number('Width of the weight around the apex as a share of the number of frames T: s = spread T.', {
    above: 0,
    default: 0.25,
  }),
  percentile: number('The percentile of the absolute value that becomes full scale, per channel.', {
    above: 0,
    max: 100,
    default: 99.5,
  }),
};

/** Options of {@link mesti}. */
export type MestiOptions = OptionsOf<typeof mestiOptions>;

/** The sum of the absolute differences of neighboring frames `[T, H, W, 1]`, `[H, W, 1]`, added to a sum of earlier ones. */
function totalChange(frames: tf.Tensor4D, earlier?: tf.Tensor3D): tf.Tensor3D {
  const [count, height, width] = frames.shape;
  if (isHostBackend()) {
    const values = hostValues(frames, 'add up changes');
    const size = height * width;
    const sum = earlier ? hostValues(earlier, 'add up changes').slice() : new Float32Array(size);
    for (let t = 1; t < count; t++) {
      const here = t * size;
      const before = here - size;
      for (let p = 0; p < size; p++) sum[p]! += Math.abs(values[here + p]! - values[before + p]!);
    }
    return tf.tensor3d(sum, [height, width, 1]);
  }
  return tf.tidy(() => {
    const after = tf.slice(frames, [1, 0, 0, 0], [count - 1, height, width, 1]);
    const before = tf.slice(frames, [0, 0, 0, 0], [count - 1, height, width, 1]);
    const sum = tf.sum(tf.abs(tf.sub(after, before)), 0) as tf.Tensor3D;
    return earlier ? tf.add(sum, earlier) : sum;
  });
}

const task = 'compute the MESTI image';

/** The sums of changes in rise and fall as weights of frames: change t is frame t less frame t - 1. */
function phaseWeights(clip: Clip | LongClip, { spread }: Pick<Resolved<typeof mestiOptions>, 'spread'>) {
  checkClip(clip, task);
  const apex = apexOf(clip, task);
  const { onset, offset } = clip;
  const count = offset - onset + 1;
  if (count < 2) {
    throw new RangeError(`Cannot ${task} as the clip must hold at least 2 frames: onset and offset are both ${onset}`);
  }
  const weight = (t: number) => Math.exp(-((t - apex) ** 2) / (2 * (spread * count) ** 2));
  const rise = new Float64Array(count);
  const fall = new Float64Array(count);
  for (let t = onset + 1; t <= offset; t++) {
    const [target, signed] = t <= apex ? [rise, weight(t)] : [fall, -weight(t)];
    target[t - onset]! += signed;
    target[t - onset - 1]! -= signed;
  }
  return { count, rise, fall };
}

/** The image of the sums of rise and fall and of the total change, each `[H, W, 1]`. */
function gathered(
  [rise, fall, total]: readonly [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D],
  { blur, percentile }: Resolved<typeof mestiOptions>,
): tf.Tensor3D {
  return tf.tidy(() => {
    const signed = (sum: tf.Tensor3D) => scaleMotion(gaussianBlur(sum, blur), { scaling: 'symmetric', percentile });
    const robust = percentileOf(total, percentile);
    const full = tf.where(tf.greater(robust, 0), robust, tf.max(total));
    const amount = tf.clipByValue(tf.div(total, tf.add(full, tf.cast(tf.equal(full, 0), 'float32'))), 0, 1);
    return concatChannels([signed(rise), signed(fall), amount as tf.Tensor3D]);
  });
}

/**
 * A motion image after MESTI: changes gathered around the apex, the fall turned round so that it adds to the rise.
 *
 *     d_t = G * (I_t - I_{t-1})          w_t = exp(-(t - apex)^2 / (2 s^2)),  s = spread T,  T frames from onset to offset
 *     R = sum_{t <= apex} w_t d_t        rise
 *     F = - sum_{t > apex} w_t d_t       fall, with the sign of the rise
 *     A = sum_t |d_t|                    how much happened at all
 *
 * R and F are scaled symmetrically (0.5 = no motion), A by its percentile to 0..1 (0 = no motion); gray frames.
 *
 * @param clip with an apex; onset to offset are used.
 * @returns `[H, W, 3]`, channels (R, F, A), 0..1.
 * @throws RangeError if the clip has no apex, fewer than 2 frames, or on a wrong option.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { mesti } from '@mer/representations';
 *
 * const clip = { frames: tf.zeros([9, 8, 8, 3]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(mesti(clip).dataSync().slice(0, 3)); // Float32Array(3) [ 0.5, 0.5, 0 ]
 * ```
 *
 * Reference: "MESTI and MEGANet", 2025, arXiv 2509.00056, whose abstract names a single image that keeps subtle motion; its
 * formula is not readable there. Everything above is this project's own definition: a MESTI-like image, not theirs.
 */
export const mesti = /* @__PURE__ */ declareRepresentation({
  name: 'mesti',
  title: 'Motion gathered around the apex (MESTI-like)',
  paper: 'after "MESTI and MEGANet", 2025, arXiv 2509.00056',
  ours: 'the definition: the formula of the paper is not readable',
  traits: { needsApex: true },
  options: mestiOptions,
  compute(clip: Clip, options) {
    const { count, rise, fall } = phaseWeights(clip, options);
    return tf.tidy(() => {
      const gray = toGray(sliceFrames(clip.frames, clip.onset, count));
      const total = totalChange(gaussianBlur(gray, options.blur));
      return gathered([weightedSum(gray, rise), weightedSum(gray, fall), total], options);
    });
  },
  async stream(clip: LongClip, options) {
    const { rise, fall } = phaseWeights(clip, options);
    let total: tf.Tensor3D | undefined;
    let last: tf.Tensor4D | undefined;
    let sums: tf.Tensor3D[] = [];
    // one pass: what has changed is added up as the frames come by
    const passing = (part: tf.Tensor4D) => {
      const gray = toGray(part);
      const before = [total, last];
      [total, last] = tf.tidy(() => {
        const smooth = gaussianBlur(gray, options.blur);
        const end = sliceFrames(smooth, part.shape[0] - 1, 1);
        return [last && totalChange(tf.concat([last, smooth]), total), end];
      });
      tf.dispose(before);
      return gray;
    };
    try {
      sums = await weightedSums(clip.frames, clip.onset, [rise, fall], passing);
      return gathered([sums[0]!, sums[1]!, total!], options);
    } finally {
      tf.dispose([sums, total, last]);
    }
  },
  outputShape: ([height, width]) => [height, width, 3],
});
