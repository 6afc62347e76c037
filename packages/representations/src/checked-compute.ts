import { show } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { checkedAs, fromChecked, fromCheckedLater } from './check-values.js';
import type { Clip } from './clip.js';
import { checkClipLandmarks } from './face/check-landmarks.js';
import type { StepKind, StepTraits } from './step.js';

/** What is needed of a declaration of a step. */
// biome-ignore lint/suspicious/noExplicitAny: steps of any kind
interface Computing<Options, In = any, Out = any> {
  readonly name: string;
  readonly takes: StepKind;
  readonly traits?: StepTraits;
  compute(input: In, options: Options): Out;
  computeAsync?(input: In, options: Options): Promise<Out>;
}

/** How to apply a step: to `input`, with options, with a look at the values of its frames unless `check` is false. */
export interface CheckedCompute<Options> {
  now(input: unknown, options: Options, check: boolean): unknown;
  later(input: unknown, options: Options, check: boolean): Promise<unknown>;
}

/** Applies a step to what was checked first: a step that takes clips wants frames in 0..1, and landmarks, if any, that are points of these. */
export function checkedCompute<Options>(declaration: Computing<Options>): CheckedCompute<Options> {
  const { name, takes, traits = {} } = declaration;
  const task = `apply the step ${show(name)}`;
  const now = (input: unknown, options: Options) => declaration.compute(input, options);
  const later = async (input: unknown, options: Options) =>
    (declaration.computeAsync ?? declaration.compute)(input, options);
  const valuesOf = (input: unknown, check: boolean) => {
    if (takes !== 'clip') return [];
    const tensor = framesOf(input);
    if (tensor === undefined) return [];
    if (tensor !== input) checkClipLandmarks(input as Clip, task);
    return check ? [{ name: 'frames', tensor }] : [];
  };
  const passOn = <Out>(made: Out, input: unknown): Out => {
    const [from, to] = [framesOf(input), framesOf(made)];
    if (traits.keepsRange && from && to) checkedAs(to, from);
    return made;
  };
  return {
    now: (input, options, check) =>
      passOn(
        fromChecked(valuesOf(input, check), task, () => now(input, options)),
        input,
      ),
    later: async (input, options, check) =>
      passOn(await fromCheckedLater(valuesOf(input, check), task, () => later(input, options)), input),
  };
}

/** The frames of a clip or bare frames, as far as they are what frames must be; what is none of these fails where it is used. */
function framesOf(input: unknown): tf.Tensor4D | undefined {
  const frames = input instanceof tf.Tensor ? input : (input as Partial<Clip> | null | undefined)?.frames;
  return frames instanceof tf.Tensor && frames.rank === 4 && frames.dtype === 'float32' && frames.size > 0
    ? (frames as tf.Tensor4D)
    : undefined;
}
