import { flag, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { gaussianBlur } from './blur.js';
import { type FrameSource, type LongClip, resolveSpan, type Span, spanOption } from './clip.js';
import { declareRepresentation } from './declare-step.js';
import { rankWeights, rankWeightsOptions } from './rank-weights.js';
import { scaleMotion, scaleMotionOptions } from './scale-motion.js';
import { grayShape, toGray } from './to-gray.js';
import { weightedSum, weightedSums } from './weighted-sum.js';

/** The options that all weighted sums of frames share. */
export const weightedImageOptions = {
  gray: flag('One gray channel instead of one per color.', { default: false }),
  blur: number('Gaussian blur of the frames, sigma in pixels; 0 is none.', { min: 0, max: 50, default: 0 }),
  ...scaleMotionOptions,
};

/** The options of {@link dynamicImage}. */
export const dynamicImageOptions = { ...rankWeightsOptions, span: spanOption(), ...weightedImageOptions };

/** Options of {@link dynamicImage}. */
export type DynamicImageOptions = OptionsOf<typeof dynamicImageOptions>;

const task = 'compute the dynamic image';

/** The frames that a span names, at least two; `task` begins the message. */
export function severalFrames<S extends FrameSource | LongClip>(source: S, span: Span | undefined, task: string) {
  const { frames, first, last } = resolveSpan(source, span, task);
  const count = last - first + 1;
  if (count < 2) {
    throw new RangeError(
      `Cannot ${task} as the span must hold at least 2 frames: current value is ${first}..${last} of ${frames.shape[0]} frames`,
    );
  }
  return { frames, first, count };
}

/** The image of a weighted sum of frames, with every option given. */
export function weightedImage(
  sum: tf.Tensor3D,
  { gray, blur, scaling, percentile }: Resolved<typeof weightedImageOptions>,
): tf.Tensor3D {
  // gray and blur are linear: applied to the sum they cost a T-th of what they cost on the frames
  return tf.tidy(() => scaleMotion(gaussianBlur(gray ? toGray(sum) : sum, blur), { scaling, percentile }));
}

/** The dynamic image of frames, with every option given. */
export function computeDynamicImage(
  source: FrameSource,
  { variant, span, ...image }: Resolved<typeof dynamicImageOptions>,
): tf.Tensor3D {
  const { frames, first, count } = severalFrames(source, span, task);
  return tf.tidy(() => weightedImage(weightedSum(frames, rankWeights(count, { variant }), first), image));
}

/** {@link computeDynamicImage} of a long clip, in one pass. */
export async function streamDynamicImage(
  clip: LongClip,
  { variant, span, ...image }: Resolved<typeof dynamicImageOptions>,
): Promise<tf.Tensor3D> {
  const { frames, first, count } = severalFrames(clip, span, task);
  const [sum] = await weightedSums(frames, first, [rankWeights(count, { variant })]);
  try {
    return weightedImage(sum!, image);
  } finally {
    sum!.dispose();
  }
}

/**
 * A clip as one image: the dynamic image by approximate rank pooling, a weighted sum of its frames.
 *
 *     D = sum_t alpha_t I_t          alpha = rankWeights(T, { variant })
 *
 * With weights of zero sum (`bilen`, `linear`) everything that stands still cancels, and D is a weighted sum of the
 * differences between neighboring frames. A clip without motion gives the constant 0.5 with `symmetric` and `min-max`
 * scaling and 0 with `none` (not with `nonzero`, which gives T times the frame before scaling). NaN in a frame
 * is refused; with `check: false` it makes that pixel NaN with `none` and the image undefined with a scaling.
 *
 * @param source a {@link Clip} (onset to offset are used unless `span` says otherwise) or frames `[T, H, W, C]`, 0..1.
 * @returns `[H, W, C]`, or `[H, W, 1]` with `gray`; 0..1 unless `scaling` is `'none'`, then in gray levels (0..1) times weight.
 * @throws TypeError if the frames are no float32 `[T, H, W, C]`.
 * @throws RangeError if onset, apex, offset or an option is out of range or the span holds fewer than 2 frames.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { dynamicImage } from '@mer/representations';
 *
 * const frames = tf.tensor4d([0, 0, 0, 0.5, 0, 1], [3, 1, 2, 1]);
 * console.log(dynamicImage(frames, { variant: 'linear', scaling: 'none' }).dataSync()); // Float32Array(2) [ 0, 2 ]
 * ```
 *
 * Reference: Bilen, Fernando, Gavves, Vedaldi, Gould, "Dynamic Image Networks for Action Recognition", CVPR 2016.
 * Theirs: the weights, one weight per frame for all channels, min-max display scaling. Ours: the symmetric scaling,
 * `gray`, `blur`, and an error instead of the unchanged frame where there is only one.
 */
export const dynamicImage = /* @__PURE__ */ declareRepresentation({
  name: 'dynamic-image',
  title: 'Dynamic image (approximate rank pooling)',
  paper: 'Bilen, Fernando, Gavves, Vedaldi, Gould, CVPR 2016',
  ours: 'the symmetric scaling, gray and blur',
  options: dynamicImageOptions,
  compute: computeDynamicImage,
  stream: streamDynamicImage,
  outputShape: grayShape,
});
