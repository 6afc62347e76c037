import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type * as tf from '@tensorflow/tfjs-core';
import type { Clip } from './clip.js';
import { type OptionRules, resolveOptions, show } from './options.js';

/** `[height, width, channels]` of an image or of one frame. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** What a step takes and gives: a clip, an image `[H, W, C]`, or whichever it is given. */
export type StepKind = 'clip' | 'image' | 'any';

/** A step as plain data, for files: its name and its options, or the steps of a pipe. */
export type StepData = { step: string; options: object } | { pipe: StepData[] };

/**
 * A function that is also data: one preprocessing step, representation or {@link pipe}.
 *
 * Call it with a clip (or an image) to apply it; `String(step)` prints it, `JSON.stringify(step)` serialises it with every
 * option, {@link createStep} brings it back, and `step.hash()` is a key for caches. The result belongs to the caller, the
 * input stays the caller's.
 *
 * Some steps must read values on their way (spotting an apex, for instance). Where the backend cannot read at once, as webgpu,
 * calling those throws; `await step.applyAsync(input)` works for every step on every backend and gives the same result.
 */
export interface Step<In = Clip, Out = tf.Tensor3D> extends StepInfo {
  (input: In): Out;
  /** Applies it on any backend; the input must live until the promise is settled. */
  applyAsync(input: In): Promise<Out>;
}

/** A {@link Step} that gives what it is given: clips for clips, images for images. */
export interface EitherStep extends StepInfo {
  <T extends Clip | tf.Tensor3D>(input: T): T;
  /** Applies it on any backend; the input must live until the promise is settled. */
  applyAsync<T extends Clip | tf.Tensor3D>(input: T): Promise<T>;
}

/** What every {@link Step} knows about itself. */
export interface StepInfo {
  /** The name in the registry, or `'pipe'`. */
  readonly name: string;
  /** Every option, spelled out. */
  readonly options: Readonly<object>;
  /** What it takes. */
  readonly takes: StepKind;
  /** What it gives; `'any'`: what it was given. */
  readonly gives: StepKind;
  /** The shape of the image (or of a frame of the clip) that it makes of one of shape `frame`. */
  outputShape(frame: ImageShape): ImageShape;
  /** Plain data, see {@link createStep}. */
  toJSON(): StepData;
  /** As one would write it in code. */
  toString(): string;
  /** SHA-256, in hex, of the name, all options and the version of the definition: equal for equal results. */
  hash(): string;
}

/** Anything a step takes or gives. */
export type ClipOrImage = Clip | tf.Tensor3D;

/** A step whose kind is known at run time only. */
// biome-ignore lint/suspicious/noExplicitAny: whether steps fit one another is checked when they are put together
export type AnyStep = Step<any, any>;

/** What {@link defineStep} needs to know. */
export interface StepDefinition<Options extends object, In, Out> {
  title: string;
  reference: string;
  /** Raised when the same options give other results than before. */
  version: number;
  takes: StepKind;
  gives: StepKind;
  rules: OptionRules<Options>;
  compute: (input: In, options: Options) => Out;
  /** The same for backends that cannot read values at once, where it must read; left out: `compute` reads none. */
  computeAsync?: (input: In, options: Options) => Promise<Out>;
  shape: (frame: ImageShape, options: Options) => ImageShape;
}

/** A kind of step, as a registry holds it. */
export interface StepEntry<Options extends object = object, In = Clip, Out = tf.Tensor3D> {
  /** What it is, for people. */
  readonly title: string;
  /** Where it is defined. */
  readonly reference: string;
  /** Every option with its default. */
  readonly defaults: Readonly<Options>;
  /** What it takes. */
  readonly takes: StepKind;
  /** What it gives. */
  readonly gives: StepKind;
  /** The step with these options; throws a `RangeError` on an option it does not have. */
  create(options?: Options): Step<In, Out>;
  /** The shape of the image that frames (or an image) of shape `frame` give; throws like `create`. */
  outputShape(frame: ImageShape, options?: Options): ImageShape;
}

/** JSON with the keys of every object in alphabetical order, so that equal data gives equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** SHA-256 of the canonical JSON of a value, in hex. */
export function hashOf(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));
}

/** Adds name, options and methods to a function. */
export function asStep<In, Out>(
  apply: (input: In) => Out,
  applyAsync: (input: In) => Promise<Out>,
  data: {
    name: string;
    options: object;
    takes: StepKind;
    gives: StepKind;
    outputShape: (frame: ImageShape) => ImageShape;
    json: () => StepData;
    text: () => string;
    /** What the hash is of. */
    identity: () => unknown;
  },
): Step<In, Out> {
  const step = (input: In): Out => apply(input);
  const value = (of: unknown) => ({ value: of, enumerable: false });
  return Object.freeze(
    Object.defineProperties(step, {
      name: value(data.name),
      options: value(Object.freeze(data.options)),
      takes: value(data.takes),
      gives: value(data.gives),
      applyAsync: value(applyAsync),
      outputShape: value(data.outputShape),
      toJSON: value(data.json),
      toString: value(data.text),
      identity: value(data.identity),
      hash: value(() => hashOf(data.identity())),
    }),
  ) as unknown as Step<In, Out>;
}

/** What the hash of a step is of. */
export function identityOf(step: Step<never, unknown>): unknown {
  return (step as unknown as { identity: () => unknown }).identity();
}

/** A literal as one would write it in code. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([key, part]) => `${/^[a-z_$][\w$]*$/i.test(key) ? key : show(key)}: ${literal(part)}`);
    return parts.length ? `{ ${parts.join(', ')} }` : '{}';
  }
  return show(value);
}

/** The options that differ from the defaults, as text. */
function described(options: object, defaults: object): string {
  const changed = Object.entries(options).filter(
    ([key, value]) => canonicalJson(value) !== canonicalJson((defaults as Record<string, unknown>)[key]),
  );
  return changed.length ? literal(Object.fromEntries(changed)) : '';
}

/** `midi`, `mm-cof` as one would call them: `midi`, `mmCof`. */
const camel = (name: string) => name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Makes the registry entry of a kind of step. */
export function defineStep<Options extends object, In = Clip, Out = tf.Tensor3D>(
  name: string,
  definition: StepDefinition<Options, In, Out>,
): StepEntry<Options, In, Out> {
  const task = `make the step '${name}'`;
  const { title, reference, version, takes, gives, rules, compute, computeAsync, shape } = definition;
  const defaults = Object.freeze(resolveOptions<Options>(task, rules)) as Readonly<Options>;
  return Object.freeze({
    title,
    reference,
    defaults,
    takes,
    gives,
    create: (options?: Options) => {
      const resolved = resolveOptions<Options>(task, rules, options) as Options;
      const json = () => ({ step: name, options: resolved });
      return asStep<In, Out>(
        (input) => compute(input, resolved),
        async (input) => (computeAsync ?? compute)(input, resolved),
        {
          name,
          options: resolved,
          takes,
          gives,
          outputShape: (frame) => shape(frame, resolved),
          json,
          text: () => `${camel(name)}(${described(resolved, defaults)})`,
          identity: () => ({ ...json(), version }),
        },
      );
    },
    outputShape: (frame: ImageShape, options?: Options) =>
      shape(frame, resolveOptions<Options>(task, rules, options) as Options),
  });
}
