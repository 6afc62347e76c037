import type { OptionEntries } from '@mer/options';
import type * as tf from '@tensorflow/tfjs-core';
import type { Clip, FrameSource } from './clip.js';
import { define, type StepDeclaration, type StepDefinition } from './define-step.js';

/** What {@link defineRepresentation} takes: a declaration of a step, which takes clips and gives images. */
export type RepresentationDeclaration<
  Name extends string,
  Entries extends OptionEntries,
  In extends FrameSource,
> = Omit<StepDeclaration<Name, Entries, In, tf.Tensor3D>, 'takes' | 'gives' | 'short' | 'looksAt'> & {
  /** `'marked'` where it looks at no frames but onset, apex and offset: `compute` is then given these alone of a `LongClip`. */
  readonly looksAt?: 'marked';
};

/** A way to turn a clip into an image, as a part: what {@link defineRepresentation} gives. */
export type RepresentationDefinition<
  Name extends string = string,
  Entries extends OptionEntries = OptionEntries,
  In = Clip,
> = StepDefinition<Name, Entries, In, tf.Tensor3D>;

/** A definition of a representation, ours or anybody's. */
// biome-ignore lint/suspicious/noExplicitAny: a list of definitions holds representations of any options
export type AnyRepresentationDefinition = RepresentationDefinition<string, any, any>;

/**
 * Defines a representation, ours or anybody's: a step that takes a clip and gives an image `[H, W, C]`.
 *
 * @returns a function that computes at once where it is given a clip, and else gives the step of the options
 * @throws {TypeError} that says what the declaration lacks
 *
 * @example
 * ```ts
 * import { flag } from '@mer/options';
 * import { type Clip, defineRepresentation } from '@mer/representations';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const mean = defineRepresentation({
 *   name: 'mean-frame',
 *   title: 'The mean of all frames',
 *   paper: null,
 *   options: { square: flag('Whether it is squared.', { default: false }) },
 *   compute: ({ frames }: Clip, { square }) => tf.tidy(() => (square ? tf.square(tf.mean(frames, 0)) : tf.mean(frames, 0)) as tf.Tensor3D),
 *   outputShape: (frame) => frame,
 * });
 * const clip = { frames: tf.ones([3, 8, 8, 1]) as tf.Tensor4D, onset: 0, apex: 1, offset: 2 };
 * console.log(mean(clip).shape, String(mean({ square: true }))); // [ 8, 8, 1 ] meanFrame({ square: true })
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function defineRepresentation<
  const Name extends string,
  const Entries extends OptionEntries,
  In extends FrameSource = Clip,
>(declaration: RepresentationDeclaration<Name, Entries, In>): RepresentationDefinition<Name, Entries, In> {
  return define('representation', { ...declaration, takes: 'clip', gives: 'image' }) as RepresentationDefinition<
    Name,
    Entries,
    In
  >;
}
