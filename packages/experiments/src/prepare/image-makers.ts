import type { Dataset } from '@mer/datasets';
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
} from '@mer/representations';
import { clipViews, sizeOf, trainingParts, type ViewPlan } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import type { Experiment, ExperimentInput, ExperimentStep } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { disposeSource, type Source } from './source.js';

type ImageMaker = (source: Source) => Promise<tf.Tensor>;

/** What makes the images of an experiment. */
export interface ImageMakers {
  /** What all inputs share: `preprocessing` of the experiment. */
  prepare: (source: Source) => Promise<Source>;
  /** One maker for each input, then for each target. */
  images: ImageMaker[];
}

/** Makers of every input and target; throws an `ExperimentError` where one does not fit the data set. */
export function imageMakers(experiment: Experiment, kind: Dataset['kind'], parts?: readonly Part[]): ImageMakers {
  const { data, preprocessing } = experiment;
  const shared =
    preprocessing.length > 0 ? pipeOf(makeSteps(preprocessing, 'preprocessing', parts), 'preprocessing') : undefined;
  if (shared && kind === 'images' && shared.takes === 'clip') {
    throw new ExperimentError(
      `Cannot use the experiment as preprocessing must be steps on images: ${data.name} is a data set of images`,
    );
  }
  if (experiment.training.augmentation.clips.length > 0 && kind === 'images') {
    throw new ExperimentError(
      `Cannot use the experiment as training.augmentation.clips must be empty: ${data.name} is a data set of images`,
    );
  }
  const makersOf = (inputs: readonly ExperimentInput[], name: string) =>
    inputs.map((input, i) => {
      const at = `${name}.${i}`;
      const steps = makeSteps(input.steps, `${at}.steps`, parts);
      checkAugmentation(steps, { at, images: experiment.training.augmentation.images, flow: input.flow, parts });
      return imageMaker(steps, { windows: input.windows, at, kind, dataset: data.name });
    });
  return {
    prepare: async (source) => (shared ? ((await shared.applyAsync(source as never)) as Source) : source),
    images: [...makersOf(experiment.inputs, 'inputs'), ...makersOf(experiment.targets, 'targets')],
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
  wanted: readonly number[];
  clips: Experiment['training']['augmentation']['clips'];
  views: ViewPlan;
  id: string;
  parts: readonly Part[] | undefined;
}

/** The images of one sample: for each wanted input all views, one after the other. */
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

/** Throws where an augmentation would make nonsense of an input. */
function checkAugmentation(
  steps: readonly AnyStep[],
  {
    at,
    images,
    flow,
    parts,
  }: {
    at: string;
    images: Experiment['training']['augmentation']['images'];
    flow: ExperimentInput['flow'];
    parts: readonly Part[] | undefined;
  },
): void {
  const { imageAugmentations } = trainingParts(parts);
  const drawn = images.flatMap(({ name }) => imageAugmentations.find((part) => part.name === name && part.draw) ?? []);
  const histogram = steps.find(({ traits }) => traits.histogram);
  if (drawn[0] && histogram) {
    throw new ExperimentError(
      `Cannot use augmentation ${drawn[0].name} as ${at} must be a picture: ${histogram.name} gives histograms; use augmentation.clips`,
    );
  }
  const turning = drawn.find(({ turns }) => turns);
  const directed = steps.find(({ traits }) => traits.directed);
  if (turning && directed && !flow) {
    throw new ExperimentError(
      `Cannot use augmentation ${turning.name} as ${directed.name} holds directions, which would not turn with the picture: ` +
        `say which channels are the flow (${at}.flow: { u, v, zero }), or, where colors stand for directions, use mirror in training.augmentation.clips`,
    );
  }
}

/** Steps of an experiment file. */
export function makeSteps(given: readonly ExperimentStep[], at: string, parts?: readonly Part[]): AnyStep[] {
  return given.map((step, i) => {
    try {
      return createStep(step, { parts });
    } catch (cause) {
      throw new ExperimentError(`Cannot use ${at}.${i}: ${(cause as Error).message}`, { cause });
    }
  });
}

/** Steps as one; undefined where there are none. */
function pipeOf(steps: readonly AnyStep[], at: string): AnyStep | undefined {
  if (steps.length === 0) return undefined;
  try {
    return pipe(...steps) as AnyStep;
  } catch (cause) {
    throw new ExperimentError(`Cannot use ${at}: ${(cause as Error).message}`, { cause });
  }
}

function imageMaker(
  steps: readonly AnyStep[],
  {
    windows,
    at,
    kind,
    dataset,
  }: { windows: ExperimentInput['windows']; at: string; kind: Dataset['kind']; dataset: string },
): ImageMaker {
  const onClips = steps.find(({ takes }) => takes === 'clip');
  if (kind === 'images' && onClips) {
    throw new ExperimentError(
      `Cannot use the experiment as ${at}.steps must be steps on images: ${onClips.name} takes clips, and ${dataset} is a data set of images`,
    );
  }
  const place = steps.findIndex(({ takes, gives }) => takes === 'clip' && gives === 'image');
  if (windows && place < 0) {
    throw new ExperimentError(
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
