import { checkOptions, checkValue, choice, integer, type OptionsOf } from '@mer/options';

/** The options of {@link rankWeights}. */
export const rankWeightsOptions = {
  variant: choice(
    "How frames are weighted: `'bilen'` (approximate rank pooling, zero sum), `'nonzero'` (the same without its \"-1\", as some ports have it; sums to T) or `'linear'` (no averaging over time; zero sum, monotone).",
    ['bilen', 'nonzero', 'linear'],
    { default: 'bilen' },
  ),
};

/** Options of {@link rankWeights}. */
export type RankWeightsOptions = OptionsOf<typeof rankWeightsOptions>;

const frameCount = integer('Number of frames.', { min: 1 });

const task = 'compute rank weights';

/**
 * The weight of each of T frames in a dynamic image, in closed form.
 *
 * With the harmonic numbers H_n = sum_{i<=n} 1/i and t = 1..T:
 *
 *     bilen     alpha_t = 2 (T - t + 1) - (T + 1) (H_T - H_{t-1})     = sum_{i=t..T} (2i - T - 1) / i,   sum 0
 *     nonzero   alpha_t = 2 (T - t + 1) -  T      (H_T - H_{t-1})     = sum_{i=t..T} (2i - T) / i,       sum T
 *     linear    alpha_t = 2 t - T - 1                                                                    sum 0
 *
 * `bilen` is not monotone: the first frame weighs most (negative), the maximum lies near the middle, the last frame
 * weighs nearly 1. `nonzero` keeps T times the mean face in the picture. One frame alone weighs 1 in each variant.
 *
 * @param count T, the number of frames, an integer >= 1.
 * @returns T weights in float64, in the order of time.
 * @throws TypeError, RangeError if `count` is no positive integer or `variant` is unknown.
 *
 * @example
 * ```ts
 * import { rankWeights } from '@mer/representations';
 *
 * console.log(rankWeights(4, { variant: 'linear' })); // Float64Array(4) [ -3, -1, 1, 3 ]
 * console.log(rankWeights(3)[0]?.toFixed(3)); // -1.333
 * ```
 *
 * Reference: Bilen, Fernando, Gavves, Vedaldi, Gould, "Dynamic Image Networks for Action Recognition", CVPR 2016, and
 * its authors' MATLAB layer (`bilen`, including the 1 for a single frame). `nonzero` is the coefficient of a widely
 * copied Python port and of LEARNet's code. The closed form is this project's rearrangement of the sums.
 */
export function rankWeights(count: number, options: RankWeightsOptions = {}): Float64Array {
  checkValue(task, 'count', frameCount, count);
  const { variant } = checkOptions(task, rankWeightsOptions, options);
  const weights = new Float64Array(count);
  if (count === 1) return weights.fill(1);
  if (variant === 'linear') return weights.map((_, index) => 2 * (index + 1) - count - 1);
  const factor = variant === 'bilen' ? count + 1 : count;
  let tail = 0; // H_T - H_{t-1}, gathered from the smallest term up
  for (let t = count; t >= 1; t--) {
    tail += 1 / t;
    weights[t - 1] = 2 * (count - t + 1) - factor * tail;
  }
  return weights;
}
