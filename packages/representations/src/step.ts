import type * as tf from '@tensorflow/tfjs-core';
import type { Clip, LongClip } from './clip.js';

/** `[height, width, channels]` of an image or of one frame. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** What a step takes and gives: a clip, an image `[H, W, C]`, or whichever it is given. */
export type StepKind = 'clip' | 'image' | 'any';

/** What others may rely on without knowing the step; every trait is false where it is not given. */
export interface StepTraits {
  /** Needs landmarks in the clip. */
  readonly needsLandmarks?: boolean;
  /** Needs an apex in the clip, with its default options at least. */
  readonly needsApex?: boolean;
  /** Gives the clip an apex where it has none. */
  readonly marksApex?: boolean;
  /** Its values say where things move to: a mirrored or turned picture of it is the picture of no movement. */
  readonly directed?: boolean;
  /** Changes what the numbers mean, not what a picture shows: left out where the picture is drawn for people. */
  readonly values?: boolean;
  /** Gives histograms of blocks, not a picture. */
  readonly histogram?: boolean;
  /** Gives frames in 0..1 for such, up to what light and interpolation bring: where it was given checked ones, those it gives count as checked. */
  readonly keepsRange?: boolean;
}

/** A step as plain data, for files: its name and its options, or the steps of a pipe. */
export type StepData = { step: string; options: object } | { pipe: StepData[] };

/** A step as written by hand: what {@link StepData} says, or the name alone; options left out take their defaults. */
export type WrittenStep = string | { step: string; options?: object } | { pipe: readonly WrittenStep[] };

/**
 * A function that is also data: one preprocessing step, representation or {@link pipe}.
 *
 * Call it with a clip (or an image) to apply it; `String(step)` prints it, `JSON.stringify(step)` serializes it with every
 * option, {@link createStep} brings it back, and `step.hash()` is a key for caches. The result belongs to the caller, the
 * input stays the caller's.
 *
 * Some steps must read values on their way (spotting an apex, for instance). Where the backend cannot read at once, as webgpu,
 * calling those throws; `await step.applyAsync(input)` works for every step on every backend and gives the same result.
 */
export interface Step<In = Clip, Out = tf.Tensor3D> extends StepInfo {
  (input: In): Out;
  /** Applies it on any backend; the input must live until the promise is settled. Takes a {@link LongClip}, too. */
  applyAsync<T extends MaybeLong<In>>(input: T): Promise<T extends LongClip ? MaybeLong<Out> : Out>;
}

/** A clip, or one whose frames are read when they are needed; anything else is itself. */
export type MaybeLong<T> = T extends Clip ? T | LongClip : T;

/** A {@link Step} that gives what it is given: clips for clips, images for images. */
export interface EitherStep extends StepInfo {
  <T extends ClipOrImage>(input: T): T;
  /** Applies it on any backend; the input must live until the promise is settled. */
  applyAsync<T extends ClipOrImage | LongClip>(input: T): Promise<T extends LongClip ? Clip | LongClip : T>;
}

/** What every {@link Step} knows about itself. */
export interface StepInfo {
  /** The name of its definition, or `'pipe'`. */
  readonly name: string;
  /** Every option, spelled out. */
  readonly options: Readonly<object>;
  /** What it takes. */
  readonly takes: StepKind;
  /** What it gives; `'any'`: what it was given. */
  readonly gives: StepKind;
  /** What others may rely on; of a pipe, what holds for one of its steps at least. */
  readonly traits: StepTraits;
  /** Whether it takes a {@link LongClip} a few frames at a time; where it does not, `applyAsync` holds all frames. A pipe does where all its steps do. */
  readonly streams: boolean;
  /** The shape of the image (or of a frame of the clip) that it makes of one of shape `frame`. */
  outputShape(frame: ImageShape): ImageShape;
  /** Plain data, see {@link createStep}. */
  toJSON(): StepData;
  /** As one would write it in code. */
  toString(): string;
  /** SHA-256, in hex, of the name, all options and the version of the definition: equal for equal results. */
  hash(): string;
}

/** Anything a step takes or gives: a clip, an image `[H, W, C]`, or several images in one tensor. */
export type ClipOrImage = Clip | tf.Tensor3D | tf.Tensor4D;

/** A step whose kind is known at run time only. */
// biome-ignore lint/suspicious/noExplicitAny: whether steps fit one another is checked when they are put together
export type AnyStep = Step<any, any>;
