import * as tf from '@tensorflow/tfjs-core';
import { gaussianBlur } from './blur.js';
import { type FrameSource, resolveSpan, type Span } from './clip.js';
import { toGrey } from './grey.js';
import { flag, numeric, type OptionRules, oneOf, resolveOptions, span as spanRule } from './options.js';
import { type RankVariant, rankVariants, rankWeights } from './rank-weights.js';
import { type Scaling, scaleMotion, scalings } from './scaling.js';
import { weightedSum } from './weighted-sum.js';

/** Options of {@link dynamicImage}. */
export interface DynamicImageOptions {
  /** The frame weights, see {@link rankWeights}; default `'bilen'`. */
  variant?: RankVariant;
  /** Which frames; default onset to offset of a clip, every frame of a bare tensor. */
  span?: Span;
  /** One grey channel instead of one per colour; default false. */
  grey?: boolean;
  /** Gaussian blur of the frames, sigma in pixels; default 0 (none). */
  blur?: number;
  /** How the signed sum becomes an image, see {@link scaleMotion}; default `'symmetric'`. */
  scaling?: Scaling;
  /** For `scaling: 'symmetric'`: the percentile of |D| that becomes full scale; default 99.5. */
  percentile?: number;
}

/** The rules of {@link DynamicImageOptions}, shared with the registry. */
export const dynamicImageRules: OptionRules<DynamicImageOptions> = Object.freeze({
  variant: oneOf<RankVariant>(rankVariants, 'bilen'),
  span: spanRule,
  grey: flag(false),
  blur: numeric(0, { min: 0, max: 50 }),
  scaling: oneOf<Scaling>(scalings, 'symmetric'),
  percentile: numeric(99.5, { above: 0, max: 100 }),
});

const task = 'compute the dynamic image';

/**
 * A clip as one image: the dynamic image by approximate rank pooling, a weighted sum of its frames.
 *
 *     D = sum_t alpha_t I_t          alpha = rankWeights(T, { variant })
 *
 * With weights of zero sum (`bilen`, `linear`) everything that stands still cancels, and D is a weighted sum of the
 * differences between neighbouring frames. A clip without motion gives the constant 0.5 with `symmetric` and `min-max`
 * scaling and 0 with `none` (not with `nonzero`, which gives T times the frame before scaling). NaN in a frame
 * makes that pixel NaN with `none` and the image undefined with a scaling.
 *
 * @param source a {@link Clip} (onset to offset are used unless `span` says otherwise) or frames `[T, H, W, C]`, 0..1.
 * @returns `[H, W, C]`, or `[H, W, 1]` with `grey`; 0..1 unless `scaling` is `'none'`, then in grey levels (0..1) times weight.
 * @throws TypeError if the frames are no float32 `[T, H, W, C]`.
 * @throws RangeError if onset, apex, offset or an option is out of range or the span holds fewer than 2 frames.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { dynamicImage } from '@mer/representations';
 *
 * const frames = tf.tensor4d([0, 0, 0, 1, 0, 2], [3, 1, 2, 1]);
 * console.log(dynamicImage(frames, { variant: 'linear', scaling: 'none' }).dataSync()); // Float32Array(2) [ 0, 4 ]
 * ```
 *
 * Reference: Bilen, Fernando, Gavves, Vedaldi, Gould, "Dynamic Image Networks for Action Recognition", CVPR 2016.
 * Theirs: the weights, one weight per frame for all channels, min-max display scaling. Ours: the symmetric scaling,
 * `grey`, `blur`, and an error instead of the unchanged frame where there is only one.
 */
export function dynamicImage(source: FrameSource, options: DynamicImageOptions = {}): tf.Tensor3D {
  const { variant, span, grey, blur, scaling, percentile } = resolveOptions(task, dynamicImageRules, options);
  const { frames, first, last } = resolveSpan(source, span, task);
  const count = last - first + 1;
  if (count < 2) {
    throw new RangeError(
      `Cannot ${task} as the span must hold at least 2 frames: current value is ${first}..${last} of ${frames.shape[0]} frames`,
    );
  }
  return tf.tidy(() => {
    const sum = weightedSum(frames, rankWeights(count, { variant }), first);
    // grey and blur are linear: applied to the sum they cost a T-th of what they cost on the frames
    return scaleMotion(gaussianBlur(grey ? toGrey(sum) : sum, blur), { scaling, percentile });
  });
}
