import { checkValue, choice, integer, type OptionsOf, type Resolved } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { type Clip, checkClip, type LongClip } from '../clip.js';
import { declareStep } from '../declare-step.js';
import { weightedSum, weightedSums } from '../weighted-sum.js';

const interpolateOptions = {
  frames: integer('The new number of frames.', { min: 2, default: 10 }),
  method: choice(
    "`'linear'` between neighboring frames, or `'tim'`: the temporal interpolation model of Zhou et al.",
    ['linear', 'tim'],
    { default: 'linear' },
  ),
};

/** Options of {@link interpolate}. */
export type InterpolateOptions = OptionsOf<typeof interpolateOptions>;

const frameCount = integer('Number of frames.', { min: 1 });

/**
 * The weights of the old frames in each new one, by the temporal interpolation model.
 *
 *     f_k(t) = sin(pi k t + pi (n - k) / (2 n)),  t in [1/n, 1]          w_i(t) = 1/n + (2/n) sum_{k=1}^{n-1} f_k(i/n) f_k(t)
 *
 * The f_k are the eigenvectors of the path graph of n frames, continued between the frames. The model maps the curve they
 * draw back to images linearly; as the eigenvectors are orthogonal, that map has this closed form, and an old frame is met exactly.
 *
 * @param from n, the number of old frames, at least 1.
 * @param to the number of new frames, at least 1, evenly from the first old frame to the last.
 * @returns `to` rows of `from` weights that sum to 1.
 * @throws TypeError, RangeError if a count is no positive integer.
 *
 * Reference: Zhou, Zhao, Pietikäinen, "Towards a Practical Lipreading System", CVPR 2011. The closed form is this project's rearrangement of it
 * (there: a singular value decomposition of the frames).
 */
export function timWeights(from: number, to: number): number[][] {
  checkValue('compute interpolation weights', 'from', frameCount, from);
  checkValue('compute interpolation weights', 'to', frameCount, to);
  const n = from;
  const f = (k: number, t: number) => Math.sin(Math.PI * k * t + (Math.PI * (n - k)) / (2 * n));
  return Array.from({ length: to }, (_, j) => {
    const t = 1 / n + (1 - 1 / n) * (to === 1 ? 0 : j / (to - 1));
    return Array.from({ length: n }, (_, index) => {
      let sum = 0;
      for (let k = 1; k < n; k++) sum += f(k, (index + 1) / n) * f(k, t);
      return 1 / n + (2 / n) * sum;
    });
  });
}

/** Which frames are added with what weights, for each new frame, and the marks of the new clip. */
function planned(clip: Clip | LongClip, { frames: count, method }: Resolved<typeof interpolateOptions>) {
  const task = 'interpolate a clip';
  checkClip(clip, task);
  const { onset, apex, offset, landmarks } = clip;
  const length = offset - onset + 1;
  if (length < 2) {
    throw new RangeError(`Cannot ${task} as it must hold at least 2 frames: onset and offset are both ${onset}`);
  }
  const place = (index: number) => ((index - onset) / (length - 1)) * (count - 1);
  const rows: { weights: number[]; first: number }[] =
    method === 'tim'
      ? timWeights(length, count).map((weights) => ({ weights, first: onset }))
      : Array.from({ length: count }, (_, j) => {
          const at = onset + (j * (length - 1)) / (count - 1);
          const first = Math.min(offset - 1, Math.floor(at));
          return { weights: [1 - (at - first), at - first], first };
        });
  const marks: Omit<Clip, 'frames'> = {
    onset: 0,
    apex: apex === null ? null : Math.round(place(apex)),
    offset: count - 1,
    ...(landmarks && {
      landmarks: landmarks
        .filter(({ frame }) => frame === onset || frame === offset)
        .map(({ frame, points }) => ({ frame: frame === onset ? 0 : count - 1, points })),
    }),
  };
  return { rows, marks };
}

/**
 * A clip whose movement, onset to offset, takes a given number of frames.
 *
 *     linear   I(s) = (1 - p) I_floor(s) + p I_(floor(s) + 1),  s = onset + j (offset - onset) / (N - 1)
 *     tim      I_j = sum_i w_i(t_j) I_i,  w_i(t) = 1 / T + (2 / T) sum_{k = 1 .. T - 1} f_k(i / T) f_k(t),
 *              f_k(t) = sin(pi k t + pi (T - k) / (2 T)),  t_j = 1 / T + (1 - 1 / T) j / (N - 1)
 *
 * @param clip frames before onset and after offset are left out.
 * @returns a new clip of N frames: onset 0, offset N - 1, the apex at the nearest place; landmarks of the first and last frame stay.
 * @throws RangeError if onset and offset are one frame or an option is wrong.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { interpolate } from '@mer/representations';
 *
 * const frames = tf.tensor4d([0, 0.5, 1], [3, 1, 1, 1]);
 * const longer = interpolate({ frames, onset: 0, apex: 1, offset: 2 }, { frames: 5 });
 * console.log(longer.frames.dataSync(), longer.apex); // Float32Array(5) [ 0, 0.25, 0.5, 0.75, 1 ] 2
 * ```
 *
 * Reference: TIM: Zhou, Zhao, Pietikäinen, "Towards a Practical Lipreading System", CVPR 2011. The closed form of its weights is this project's
 * rearrangement (there: a singular value decomposition of the frames).
 */
export const interpolate = /* @__PURE__ */ declareStep({
  name: 'interpolate',
  title: 'Another number of frames',
  paper: 'linear, or TIM: Zhou, Zhao, Pietikäinen, CVPR 2011',
  takes: 'clip',
  gives: 'clip',
  traits: { keepsRange: true },
  options: interpolateOptions,
  compute(clip: Clip, options): Clip {
    const { rows, marks } = planned(clip, options);
    const images = () => rows.map(({ weights, first }) => weightedSum(clip.frames, weights, first));
    return { frames: tf.tidy(() => tf.stack(images()) as tf.Tensor4D), ...marks };
  },
  async stream(clip: LongClip, options): Promise<Clip> {
    const { rows, marks } = planned(clip, options);
    const { frames } = clip;
    const images: tf.Tensor3D[] = [];
    try {
      // one pass for all rows that begin at one frame
      for (let at = 0, to = 0; at < rows.length; at = to) {
        const { first } = rows[at]!;
        while (to < rows.length && rows[to]!.first === first) to++;
        const weights = rows.slice(at, to).map((row) => row.weights);
        images.push(...(await weightedSums(frames, first, weights)));
      }
      return { frames: tf.stack(images) as tf.Tensor4D, ...marks };
    } finally {
      tf.dispose(images);
    }
  },
  outputShape: (frame) => frame,
});
