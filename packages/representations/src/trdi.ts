import type { OptionsOf } from '@mer/options';
import { declareRepresentation } from './declare-step.js';
import { computeDynamicImage, dynamicImageOptions, streamDynamicImage } from './dynamic-image.js';
import { grayShape } from './to-gray.js';

/** Options of {@link trdi}. */
export type TrdiOptions = OptionsOf<typeof dynamicImageOptions>;

/**
 * The temporal-ranked dynamic image (TRDI): frames in the order of time, weighted by approximate rank pooling.
 *
 *     TRDI = sum_t alpha_t I_t          alpha = rankWeights(T)
 *
 * It shows how the face changes over time; a reversed clip gives another image. {@link midi} is its counterpart in the order of motion.
 *
 * @returns as {@link dynamicImage}
 * @throws as {@link dynamicImage}
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { trdi } from '@mer/representations';
 *
 * const clip = { frames: tf.zeros([9, 8, 8, 3]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(trdi(clip).dataSync()[0], String(trdi({ scaling: 'min-max' }))); // 0.5 trdi({ scaling: 'min-max' })
 * ```
 *
 * Reference: named and motivated in Man, Nguyen, Khuong, Le, Ngo, "AFN", 2025, arXiv 2510.09730, whose abstract says that
 * it emphasizes temporal progression. The weights are not readable there; that they are those of Bilen et al. 2016
 * (zero sum), one per frame for all channels, is this project's choice, and `variant` an option.
 */
export const trdi = /* @__PURE__ */ declareRepresentation({
  name: 'trdi',
  title: 'Temporal-ranked dynamic image',
  paper: 'Man, Nguyen, Khuong, Le, Ngo, "AFN", 2025, arXiv 2510.09730',
  ours: 'the weights, which are those of Bilen et al. 2016',
  options: dynamicImageOptions,
  compute: computeDynamicImage,
  stream: streamDynamicImage,
  outputShape: grayShape,
});
