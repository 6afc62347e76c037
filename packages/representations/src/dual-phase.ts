import * as tf from '@tensorflow/tfjs-core';
import { apexOf, type Clip, checkClip } from './clip.js';
import { type DynamicImageOptions, dynamicImage, dynamicImageRules } from './dynamic-image.js';
import { concatChannels } from './frames.js';
import { type OptionRules, oneOf, type Resolved, resolveOptions } from './options.js';

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
export function phasesOf(clip: Clip): Phases {
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

/** Options of {@link dualPhaseDynamicImage}: those of {@link DynamicImageOptions} but `span`. */
export interface DualPhaseOptions extends Omit<DynamicImageOptions, 'span'> {
  /** Which image: both side by side in the channels (default), or one phase. */
  phase?: 'both' | 'onset-apex' | 'apex-offset';
}

const { span: _span, ...imageRules } = dynamicImageRules;

/** The rules of {@link DualPhaseOptions}. */
export const dualPhaseRules: OptionRules<DualPhaseOptions> = Object.freeze({
  phase: oneOf<'both' | 'onset-apex' | 'apex-offset'>(['both', 'onset-apex', 'apex-offset'], 'both'),
  ...imageRules,
});

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
 * import { dualPhaseDynamicImage } from '@mer/representations';
 *
 * const clip = { frames: tf.zeros([9, 8, 8, 3]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(dualPhaseDynamicImage(clip).shape); // [ 8, 8, 6 ]
 * ```
 *
 * Reference: one dynamic image per phase as in "DIANet", 2025, arXiv 2510.12219, and "Phase-aware temporal augmentation",
 * 2025, arXiv 2510.15466, by their abstracts. Ours: the apex frame belongs to both phases, and the fallback.
 */
export function dualPhaseDynamicImage(clip: Clip, options: DualPhaseOptions = {}): tf.Tensor3D {
  const { phase, ...image }: Resolved<DualPhaseOptions> = resolveOptions(
    'compute the dual-phase dynamic image',
    dualPhaseRules,
    options,
  );
  const { onsetApex, apexOffset } = phasesOf(clip);
  return tf.tidy(() => {
    if (phase === 'onset-apex') return dynamicImage(clip, { ...image, span: onsetApex });
    if (phase === 'apex-offset') return dynamicImage(clip, { ...image, span: apexOffset });
    return concatChannels([
      dynamicImage(clip, { ...image, span: onsetApex }),
      dynamicImage(clip, { ...image, span: apexOffset }),
    ]);
  });
}

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
 * @throws as {@link dualPhaseDynamicImage}.
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
  const { phase: _phase, ...rules } = dualPhaseRules;
  const image = resolveOptions('augment a clip by phases', rules as OptionRules<typeof options>, options);
  const { onsetApex, apexOffset } = phasesOf(clip);
  return [
    { span: 'onset-offset', image: dynamicImage(clip, image) },
    { span: 'onset-apex', image: dynamicImage(clip, { ...image, span: onsetApex }) },
    { span: 'apex-offset', image: dynamicImage(clip, { ...image, span: apexOffset }) },
  ];
}
