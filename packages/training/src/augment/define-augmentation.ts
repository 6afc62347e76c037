import type { OptionEntries, Resolved } from '@mer/options';
import type { Clip } from '@mer/representations';
import { define, type TrainingPart } from '../define.js';
import type { RandomStream } from '../random.js';
import type { FlowChannels, Warp } from './affine.js';
import type { Mix } from './mixup.js';

/** A rectangle, as shares of height and width. */
export interface Patch {
  top: number;
  left: number;
  height: number;
  width: number;
}

/** What was drawn for one sample: the same for all its inputs. */
export interface ImageChange {
  /** Mirror, turn, zoom and shift in one. */
  readonly warp: Warp;
  /** Whole-pixel shift of a crop after padding, right and down. */
  readonly crop: readonly [x: number, y: number];
  /** Whether a crop is filled with zeros, after the warp, instead of the border repeated. */
  readonly cropZeros?: boolean;
  /** Rectangles that lose their content. */
  readonly erased: readonly Patch[];
  /** Changes of a row in place, after the others: its values, its shape `[..., H, W, C]`, its flow channels. */
  readonly others: readonly ((row: Float32Array, shape: readonly number[], flow?: FlowChannels) => void)[];
}

/** A change of finished images; see {@link defineImageAugmentation}. */
export interface ImageAugmentationDefinition<
  Name extends string = string,
  // biome-ignore lint/suspicious/noExplicitAny: a list of definitions holds augmentations of any options
  Entries extends OptionEntries = any,
> extends TrainingPart<'image-augmentation', Name, Entries> {
  /** Whether it mirrors or turns an image, so that flow vectors must turn with it. */
  readonly turns?: boolean;
  /** Adds to what is drawn for one sample in one epoch. */
  draw?(change: ImageChange, settings: Resolved<Entries>, stream: RandomStream): ImageChange;
  /** Draws how the samples of a batch are mixed. */
  mix?(batch: number, settings: Resolved<Entries>, stream: RandomStream): Mix;
}

/** An image augmentation of this package: as {@link defineImageAugmentation}, but that tests check it and not the page that takes it. */
// @__NO_SIDE_EFFECTS__
export function declareImageAugmentation<const Name extends string, const Entries extends OptionEntries>(
  declaration: Omit<ImageAugmentationDefinition<Name, Entries>, 'kind'>,
): ImageAugmentationDefinition<Name, Entries> {
  return Object.freeze({ kind: 'image-augmentation', ...declaration });
}

/**
 * Defines a change of finished images, drawn anew for each training sample and epoch, or a mix of the samples of a batch.
 *
 * @throws TypeError where the declaration lacks something
 *
 * @example
 * ```ts
 * import { number } from '@mer/options';
 * import { defineImageAugmentation } from '@mer/training';
 *
 * const noise = defineImageAugmentation({
 *   name: 'noise',
 *   title: 'Uniform noise',
 *   paper: null,
 *   options: { amount: number('Largest change of a value.', { above: 0, default: 0.01 }) },
 *   draw: (change, { amount }, stream) => ({
 *     ...change,
 *     others: [...change.others, (row) => row.forEach((value, i) => (row[i] = value + amount * (Math.sin(i + (stream.next() % 100)))))],
 *   }),
 * });
 * console.log(noise.kind); // image-augmentation
 * ```
 */
export function defineImageAugmentation<const Name extends string, const Entries extends OptionEntries>(
  declaration: Omit<ImageAugmentationDefinition<Name, Entries>, 'kind'>,
): ImageAugmentationDefinition<Name, Entries> {
  return define(declareImageAugmentation(declaration), ['draw', 'mix']);
}

/** One change of a clip. */
export interface ClipChange {
  /** Whether chance has no part in it. */
  readonly certain?: boolean;
  /** The changed clip; it shares the frames of the given one unless its own frames are another tensor, which the caller disposes of. */
  apply(clip: Clip, key: readonly (string | number)[]): Clip | Promise<Clip>;
}

/** Further views of a training clip; see {@link defineClipAugmentation}. */
export interface ClipAugmentationDefinition<
  Name extends string = string,
  // biome-ignore lint/suspicious/noExplicitAny: a list of definitions holds augmentations of any options
  Entries extends OptionEntries = any,
> extends TrainingPart<'clip-augmentation', Name, Entries> {
  /**
   * What training sees of a clip: an epoch takes one view of every group. `null` is the clip unchanged, so that `[[null]]` changes nothing, `[[null, a]]` gives
   * an alternative, `[[a]]` takes the place of the clip, and `[[null], [a]]` trains on both.
   */
  groups(settings: Resolved<Entries>): readonly (readonly (ClipChange | null)[])[];
}

/** A clip augmentation of this package: as {@link defineClipAugmentation}, but that tests check it and not the page that takes it. */
// @__NO_SIDE_EFFECTS__
export function declareClipAugmentation<const Name extends string, const Entries extends OptionEntries>(
  declaration: Omit<ClipAugmentationDefinition<Name, Entries>, 'kind'>,
): ClipAugmentationDefinition<Name, Entries> {
  return Object.freeze({ kind: 'clip-augmentation', ...declaration });
}

/**
 * Defines further views of training clips, made before their representations and prepared once.
 *
 * @throws TypeError where the declaration lacks something
 *
 * @example
 * ```ts
 * import { defineClipAugmentation, viewPlan } from '@mer/training';
 *
 * const late = defineClipAugmentation({
 *   name: 'late',
 *   title: 'Begins a frame later',
 *   paper: null,
 *   options: {},
 *   groups: () => [[null, { apply: (clip) => ({ ...clip, onset: Math.min(clip.onset + 1, clip.apex ?? clip.offset) }) }]],
 * });
 * console.log(viewPlan([{ name: 'late' }], 'clean', [late]).train); // [ [ 0, 1 ] ]
 * ```
 */
export function defineClipAugmentation<const Name extends string, const Entries extends OptionEntries>(
  declaration: Omit<ClipAugmentationDefinition<Name, Entries>, 'kind'>,
): ClipAugmentationDefinition<Name, Entries> {
  return define(declareClipAugmentation(declaration), ['groups']);
}
