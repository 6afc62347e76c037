import { checkPart, type OptionEntries, show } from '@mer/options';
import {
  type AnyDeclaration,
  declareStep,
  type EitherStepDefinition,
  type StepDeclaration,
  type StepDefinition,
} from './declare-step.js';
import type { ClipOrImage } from './step.js';

/**
 * Defines a step, ours or anybody's: its name, paper, traits and options, and the functions that apply it, in one frozen value that can be called.
 *
 * @returns a function that computes at once where it is given a clip or a tensor, and else gives the step of the options
 * @throws {TypeError} that says what the declaration lacks
 *
 * @example
 * ```ts
 * import { number } from '@mer/options';
 * import { createStep, defineStep } from '@mer/representations';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const brighten = defineStep({
 *   name: 'brighten',
 *   title: 'Every value raised',
 *   paper: null,
 *   takes: 'image',
 *   gives: 'image',
 *   options: { by: number('What is added.', { default: 0.1 }) },
 *   compute: (image: tf.Tensor3D, { by }) => tf.add(image, by) as tf.Tensor3D,
 *   outputShape: (frame) => frame,
 * });
 * console.log(brighten(tf.zeros([1, 1, 1]) as tf.Tensor3D, { by: 0.5 }).dataSync()[0]); // 0.5
 * console.log(String(createStep({ step: 'brighten', options: { by: 2 } }, { parts: [brighten] }))); // brighten({ by: 2 })
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function defineStep<
  const Name extends string,
  const Entries extends OptionEntries,
  const Short extends keyof Entries & string = never,
>(
  declaration: StepDeclaration<Name, Entries, ClipOrImage, ClipOrImage, Short> & {
    readonly takes: 'any';
    readonly gives: 'any';
  },
): EitherStepDefinition<Name, Entries, Short>;
/** Defines a step that takes clips or images, not both. */
export function defineStep<
  const Name extends string,
  const Entries extends OptionEntries,
  In,
  Out,
  const Short extends keyof Entries & string = never,
>(declaration: StepDeclaration<Name, Entries, In, Out, Short>): StepDefinition<Name, Entries, In, Out, Short>;
// @__NO_SIDE_EFFECTS__
export function defineStep(declaration: AnyDeclaration): unknown {
  checkDeclaration('step', declaration);
  return declareStep(declaration);
}

const kinds: readonly unknown[] = ['clip', 'image', 'any'];

/** Throws unless a declaration has what a step or representation needs. */
export function checkDeclaration(kind: 'step' | 'representation', declaration: AnyDeclaration): void {
  checkPart({ kind, ...declaration });
  const task = `define the ${kind} ${show(declaration.name)}`;
  const { paper, takes, gives, traits = {}, version = 1, options } = declaration;
  const { short, compute, computeAsync, stream, outputShape } = declaration;
  const wrong = (name: string, must: string, value: unknown) =>
    new TypeError(`Cannot ${task} as ${name} must be ${must}: current value is ${show(value)}`);
  if (paper !== null && typeof paper !== 'string') throw wrong('paper', 'a text, or null', paper);
  for (const [name, value] of Object.entries({ takes, gives })) {
    if (!kinds.includes(value)) throw wrong(name, 'one of clip, image, any', value);
  }
  if ((takes === 'any') !== (gives === 'any')) throw wrong('gives', "'any' where takes is, and only there", gives);
  if (typeof traits !== 'object' || traits === null) throw wrong('traits', 'an object', traits);
  if (!Number.isInteger(version) || version < 1) throw wrong('version', 'a positive integer', version);
  if (short !== undefined && !Object.hasOwn(options, short)) throw wrong('short', 'the name of an option', short);
  for (const [name, value] of Object.entries({ compute, outputShape })) {
    if (typeof value !== 'function') throw wrong(name, 'a function', value);
  }
  if (takes === 'clip' && Object.hasOwn(options, 'check')) {
    throw wrong('options', 'others than check, which all that take clips have', 'check');
  }
  if (computeAsync !== undefined && typeof computeAsync !== 'function') {
    throw wrong('computeAsync', 'a function', computeAsync);
  }
  if (stream !== undefined && typeof stream !== 'function') throw wrong('stream', 'a function', stream);
}
