import { choice, type OptionsOf, type Resolved } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type { FrameSource, LongClip, Span } from './clip.js';
import { declareRepresentation } from './declare-step.js';
import { severalFrames, weightedImage, weightedImageOptions } from './dynamic-image.js';
import { frameIntensitiesOptions, intensityTensor, readIntensities } from './frame-intensities.js';
import { canReadNow, hostValues } from './host.js';
import { rankWeights } from './rank-weights.js';
import { grayShape } from './to-gray.js';
import { weightedSum, weightedSums } from './weighted-sum.js';

const midiOptions = {
  weights: choice(
    "Weight by rank, `'linear'` or `'arp'` (approximate rank pooling), or by the intensity itself, `'intensity'`.",
    ['linear', 'arp', 'intensity'],
    { default: 'linear' },
  ),
  order: choice(
    "Whether the strongest motion takes the last rank (`'ascending'`) or the first.",
    ['ascending', 'descending'],
    { default: 'ascending' },
  ),
  ...frameIntensitiesOptions,
  ...weightedImageOptions,
};

/** Options of {@link midi}. */
export type MidiOptions = OptionsOf<typeof midiOptions>;

const task = 'compute the motion-intensity dynamic image';

/** The rank (0-based) of each value; equal values in the order of time. */
export function ranksOf(values: ArrayLike<number>): number[] {
  const order = Array.from(values, (_, t) => t).sort((a, b) => values[a]! - values[b]! || a - b);
  const ranks = new Array<number>(order.length);
  order.forEach((t, rank) => {
    ranks[t] = rank;
  });
  return ranks;
}

type Weights = Pick<Resolved<typeof midiOptions>, 'weights' | 'order'>;

/** The weight of each rank. */
function weightsByRank(count: number, weights: Weights['weights']): Float64Array {
  return rankWeights(count, { variant: weights === 'arp' ? 'bilen' : 'linear' });
}

/** The weight of each frame by its intensity. */
function weightsOf(intensities: Float32Array, { weights, order }: Weights): number[] {
  const values = Array.from(intensities, (value) => (order === 'ascending' ? value : -value));
  if (weights === 'intensity') {
    const mean = values.reduce((total, value) => total + value, 0) / values.length;
    return values.map((value) => value - mean);
  }
  const byRank = weightsByRank(values.length, weights);
  return ranksOf(values).map((rank) => byRank[rank]!);
}

/** The frames that a span names, at least two, in gray or color. */
function colorFrames<S extends FrameSource | LongClip>(source: S, span: Span | undefined) {
  const found = severalFrames(source, span, task);
  const { shape } = found.frames;
  if (shape[3] !== 1 && shape[3] !== 3) {
    throw new TypeError(`Cannot ${task} as frames must have 1 or 3 channels: current shape is [${shape.join(', ')}]`);
  }
  return found;
}

/** {@link ranksOf} without reading values: how many are smaller, or equal and earlier. */
function rankTensor(values: tf.Tensor1D): tf.Tensor1D {
  return tf.tidy(() => {
    const count = values.size;
    const column = tf.reshape(values, [count, 1]);
    const row = tf.reshape(values, [1, count]);
    const time = tf.range(0, count);
    const earlier = tf.less(tf.reshape(time, [1, count]), tf.reshape(time, [count, 1]));
    const before = tf.logicalOr(tf.less(row, column), tf.logicalAnd(tf.equal(row, column), earlier));
    return tf.sum(tf.cast(before, 'int32'), 1) as tf.Tensor1D;
  });
}

/**
 * The motion-intensity dynamic image (MIDI): frames ordered by how much they move instead of by time.
 *
 *     pi = argsort(m) ascending, ties by time          m = frameIntensities(clip)
 *     linear, arp   MIDI = sum_k w_k I_{pi(k)}         w_k = 2k - T - 1, or rankWeights(T)
 *     intensity     MIDI = sum_t (m_t - mean m) I_t
 *
 * Neutral frames of both ends take the low ranks and those near the apex the high ones, so that rise and fall of an
 * expression add up instead of cancelling, and a reversed clip gives nearly the same image. All weights have zero sum:
 * a clip without motion gives the constant 0.5 (0 with `scaling: 'none'`).
 *
 * @param source a {@link Clip} (onset to offset are used unless `span` says otherwise) or frames `[T, H, W, C]`, 0..1.
 * @returns `[H, W, C]`, or `[H, W, 1]` with `gray`; 0..1 unless `scaling` is `'none'`.
 * @throws TypeError if the frames are no float32 `[T, H, W, C]` with 1 or 3 channels.
 * @throws RangeError if onset, apex, offset or an option is out of range or the span holds fewer than 2 frames.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { midi } from '@mer/representations';
 *
 * // a spot that brightens and fades
 * const course = tf.reshape(tf.tensor1d([0, 0.5, 1, 0.5, 0]), [5, 1, 1, 1]);
 * const spot = tf.pad(tf.ones([1, 2, 2, 1]), [[0, 0], [3, 3], [3, 3], [0, 0]]);
 * const frames = tf.mul(course, spot) as tf.Tensor4D;
 * const image = midi(frames, { scaling: 'none' });
 * console.log(image.arraySync()[3]?.[3]); // [ 5 ]
 * ```
 *
 * Reference: Man, Nguyen, Khuong, Le, Ngo, "AFN", 2025, arXiv 2510.09730. Theirs, by the abstract: frames are reordered by motion
 * intensity before they are pooled. Ours, as options: the measure of intensity, the direction of the order, the weights
 * (linear by default, as rank-pooling weights peak in the middle and would not favor the strongest frames).
 */
export const midi = /* @__PURE__ */ declareRepresentation({
  name: 'midi',
  title: 'Motion-intensity dynamic image',
  paper: 'Man, Nguyen, Khuong, Le, Ngo, "AFN", 2025, arXiv 2510.09730',
  ours: 'the measure of intensity, the direction of the order, the weights',
  options: midiOptions,
  compute(source: FrameSource, { weights, order, gray, blur, scaling, percentile, span, ...plan }) {
    const { frames, first, count } = colorFrames(source, span);
    return tf.tidy(() => {
      const intensity = intensityTensor(frames, first, count, plan);
      let chosen: number[] | tf.Tensor1D;
      if (canReadNow()) chosen = weightsOf(hostValues(intensity, task), { weights, order });
      else {
        const signed = order === 'ascending' ? intensity : (tf.neg(intensity) as tf.Tensor1D);
        chosen = (
          weights === 'intensity'
            ? tf.sub(signed, tf.mean(signed))
            : tf.gather(tf.tensor1d(Float32Array.from(weightsByRank(count, weights))), rankTensor(signed))
        ) as tf.Tensor1D;
      }
      return weightedImage(weightedSum(frames, chosen, first), { gray, blur, scaling, percentile });
    });
  },
  // two passes: the frames are ranked before they are added
  async stream(clip: LongClip, { weights, order, gray, blur, scaling, percentile, span, ...plan }) {
    const { frames, first, count } = colorFrames(clip, span);
    const [intensities] = await readIntensities(frames, first, count, [plan]);
    const chosen = weightsOf(intensities!, { weights, order });
    const [sum] = await weightedSums(frames, first, [chosen]);
    try {
      return weightedImage(sum!, { gray, blur, scaling, percentile });
    } finally {
      sum!.dispose();
    }
  },
  outputShape: grayShape,
});
