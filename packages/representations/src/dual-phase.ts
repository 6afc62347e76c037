import { checkOptions, choice, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { apexOf, type Clip, checkClip, type LongClip } from './clip.js';
import { declareRepresentation } from './declare-step.js';
import { computeDynamicImage, streamDynamicImage, weightedImageOptions } from './dynamic-image.js';
import { concatChannels } from './frames.js';
import { rankWeightsOptions } from './rank-weights.js';

/** The two phases of a clip and what was done about a missing one. */
export interface Phases {
  /** First and last frame of the rise, inclusive. */
  onsetApex: readonly [number, number];
  /** First and last frame of the fall, inclusive. */
  apexOffset: readonly [number, number];
  /** The phase that had fewer than two frames and is replaced by the other one, or null. */
  replaced: 'onset-apex' | 'apex-offset' | null;
}

/**
 * The phases onset to apex and apex to offset, both with the apex; a phase of one frame is replaced by the other.
 *
 * @returns inclusive frame indices, and which phase was replaced: log it.
 * @throws RangeError if the clip has no apex or both phases hold one frame only.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { phasesOf } from '@mer/representations';
 *
 * const frames = tf.zeros([9, 4, 4, 1]) as tf.Tensor4D;
 * console.log(phasesOf({ frames, onset: 2, apex: 2, offset: 8 }));
 * // { onsetApex: [ 2, 8 ], apexOffset: [ 2, 8 ], replaced: 'onset-apex' }
 * ```
 *
 * Reference: this project's fallback for the degenerate annotations of CASME II and SAMM.
 */
export function phasesOf(clip: Clip | LongClip): Phases {
  const task = 'split a clip into its phases';
  checkClip(clip, task);
  const apex = apexOf(clip, task);
  const rise = [clip.onset, apex] as const;
  const fall = [apex, clip.offset] as const;
  if (clip.offset === clip.onset) {
    throw new RangeError(
      `Cannot ${task} as one phase at least must hold 2 frames: onset, apex and offset are all ${apex}`,
    );
  }
  if (apex === clip.onset) return { onsetApex: fall, apexOffset: fall, replaced: 'onset-apex' };
  if (apex === clip.offset) return { onsetApex: rise, apexOffset: rise, replaced: 'apex-offset' };
  return { onsetApex: rise, apexOffset: fall, replaced: null };
}

const imageOptions = { ...rankWeightsOptions, ...weightedImageOptions };

const dualPhaseOptions = {
  phase: choice(
    'Which image: both side by side in the channels, or one phase.',
    ['both', 'onset-apex', 'apex-offset'],
    {
      default: 'both',
    },
  ),
  ...imageOptions,
};

/** Options of {@link dualPhase}. */
export type DualPhaseOptions = OptionsOf<typeof dualPhaseOptions>;

/**
 * The dynamic images of the two phases of a clip: onset to apex and apex to offset.
 *
 *     D_1 = dynamicImage(onset..apex)     D_2 = dynamicImage(apex..offset)     each scaled by itself
 *
 * A phase of one frame is replaced by the other one ({@link phasesOf} tells).
 *
 * @param clip with an apex.
 * @returns `[H, W, 2 C]`, the rise's channels first; `[H, W, C]` with `phase`. 0..1 unless `scaling` is `'none'`.
 * @throws RangeError if the clip has no apex or all its frames are one; as {@link dynamicImage} besides.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { dualPhase } from '@mer/representations';
 *
 * const clip = { frames: tf.zeros([9, 8, 8, 3]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(dualPhase(clip).shape); // [ 8, 8, 6 ]
 * ```
 *
 * Reference: one dynamic image per phase as in "DIANet", 2025, arXiv 2510.12219, and "Phase-aware temporal augmentation",
 * 2025, arXiv 2510.15466, by their abstracts. Ours: the apex frame belongs to both phases, and the fallback.
 */
export const dualPhase = /* @__PURE__ */ declareRepresentation({
  name: 'dual-phase',
  title: 'Dynamic images of both phases',
  paper: 'DIANet, 2025, arXiv 2510.12219; Phase-aware temporal augmentation, 2025, arXiv 2510.15466',
  ours: 'the apex frame belongs to both phases, and a phase of one frame is replaced by the other',
  traits: { needsApex: true },
  options: dualPhaseOptions,
  async stream(clip: LongClip, { phase, ...image }) {
    const { onsetApex, apexOffset } = phasesOf(clip);
    if (phase === 'onset-apex') return streamDynamicImage(clip, { ...image, span: onsetApex });
    if (phase === 'apex-offset') return streamDynamicImage(clip, { ...image, span: apexOffset });
    const images: tf.Tensor3D[] = [];
    try {
      for (const span of [onsetApex, apexOffset]) images.push(await streamDynamicImage(clip, { ...image, span }));
      return concatChannels(images);
    } finally {
      tf.dispose(images);
    }
  },
  compute(clip: Clip, { phase, ...image }) {
    const { onsetApex, apexOffset } = phasesOf(clip);
    return tf.tidy(() => {
      if (phase === 'onset-apex') return computeDynamicImage(clip, { ...image, span: onsetApex });
      if (phase === 'apex-offset') return computeDynamicImage(clip, { ...image, span: apexOffset });
      return concatChannels([
        computeDynamicImage(clip, { ...image, span: onsetApex }),
        computeDynamicImage(clip, { ...image, span: apexOffset }),
      ]);
    });
  },
  outputShape: ([height, width, channels], { gray, phase }) => [
    height,
    width,
    (gray ? 1 : channels) * (phase === 'both' ? 2 : 1),
  ],
});

/** One image of {@link phaseAugmentation}. */
export interface PhaseImage {
  /** The frames it was made of. */
  span: 'onset-offset' | 'onset-apex' | 'apex-offset';
  /** `[H, W, C]`, yours to dispose. */
  image: tf.Tensor3D;
}

/**
 * Phase-aware augmentation: one clip becomes three training images, the dynamic images of the whole and of each phase.
 *
 * All three carry the clip's label and its subject, so that a split by subjects stays clean. Test with the first one only.
 *
 * @param clip with an apex; a phase of one frame is replaced by the other one ({@link phasesOf} tells).
 * @returns the whole (onset to offset), the rise (onset to apex), the fall (apex to offset), each `[H, W, C]`.
 * @throws as {@link dualPhase}.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { phaseAugmentation } from '@mer/representations';
 *
 * const clip = { frames: tf.zeros([9, 8, 8, 3]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(phaseAugmentation(clip).map(({ span }) => span)); // [ 'onset-offset', 'onset-apex', 'apex-offset' ]
 * ```
 *
 * Reference: "Phase-aware temporal augmentation", MAPR 2025, arXiv 2510.15466: theirs, by the abstract, is one dynamic image per
 * phase as augmentation. Ours: the whole clip's image stays in the training set, and the fallback.
 */
export function phaseAugmentation(clip: Clip, options: Omit<DualPhaseOptions, 'phase'> = {}): PhaseImage[] {
  const image = checkOptions('augment a clip by phases', imageOptions, options);
  const { onsetApex, apexOffset } = phasesOf(clip);
  return [
    { span: 'onset-offset', image: computeDynamicImage(clip, image) },
    { span: 'onset-apex', image: computeDynamicImage(clip, { ...image, span: onsetApex }) },
    { span: 'apex-offset', image: computeDynamicImage(clip, { ...image, span: apexOffset }) },
  ];
}
