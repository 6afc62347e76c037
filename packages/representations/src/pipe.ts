import * as tf from '@tensorflow/tfjs-core';
import { isClip, isLongClip, type LongClip } from './clip.js';
import { identityOf, makeStep } from './make-step.js';
import type { AnyStep, ClipOrImage, EitherStep, ImageShape, Step, StepKind, StepTraits } from './step.js';

/** What the first of the steps takes that does not take both clips and images. */
export type PipeInput<Steps extends readonly unknown[]> = Steps extends readonly [infer First, ...infer Rest]
  ? First extends EitherStep
    ? PipeInput<Rest>
    : First extends Step<infer In, infer _Out>
      ? In
      : never
  : ClipOrImage;

/** What steps make of a value of type `Value`. */
export type PipeOutput<Steps extends readonly unknown[], Value> = Steps extends readonly [infer First, ...infer Rest]
  ? PipeOutput<Rest, First extends EitherStep ? Value : First extends Step<infer _In, infer Out> ? Out : never>
  : Value;

/** The type of a {@link pipe} of steps. */
export type Pipe<Steps extends readonly unknown[]> =
  ClipOrImage extends PipeInput<Steps> ? EitherStep : Step<PipeInput<Steps>, PipeOutput<Steps, PipeInput<Steps>>>;

/**
 * Steps one after the other, as one step: what the first gives the second takes, and so on.
 *
 * The result can be applied (`applyAsync` where a step must read values and the backend cannot at once), printed, serialized ({@link createStep} brings it back) and hashed like each of its steps. Tensors in between are disposed.
 *
 * @param steps at least one; pipes among them are unrolled.
 * @returns a step that takes what the first takes and gives what the last gives.
 * @throws TypeError if a step cannot take what the one before gives.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { midi, pipe, resize } from '@mer/representations';
 *
 * const represent = pipe(resize(16), midi({ weights: 'arp' }));
 * console.log(String(represent)); // pipe(resize({ size: 16 }), midi({ weights: 'arp' }))
 * const clip = { frames: tf.zeros([9, 32, 32, 3]) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * console.log(represent(clip).shape, represent.outputShape([32, 32, 3])); // [ 16, 16, 3 ] [ 16, 16, 3 ]
 * console.log(represent.hash().length); // 64
 * ```
 *
 * Reference: this project's own.
 */
export function pipe<Steps extends readonly (AnyStep | EitherStep)[]>(...steps: Steps): Pipe<Steps> {
  const parts = steps.flatMap((step) => (step as AnyStep & { steps?: AnyStep[] }).steps ?? [step as AnyStep]);
  if (parts.length === 0) throw new TypeError('Cannot pipe as there must be at least one step: current value is none');
  let kind: StepKind = 'any';
  let last = '';
  for (const [i, step] of parts.entries()) {
    if (typeof step !== 'function' || typeof step.toJSON !== 'function') {
      throw new TypeError(
        `Cannot pipe as every argument must be a step: argument ${i} is ${typeof step === 'function' ? `the function ${step.name}` : String(step)}`,
      );
    }
    if (kind !== 'any' && step.takes !== 'any' && step.takes !== kind) {
      throw new TypeError(
        `Cannot pipe as '${step.name}' must be given ${step.takes === 'image' ? 'an image' : 'a clip'}: '${last}' before it gives ${kind === 'image' ? 'an image' : 'a clip'}`,
      );
    }
    if (step.gives !== 'any') kind = step.gives;
    else if (kind === 'any') kind = step.takes;
    last = step.name;
  }
  const first = parts.find((step) => step.takes !== 'any');
  const pipeline = makeStep<ClipOrImage, ClipOrImage>(
    (input) => {
      // every tensor in between goes; what the last step gives stays
      const apply = () => parts.reduce<ClipOrImage>((value, step) => step(value) as ClipOrImage, input);
      return tf.tidy(apply as () => tf.Tensor3D) as ClipOrImage;
    },
    async (input) => {
      let value: ClipOrImage | LongClip = input;
      for (const step of parts) {
        const given = value;
        try {
          value = await step.applyAsync(given);
        } finally {
          // a clip that is read when it is needed holds nothing
          if (given !== input && !isLongClip(given)) tf.dispose(isClip(given) ? given.frames : given);
        }
      }
      return value;
    },
    {
      name: 'pipe',
      options: {},
      takes: first?.takes ?? 'any',
      gives: kind,
      streams: parts.every(({ streams }) => streams),
      traits: Object.assign({}, ...parts.map(({ traits }) => traits)) as StepTraits,
      outputShape: (frame) => parts.reduce<ImageShape>((shape, step) => step.outputShape(shape), frame),
      json: () => ({ pipe: parts.map((step) => step.toJSON()) }),
      text: () => `pipe(${parts.join(', ')})`,
      // a pipe of one step gives the same results, so it has the same hash
      identity: () => (parts.length === 1 ? identityOf(parts[0]!) : { pipe: parts.map(identityOf) }),
    },
  );
  return withSteps(pipeline, parts) as unknown as Pipe<Steps>;
}

/** The same step that also knows its parts. */
function withSteps(step: AnyStep, steps: AnyStep[]): AnyStep {
  const copy = (input: ClipOrImage) => step(input);
  Object.defineProperties(copy, Object.getOwnPropertyDescriptors(step));
  Object.defineProperty(copy, 'steps', { value: Object.freeze(steps), enumerable: false });
  return Object.freeze(copy) as unknown as AnyStep;
}
