import { choice, integer, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { type FrameSource, spanOption } from './clip.js';
import { declareRepresentation } from './declare-step.js';
import { severalFrames, weightedImage, weightedImageOptions } from './dynamic-image.js';
import { hostValues, isHostBackend } from './host.js';
import { type Reading, readLater, readNow } from './reading.js';
import { grayShape } from './to-gray.js';
import { weightedSum } from './weighted-sum.js';

const rankPoolingOptions = {
  c: number("Penalty C of a pair in the wrong order. Bilen's lambda is 2 / (C T (T - 1)).", { above: 0, default: 1 }),
  features: choice(
    'What is ranked: the running mean of the frames or the frames themselves.',
    ['time-average', 'frames'],
    {
      default: 'time-average',
    },
  ),
  tolerance: number('Largest violation of the optimality conditions that counts as solved.', {
    above: 0,
    default: 1e-4,
  }),
  maxPasses: integer('Passes over all pairs at most.', { min: 1, default: 10_000 }),
  span: spanOption(),
  ...weightedImageOptions,
};

/** Options of {@link rankPooling}. */
export type RankPoolingOptions = OptionsOf<typeof rankPoolingOptions>;

/**
 * RankSVM by dual coordinate descent on a Gram matrix: the coefficients c of w = sum_t c_t V_t.
 *
 * @param gram `<V_s, V_t>`, row-major, T x T.
 */
export function rankSvm(
  gram: Float64Array,
  count: number,
  { c, tolerance, maxPasses }: { c: number; tolerance: number; maxPasses: number },
): Float64Array {
  const later: number[] = [];
  const earlier: number[] = [];
  for (let q = 1; q < count; q++) {
    for (let t = 0; t < q; t++) {
      later.push(q);
      earlier.push(t);
    }
  }
  const pairs = later.length;
  const alpha = new Float64Array(pairs);
  const coefficients = new Float64Array(count);
  const scores = new Float64Array(count);
  const order = Array.from({ length: pairs }, (_, p) => p);
  let seed = 1;
  for (let pass = 0; pass < maxPasses; pass++) {
    let violation = 0;
    // another order each time, the same in every run
    for (let p = pairs - 1; p > 0; p--) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      const other = Math.floor((seed / 2 ** 32) * (p + 1));
      [order[p], order[other]] = [order[other]!, order[p]!];
    }
    for (const p of order) {
      const q = later[p]!;
      const t = earlier[p]!;
      const curvature = gram[q * count + q]! + gram[t * count + t]! - 2 * gram[q * count + t]!;
      if (!(curvature > 0)) continue;
      const slope = scores[q]! - scores[t]! - 1;
      const before = alpha[p]!;
      const wrong = before === 0 ? Math.min(slope, 0) : before === c ? Math.max(slope, 0) : slope;
      violation = Math.max(violation, Math.abs(wrong));
      if (wrong === 0) continue;
      const after = Math.min(c, Math.max(0, before - slope / curvature));
      const step = after - before;
      if (step === 0) continue;
      alpha[p] = after;
      coefficients[q]! += step;
      coefficients[t]! -= step;
      for (let s = 0; s < count; s++) scores[s]! += step * (gram[s * count + q]! - gram[s * count + t]!);
    }
    if (violation <= tolerance) break;
  }
  return coefficients;
}

/** `<I_s - I_1, I_t - I_1>` of the frames, T x T, in float64. */
function* gramOfChanges(frames: tf.Tensor4D, first: number, count: number): Reading<Float64Array> {
  const size = frames.size / frames.shape[0];
  const gram = new Float64Array(count * count);
  if (!isHostBackend()) {
    const product = tf.tidy(() => {
      const flat = tf.reshape(tf.slice(frames, [first, 0, 0, 0], [count, -1, -1, -1]), [count, size]);
      const change = tf.sub(flat, tf.slice(flat, [0, 0], [1, size])) as tf.Tensor2D;
      return tf.matMul(change, change, false, true);
    });
    gram.set(yield product);
    return gram;
  }
  const values = hostValues(frames, task);
  // by blocks that stay in the cache
  const block = 2048;
  const change = new Float32Array(count * block);
  for (let from = 0; from < size; from += block) {
    const length = Math.min(block, size - from);
    for (let t = 0; t < count; t++) {
      const at = (first + t) * size + from;
      for (let i = 0; i < length; i++) change[t * block + i] = values[at + i]! - values[first * size + from + i]!;
    }
    for (let s = 1; s < count; s++) {
      for (let t = 1; t <= s; t++) {
        let sum = 0;
        for (let i = 0; i < length; i++) sum += change[s * block + i]! * change[t * block + i]!;
        gram[s * count + t]! += sum;
      }
    }
  }
  for (let s = 0; s < count; s++) for (let t = s + 1; t < count; t++) gram[s * count + t] = gram[t * count + s]!;
  return gram;
}

const task = 'compute exact rank pooling';

/**
 * Exact rank pooling: the weight vector of a RankSVM that puts the frames in the order of time, as an image.
 *
 *     min over w of   1/2 |w|^2 + C sum_{q > t} max(0, 1 - <w, V_q> + <w, V_t>)          V_t = (I_1 + .. + I_t) / t
 *
 * Solved in the dual, on the T x T matrix of products of frames, in float64. The solution is a sum of frames of zero
 * total weight, w = sum_t beta_t I_t: a clip without motion gives "no motion" as in {@link dynamicImage}, which is the first
 * gradient step of this problem (and its solution, up to scale, for small C). Slow next to it: meant as reference.
 *
 * @param source a {@link Clip} (onset to offset are used unless `span` says otherwise) or frames `[T, H, W, C]`, 0..1.
 * @returns `[H, W, C]`, or `[H, W, 1]` with `gray`; 0..1 unless `scaling` is `'none'`.
 * @throws as {@link dynamicImage}; Error on a backend that cannot read values at once (webgpu): await `rankPooling(options).applyAsync(source)` there.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { rankPooling } from '@mer/representations';
 *
 * const frames = tf.tensor4d([0, 0, 0, 0.5, 0, 1], [3, 1, 2, 1]); // the second pixel grows
 * const image = rankPooling(frames, { features: 'frames', scaling: 'none' });
 * console.log(Array.from(image.dataSync(), (value) => Number(value.toFixed(2)))); // [ 0, 1 ]
 * ```
 *
 * Reference: Fernando, Gavves, Oramas, Ghodrati, Tuytelaars, "Modeling Video Evolution for Action Recognition", CVPR 2015;
 * the RankSVM form as in Bilen et al., CVPR 2016. Solver: Hsieh et al., "A Dual Coordinate Descent Method for Large-scale
 * Linear SVM", ICML 2008. Fernando's code uses support vector regression and non-linear features instead.
 */
export const rankPooling = /* @__PURE__ */ declareRepresentation({
  name: 'rank-pooling',
  title: 'Exact rank pooling (RankSVM)',
  paper: 'Fernando, Gavves, Oramas, Ghodrati, Tuytelaars, CVPR 2015; Bilen et al., CVPR 2016',
  ours: 'the frames themselves as features, where the authors map them non-linearly',
  options: rankPoolingOptions,
  compute: (source: FrameSource, options) => readNow(pooling(source, options), task),
  computeAsync: (source, options) => readLater(pooling(source, options)),
  outputShape: grayShape,
});

function* pooling(
  source: FrameSource,
  { c, features, tolerance, maxPasses, span, ...image }: Resolved<typeof rankPoolingOptions>,
): Reading<tf.Tensor3D> {
  const { frames, first, count } = severalFrames(source, span, task);
  const gram = yield* gramOfChanges(frames, first, count);
  if (features === 'time-average') averageOverTime(gram, count);
  const weights = rankSvm(gram, count, { c, tolerance, maxPasses });
  if (features === 'time-average') {
    // beta_t = sum_{s >= t} c_s / s
    let tail = 0;
    for (let t = count; t >= 1; t--) {
      tail += weights[t - 1]! / t;
      weights[t - 1] = tail;
    }
  }
  return tf.tidy(() => weightedImage(weightedSum(frames, weights, first), image));
}

/** The products of running means from the products of frames, in place. */
function averageOverTime(gram: Float64Array, count: number): void {
  for (let s = 0; s < count; s++) {
    let sum = 0;
    for (let t = 0; t < count; t++) {
      sum += gram[s * count + t]!;
      gram[s * count + t] = sum / (t + 1);
    }
  }
  for (let t = 0; t < count; t++) {
    let sum = 0;
    for (let s = 0; s < count; s++) {
      sum += gram[s * count + t]!;
      gram[s * count + t] = sum / (s + 1);
    }
  }
}
