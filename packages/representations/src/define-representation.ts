import type { OptionEntries } from '@mer/options';
import type { Clip, FrameSource } from './clip.js';
import {
  declareRepresentation,
  type RepresentationDeclaration,
  type RepresentationDefinition,
} from './declare-step.js';
import { checkDeclaration } from './define-step.js';

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
  checkDeclaration('representation', { ...declaration, takes: 'clip', gives: 'image' });
  return declareRepresentation(declaration);
}
