import { show } from '@mer/options';
import type * as tf from '@tensorflow/tfjs-core';
import type { Clip } from './clip.js';
import { findRepresentation, findStep, type WithParts } from './find-step.js';
import { pipe } from './pipe.js';
import type { AnyStep, Step, WrittenStep } from './step.js';

/**
 * A step from plain data: what `JSON.stringify` made of one, or written by hand; options left out take their defaults.
 *
 * @param data - `{ step, options? }`, `{ pipe: [data, …] }`, or a name; the same inside of a pipe
 * @param options - definitions beside ours
 * @returns the step, not applied
 * @throws {RangeError} if a name is not known (the message lists those that are), or an option is outside its range
 * @throws {TypeError} if the data is none of these, an option is not known, or a part has the name of one of ours
 *
 * @example
 * ```ts
 * import { createStep, pipe, resize, trdi } from '@mer/representations';
 *
 * const step = pipe(resize(112), trdi({ gray: true }));
 * const again = createStep(JSON.parse(JSON.stringify(step)));
 * console.log(again.hash() === step.hash()); // true
 * ```
 *
 * Reference: this project's own.
 */
export function createStep(data: WrittenStep, options: WithParts = {}): AnyStep {
  const task = 'create a step';
  if (typeof data === 'string') return createStep({ step: data }, options);
  if (typeof data !== 'object' || data === null) {
    throw new TypeError(`Cannot ${task} as data must be { step, options } or { pipe }: current value is ${show(data)}`);
  }
  const keys = Object.keys(data);
  if ('pipe' in data && keys.length === 1 && Array.isArray(data.pipe)) {
    return pipe(...data.pipe.map((part) => createStep(part, options))) as AnyStep;
  }
  if (!('step' in data) || keys.some((key) => key !== 'step' && key !== 'options')) {
    throw new TypeError(
      `Cannot ${task} as data must be { step, options } or { pipe }: its keys are ${keys.join(', ')}`,
    );
  }
  return findStep(data.step, options)(data.options ?? {}) as unknown as AnyStep;
}

/**
 * The step of a representation by name, with options; both may come from a file and are checked.
 *
 * @param name - a {@link RepresentationName}, or the name of one of `parts`
 * @param given - its options; those left out take their defaults
 * @param options - definitions beside ours
 * @returns `(clip) => image`, a {@link Step}
 * @throws {RangeError} if the name is not known (the message lists those that are), or an option is outside its range
 * @throws {TypeError} if an option is not known, or a part has the name of one of ours
 *
 * @example
 * ```ts
 * import { createRepresentation } from '@mer/representations';
 *
 * try {
 *   createRepresentation('dynamic-image', { varant: 'linear' });
 * } catch (error) {
 *   console.log((error as Error).message.slice(37, 95)); // as "varant" is not an option, did you mean "variant"?: the
 * }
 * ```
 */
export function createRepresentation(
  name: string,
  given: object = {},
  options: WithParts = {},
): Step<Clip, tf.Tensor3D> {
  return findRepresentation(name, options)(given) as unknown as Step<Clip, tf.Tensor3D>;
}
