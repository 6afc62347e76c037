import { hashOf } from '@mer/options';
import type { LongClip } from './clip.js';
import type { ImageShape, MaybeLong, Step, StepData, StepKind, StepTraits } from './step.js';

/** What {@link makeStep} needs besides the functions that apply it. */
interface StepFacts {
  name: string;
  options: object;
  takes: StepKind;
  gives: StepKind;
  traits: StepTraits;
  streams: boolean;
  outputShape: (frame: ImageShape) => ImageShape;
  json: () => StepData;
  text: () => string;
  /** What the hash is of. */
  identity: () => unknown;
}

/** Adds name, options and methods to a function. */
export function makeStep<In, Out>(
  apply: (input: In) => Out,
  applyAsync: (input: MaybeLong<In> | LongClip) => Promise<unknown>,
  { options, json, text, identity, ...facts }: StepFacts,
): Step<In, Out> {
  const step = (input: In): Out => apply(input);
  const all = {
    ...facts,
    options: Object.freeze(options),
    applyAsync,
    toJSON: json,
    toString: text,
    identity,
    hash: () => hashOf(identity()),
  };
  for (const [key, value] of Object.entries(all)) Object.defineProperty(step, key, { value });
  return Object.freeze(step) as unknown as Step<In, Out>;
}

/** What the hash of a step is of. */
export function identityOf(step: Step<never, unknown>): unknown {
  return (step as unknown as { identity: () => unknown }).identity();
}
