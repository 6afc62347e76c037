import {
  checkOptions,
  type OptionEntries,
  type OptionsOf,
  type Part,
  type Resolved,
  show,
  stableJson,
} from '@mer/options';
import type * as tf from '@tensorflow/tfjs-core';
import { type CheckOption, splitCheck } from './check-option.js';
import { checkedCompute } from './checked-compute.js';
import { checkedLongClip, keptRange } from './checked-long-clip.js';
import { type Clip, type FrameSource, isLongClip, type LongClip } from './clip.js';
import { holdClip } from './long-clip.js';
import { makeStep } from './make-step.js';
import type { ClipOrImage, EitherStep, ImageShape, MaybeLong, Step, StepKind, StepTraits } from './step.js';

/** What {@link defineStep} takes. */
export interface StepDeclaration<
  Name extends string,
  Entries extends OptionEntries,
  In,
  Out,
  Short extends keyof Entries = never,
> {
  /** Name in files and commands: lower case, digits and dashes. */
  readonly name: Name;
  /** Full name. */
  readonly title: string;
  /** Authors, year and identifier; null for a step from no paper. */
  readonly paper: string | null;
  /** What the paper leaves open and whoever defines the step chose. */
  readonly ours?: string;
  /** Raised when the same options give other results than before; 1 by default. */
  readonly version?: number;
  /** What it takes. */
  readonly takes: StepKind;
  /** What it gives; `'any'`: what it is given. */
  readonly gives: StepKind;
  /** What others may rely on. */
  readonly traits?: StepTraits;
  /** Its options, one schema each. */
  readonly options: Entries;
  /** The option that a bare value stands for: `'size'` makes `resize(112)` mean `resize({ size: 112 })`. */
  readonly short?: Short;
  /** Fills in what depends on other options; left out where nothing does. */
  complete?(options: Resolved<Entries>): Resolved<Entries>;
  /** Applies it; the result belongs to the caller, the input stays the caller's. */
  compute(input: In, options: Resolved<Entries>): Out;
  /** The same for backends that cannot read values at once, where it must read; left out where `compute` reads none. */
  computeAsync?(input: In, options: Resolved<Entries>): Promise<Out>;
  /**
   * Applies it to a {@link LongClip}, a few frames at a time: {@link frameByFrame} for a step that changes each frame by itself, {@link atMarks} for one that
   * looks at onset, apex and offset alone, or a function of its own. Without it all frames of a long clip are held.
   */
  stream?(clip: LongClip, options: Resolved<Entries>, step: LongClipStep<Out>): Promise<MaybeLong<Out>>;
  /** The shape of the image (or of a frame of the clip) that it makes of one of shape `frame`. */
  outputShape(frame: ImageShape, options: Resolved<Entries>): ImageShape;
}

/** A step with its options, as the `stream` of its declaration needs it. */
export interface LongClipStep<Out> {
  /** Applies it to a clip in memory: to a few frames of a long one. */
  apply(clip: Clip): Promise<Out>;
  /** The shape of the image (or of a frame of the clip) that it makes of one of shape `frame`. */
  outputShape(frame: ImageShape): ImageShape;
}

/** What a definition of a step or representation says of itself. */
export interface StepFacts<Name extends string = string, Entries extends OptionEntries = OptionEntries> extends Part {
  readonly kind: 'step' | 'representation';
  readonly name: Name;
  /** Authors, year and identifier; null for a step from no paper. */
  readonly paper: string | null;
  /** What whoever defines the step chose; empty where nothing is said. */
  readonly ours: string;
  /** Raised when the same options give other results than before. */
  readonly version: number;
  /** What it takes. */
  readonly takes: StepKind;
  /** What it gives; `'any'`: what it is given. */
  readonly gives: StepKind;
  /** What others may rely on. */
  readonly traits: StepTraits;
  /** Whether it takes a {@link LongClip} a few frames at a time. */
  readonly streams: boolean;
  readonly options: Entries;
}

/**
 * A step as a part: what {@link defineStep} gives. Called with an input it computes at once; called with options alone, or nothing, it gives the step.
 */
export interface StepDefinition<
  Name extends string = string,
  Entries extends OptionEntries = OptionEntries,
  In = Clip,
  Out = tf.Tensor3D,
  Short extends keyof Entries = never,
> extends StepFacts<Name, Entries> {
  (input: In, options?: OptionsOf<Entries> & CheckOption): Out;
  (options?: OptionsOf<Entries> & CheckOption): Step<In, Out>;
  (value: NonNullable<OptionsOf<Entries>[Short]>, options?: Omit<OptionsOf<Entries>, Short>): Step<In, Out>;
}

/** A {@link StepDefinition} of a step that gives what it is given: clips for clips, images for images. */
export interface EitherStepDefinition<
  Name extends string = string,
  Entries extends OptionEntries = OptionEntries,
  Short extends keyof Entries = never,
> extends StepFacts<Name, Entries> {
  <T extends ClipOrImage>(input: T, options?: OptionsOf<Entries>): T;
  (options?: OptionsOf<Entries>): EitherStep;
  (value: NonNullable<OptionsOf<Entries>[Short]>, options?: Omit<OptionsOf<Entries>, Short>): EitherStep;
}

/** A definition of a step or representation, ours or anybody's. */
// biome-ignore lint/suspicious/noExplicitAny: a list of definitions holds steps of any kind and options
export type AnyStepDefinition = StepDefinition<string, any, any, any, any>;

/** What {@link defineRepresentation} takes: a declaration of a step, which takes clips and gives images. */
export type RepresentationDeclaration<
  Name extends string,
  Entries extends OptionEntries,
  In extends FrameSource,
> = Omit<StepDeclaration<Name, Entries, In, tf.Tensor3D>, 'takes' | 'gives' | 'short'>;

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
 * A step of this package as a part. It is as {@link defineStep}, but that what types say of a declaration is not checked when it runs: tests do that,
 * and a page that takes a step need not hold the words for strangers' declarations.
 */
// @__NO_SIDE_EFFECTS__
export function declareStep<
  const Name extends string,
  const Entries extends OptionEntries,
  const Short extends keyof Entries & string = never,
>(
  declaration: StepDeclaration<Name, Entries, ClipOrImage, ClipOrImage, Short> & {
    readonly takes: 'any';
    readonly gives: 'any';
  },
): EitherStepDefinition<Name, Entries, Short>;
/** A step that takes clips or images, not both. */
export function declareStep<
  const Name extends string,
  const Entries extends OptionEntries,
  In,
  Out,
  const Short extends keyof Entries & string = never,
>(declaration: StepDeclaration<Name, Entries, In, Out, Short>): StepDefinition<Name, Entries, In, Out, Short>;
// @__NO_SIDE_EFFECTS__
export function declareStep(declaration: AnyDeclaration): unknown {
  return definitionOf('step', declaration);
}

/** A representation of this package as a part: as {@link declareStep}. */
// @__NO_SIDE_EFFECTS__
export function declareRepresentation<
  const Name extends string,
  const Entries extends OptionEntries,
  In extends FrameSource = Clip,
>(declaration: RepresentationDeclaration<Name, Entries, In>): RepresentationDefinition<Name, Entries, In> {
  return definitionOf('representation', { ...declaration, takes: 'clip', gives: 'image' }) as never;
}

// biome-ignore lint/suspicious/noExplicitAny: declarations of any options
export type AnyDeclaration = StepDeclaration<string, any, any, any, string>;

/** The callable definition of a declaration. */
// @__NO_SIDE_EFFECTS__
function definitionOf(kind: 'step' | 'representation', declaration: AnyDeclaration): unknown {
  const { name, title, paper, ours = '', version = 1, takes, gives, traits = {}, options: entries } = declaration;
  const { stream, outputShape } = declaration;
  const streams = stream !== undefined;
  const facts = { kind, name, title, paper, ours, version, takes, gives, traits, streams, options: entries };
  const task = `make the step ${show(name)}`;
  const { short, complete } = declaration;
  const computed = checkedCompute(declaration);
  const resolve = (given: unknown) => {
    const options = checkOptions(task, entries, given);
    return complete ? complete(options) : options;
  };
  const spelled = (given: unknown, rest?: object) => {
    const bare = short !== undefined && given !== undefined && (typeof given !== 'object' || Array.isArray(given));
    const whole = bare ? { ...rest, [short]: given } : given;
    // not an option of the step: it changes nothing of what is computed
    const { check, options } = takes === 'clip' ? splitCheck(task, whole) : { check: true, options: whole };
    return { check, options: resolve(options) };
  };
  const now = (input: unknown, options: object, check: boolean) => {
    if (!isLongClip(input)) return computed.now(input, options, check);
    throw new TypeError(
      `Cannot ${task} at once as its frames must be in memory: they are read when they are needed (await applyAsync of the step)`,
    );
  };
  const later = async (input: unknown, options: object, check: boolean) => {
    if (!isLongClip(input)) return computed.later(input, options, check);
    const checks = takes === 'clip' && check;
    const clip = checks ? checkedLongClip(input, `apply the step ${show(name)}`) : input;
    const apply = (part: Clip) => computed.later(part, options, check);
    const shapeOf = (frame: ImageShape) => outputShape(frame, options);
    const made = await (stream ? stream(clip, options, { apply, outputShape: shapeOf }) : heldFor(name, clip, apply));
    return checks && traits.keepsRange ? keptRange(made) : made;
  };
  const create = ({ options, check }: { options: object; check: boolean }) => {
    const json = () => ({ step: name, options });
    return makeStep(
      (input) => now(input, options, check),
      (input) => later(input, options, check),
      {
        name,
        options,
        takes,
        gives,
        traits,
        streams,
        outputShape: (frame) => outputShape(frame, options),
        json,
        text: () => `${camelCase(name)}(${changes(options, resolve({}))})`,
        identity: () => ({ ...json(), version }),
      },
    );
  };
  const definition = (first?: unknown, second?: object) => {
    if (!isInput(first, short)) return create(spelled(first, second));
    const { options, check } = spelled(second);
    return now(first, options, check);
  };
  for (const [key, value] of Object.entries(facts)) {
    Object.defineProperty(definition, key, { value, enumerable: true });
  }
  return Object.freeze(definition);
}

/** What a step gives that must hold all frames of a clip. */
async function heldFor(name: string, clip: LongClip, apply: (clip: Clip) => Promise<unknown>): Promise<unknown> {
  const held = await holdClip(clip).catch((cause: unknown) => {
    if (!(cause instanceof RangeError)) throw cause;
    const [count, height, width] = clip.frames.shape;
    throw new RangeError(
      `Cannot apply ${name} as all ${count} frames of ${width} x ${height} must be held at once, which it needs: ${cause.message}; or use a step that reads a few frames at a time, such as dynamic-image`,
      { cause },
    );
  });
  try {
    return await apply(held);
  } finally {
    held.frames.dispose();
  }
}

/** Whether a first argument is something to compute from: anything but options, and the bare value of one. */
function isInput(value: unknown, short: string | undefined): boolean {
  if (value === undefined) return false;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return short === undefined;
  return 'dataId' in value || 'onset' in value || typeof (value as { frames?: unknown }).frames === 'object';
}

/** `mm-cof` as one would call it: `mmCof`. */
const camelCase = (name: string) => name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The options that differ from the defaults, as code. */
function changes(options: object, defaults: object): string {
  const changed = Object.entries(options).filter(
    ([key, value]) => stableJson(value) !== stableJson((defaults as Record<string, unknown>)[key]),
  );
  return changed.length ? literal(Object.fromEntries(changed)) : '';
}

/** A value as one would write it in code. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Object.entries(value).map(([key, part]) => `${key}: ${literal(part)}`);
  return parts.length ? `{ ${parts.join(', ')} }` : '{}';
}
