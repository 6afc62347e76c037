import type { Part } from '@mer/options';
import {
  type AnyStep,
  type Clip,
  clipWindows,
  createStep,
  holdClip,
  isLongClip,
  type LongClip,
  pipe,
  type WrittenStep,
} from '@mer/representations';
import { type ClipAugmentation, clipViews, sizeOf, type ViewPlan } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import { disposeSource, type Source } from './source.js';

/** What makes the images of an input, of one clip or image; the tensor is the caller's. */
export type ImageMaker = (source: Source) => Promise<tf.Tensor>;

/** What makes the images of a network. */
export interface ImageMakers {
  /** What all inputs share. */
  prepare: (source: Source) => Promise<Source>;
  /** One maker for each input, then for each target. */
  images: ImageMaker[];
}

/** Steps as files name them. */
export type NamedSteps = readonly WrittenStep[];

/**
 * Steps of a file, made.
 *
 * @param given - names, or names and options
 * @param at - what messages call them, such as `preprocessing`
 * @param parts - anybody's own steps
 * @throws RangeError or TypeError that names the step
 *
 * @example
 * ```ts
 * import { makeSteps } from '@mer/predictor';
 *
 * console.log(makeSteps(['gray', { step: 'resize', options: { size: 28 } }], 'preprocessing').join()); // gray(),resize({ size: 28 })
 * ```
 */
export function makeSteps(given: NamedSteps, at: string, parts?: readonly Part[]): AnyStep[] {
  return given.map((step, i) => {
    try {
      return createStep(step, { parts });
    } catch (cause) {
      throw new RangeError(`Cannot use ${at}.${i}: ${(cause as Error).message}`, { cause });
    }
  });
}

/** Steps as one; undefined where there are none. */
function pipeOf(steps: readonly AnyStep[], at: string): AnyStep | undefined {
  if (steps.length === 0) return undefined;
  try {
    return pipe(...steps) as AnyStep;
  } catch (cause) {
    throw new RangeError(`Cannot use ${at}: ${(cause as Error).message}`, { cause });
  }
}

/** Where steps stand, for messages. */
export interface StepsPlace {
  /** Such as `inputs.0`. */
  at: string;
  /** What the steps are given. */
  kind: 'clips' | 'images';
  /** Whose clips or images they are. */
  dataset: string;
}

/** The steps that all inputs share, as a function; clips and images pass through where there are none. */
export function sourceMaker(steps: readonly AnyStep[], { at, kind, dataset }: StepsPlace): ImageMakers['prepare'] {
  const shared = pipeOf(steps, at);
  if (shared && kind === 'images' && shared.takes === 'clip') {
    throw new RangeError(`Cannot use ${at} as it must be steps on images: ${dataset} has images`);
  }
  return async (source) => (shared ? ((await shared.applyAsync(source as never)) as Source) : source);
}

/**
 * What makes the images of one input.
 *
 * @param steps - from the clip or image to what the network takes
 * @param options - windows of the clip that are pictures of their own; where the steps stand
 * @throws RangeError where the steps do not fit one another, or what they are given
 */
export function imageMaker(
  steps: readonly AnyStep[],
  {
    windows,
    at,
    kind,
    dataset,
  }: StepsPlace & { windows?: { readonly count: number; readonly overlap: number } | undefined },
): ImageMaker {
  const onClips = steps.find(({ takes }) => takes === 'clip');
  if (kind === 'images' && onClips) {
    throw new RangeError(
      `Cannot use ${at}.steps as they must be steps on images: ${onClips.name} takes clips, and ${dataset} has images`,
    );
  }
  const place = steps.findIndex(({ takes, gives }) => takes === 'clip' && gives === 'image');
  if (windows && place < 0) {
    throw new RangeError(
      `Cannot use ${at}.windows as there must be a representation to make of each: add one to ${at}.steps, or leave windows out`,
    );
  }
  // as one pipe first: what does not fit together is told here
  pipeOf(steps, `${at}.steps`);
  const before = pipeOf(windows ? steps.slice(0, place) : [], at);
  const rest = pipeOf(windows ? steps.slice(place) : steps, at);
  const tensorOf = async (given: Source): Promise<tf.Tensor> => {
    const applied = rest ? ((await rest.applyAsync(given as never)) as Source) : given;
    const made = isLongClip(applied) ? await holdClip(applied) : applied;
    // without a representation a clip stays a sequence: [T, H, W, C] of its frames
    const tensor = made instanceof tf.Tensor ? made : made.frames;
    return made === given ? tf.clone(tensor) : tensor;
  };
  return async (source) => {
    if (!windows) return tensorOf(source);
    const prepared = before ? ((await before.applyAsync(source as never)) as Source) : source;
    const pictures: tf.Tensor[] = [];
    try {
      for (const part of clipWindows(prepared as Clip | LongClip, windows)) pictures.push(await tensorOf(part));
      return tf.stack(pictures);
    } finally {
      tf.dispose(pictures);
      if (prepared !== source) disposeSource(prepared);
    }
  };
}

/** The images of one sample for one input: all views, one after the other. */
export interface MadeImage {
  values: Float32Array;
  shape: number[];
}

/** Options of {@link makeImages}. */
export interface MakeImagesOptions {
  makers: ImageMakers;
  /** Which inputs and targets, by their places among the makers. */
  wanted: readonly number[];
  /** Changes of clips that make the views. */
  clips: readonly ClipAugmentation[];
  views: ViewPlan;
  /** Identifies the sample: what chance draws for it. */
  id: string;
  parts: readonly Part[] | undefined;
}

/**
 * The images of one sample: for each wanted input all views, one after the other.
 *
 * @param source - the clip or image; stays the caller's
 * @param options - makers, which of them, views
 * @returns values outside of any backend, `[views, ...shape]`
 * @throws Error where the views differ in shape, and what the steps throw
 */
export async function makeImages(
  source: Source,
  { makers, wanted, clips, views, id, parts }: MakeImagesOptions,
): Promise<MadeImage[]> {
  const images: MadeImage[] = [];
  let shared = await makers.prepare(source);
  try {
    // what changes clips works on frames in memory
    if (isLongClip(shared) && clips.length > 0) shared = await holdClip(shared);
    const given = shared;
    const variants =
      given instanceof tf.Tensor || isLongClip(given) ? [async () => given] : clipViews(given, clips, [id], parts);
    for (const [view, variant] of variants.entries()) {
      const input = await variant();
      for (const [n, i] of wanted.entries()) {
        const image = await makers.images[i]!(input);
        const values = await image.data<'float32'>();
        const shape = [views.count, ...image.shape];
        image.dispose();
        const found = (images[n] ??= { values: new Float32Array(sizeOf(shape)), shape });
        if (found.shape.join() !== shape.join()) {
          throw new Error(
            `its views must have one shape: they are [${found.shape.slice(1)}] and [${shape.slice(1)}]; add a step resize`,
          );
        }
        found.values.set(values, view * values.length);
      }
      if (!(input instanceof tf.Tensor) && input.frames !== (given as Clip).frames) disposeSource(input);
    }
  } finally {
    if (shared !== source) disposeSource(shared);
  }
  return images;
}
