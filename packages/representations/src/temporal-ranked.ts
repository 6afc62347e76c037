import type * as tf from '@tensorflow/tfjs-core';
import type { FrameSource } from './clip.js';
import { type DynamicImageOptions, dynamicImage } from './dynamic-image.js';

/** Options of {@link temporalRankedDynamicImage}: those of {@link DynamicImageOptions}. */
export type TemporalRankedOptions = DynamicImageOptions;

/**
 * The temporal-ranked dynamic image (TRDI): frames in the order of time, weighted by approximate rank pooling.
 *
 *     TRDI = sum_t alpha_t I_t          alpha = rankWeights(T)
 *
 * It shows how the face changes over time; a reversed clip gives another image. {@link motionIntensityDynamicImage} is
 * its counterpart in the order of motion.
 *
 * @param source a {@link Clip} (onset to offset are used unless `span` says otherwise) or frames `[T, H, W, C]`, 0..1.
 * @returns as {@link dynamicImage}.
 * @throws as {@link dynamicImage}.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { temporalRankedDynamicImage } from '@mer/representations';
 *
 * const clip = { frames: tf.zeros([9, 8, 8, 3]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(temporalRankedDynamicImage(clip).dataSync()[0]); // 0.5
 * ```
 *
 * Reference: named and motivated in Man, Nguyen, Khuong, Le, Ngo, "AFN", 2025, arXiv 2510.09730, whose abstract says that
 * it emphasises temporal progression. The weights are not readable there; that they are those of Bilen et al. 2016
 * (zero sum), one per frame for all channels, is this project's choice, and `variant` an option.
 */
export function temporalRankedDynamicImage(source: FrameSource, options: TemporalRankedOptions = {}): tf.Tensor3D {
  return dynamicImage(source, options);
}
