import type { Dataset } from '@mer/datasets';
import {
  type AnyStep,
  type Clip,
  clipWindows,
  createRepresentation,
  createStep,
  findRepresentation,
  imagenet,
  pipe,
  resize,
  type Step,
} from '@mer/representations';
import { clipViews, sizeOf, type ViewPlan } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import { ExperimentError } from '../schema/parse.js';
import type { Experiment, ExperimentInput } from '../schema/schema.js';
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
export function imageMakers(experiment: Experiment, kind: Dataset['kind']): ImageMakers {
  const { data, preprocessing } = experiment;
  const shared = makeSteps(preprocessing, 'preprocessing');
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
      checkAugmentation(input, experiment.training.augmentation.images, `${name}.${i}`);
      return imageMaker(input, { at: `${name}.${i}`, kind, dataset: data.name });
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
}

/** The images of one sample: for each wanted input all views, one after the other. */
export async function makeImages(
  source: Source,
  { makers, wanted, clips, views, id }: MakeImagesOptions,
): Promise<MadeImage[]> {
  const images: MadeImage[] = [];
  const shared = await makers.prepare(source);
  try {
    const variants = shared instanceof tf.Tensor ? [async () => shared] : clipViews(shared, clips, [id]);
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
            `its views must have one shape: they are [${found.shape.slice(1)}] and [${shape.slice(1)}]; set size`,
          );
        }
        found.values.set(values, view * values.length);
      }
      if (!(input instanceof tf.Tensor) && input.frames !== (shared as Clip).frames) input.frames.dispose();
    }
  } finally {
    if (shared !== source) disposeSource(shared);
  }
  return images;
}

/** Throws where an augmentation would make nonsense of an input. */
function checkAugmentation(
  { representation, flow }: ExperimentInput,
  images: Experiment['training']['augmentation']['images'],
  at: string,
): void {
  if (!representation) return;
  const { name } = representation;
  const { directed, histogram } = findRepresentation(name).traits;
  const moving = images.find((augmentation) => augmentation.name !== 'mixup');
  if (moving && histogram) {
    throw new ExperimentError(
      `Cannot use augmentation ${moving.name} as ${at}.representation must be a picture: ${name} gives histograms; use augmentation.clips`,
    );
  }
  const turning = images.find((augmentation) => augmentation.name === 'flip' || augmentation.name === 'rotate');
  if (turning && directed && !flow) {
    throw new ExperimentError(
      `Cannot use augmentation ${turning.name} as ${name} holds directions, which would not turn with the picture: ` +
        `say which channels are the flow (${at}.flow: { u, v, zero }), or, where colours stand for directions, use mirror in training.augmentation.clips`,
    );
  }
}

/** Steps of an experiment file as one step; undefined where there are none. */
export function makeSteps(given: Experiment['preprocessing'], at: string): AnyStep | undefined {
  if (given.length === 0) return undefined;
  try {
    return pipe(...given.map((step) => createStep(step))) as AnyStep;
  } catch (cause) {
    throw new ExperimentError(`Cannot use ${at}: ${(cause as Error).message}`, { cause });
  }
}

function imageMaker(
  { preprocessing, representation, windows, size, channels, scale, offset, normalize }: ExperimentInput,
  { at, kind, dataset }: { at: string; kind: Dataset['kind']; dataset: string },
): ImageMaker {
  if (kind === 'images' && representation) {
    throw new ExperimentError(
      `Cannot use the experiment as ${at}.representation must be left out: ${dataset} is a data set of images`,
    );
  }
  const steps = makeSteps(preprocessing, `${at}.preprocessing`);
  let represent: Step | undefined;
  try {
    represent = representation && createRepresentation(representation.name, representation.options);
  } catch (cause) {
    throw new ExperimentError(`Cannot use ${at}.representation: ${(cause as Error).message}`, { cause });
  }
  if (windows && !represent) {
    throw new ExperimentError(
      `Cannot use ${at}.windows as there must be a representation to make of each: set ${at}.representation, or leave windows out`,
    );
  }
  const { mean, std } = normalize === 'imagenet' ? imagenet : (normalize ?? { mean: [0], std: [1] });
  const finish = (given: tf.Tensor): tf.Tensor => {
    let image = given;
    const axis = image.rank - 1;
    if (channels === 'bgr') image = tf.reverse(image, axis);
    if (channels === 'grey') image = tf.mean(image, axis, true);
    if (size !== undefined) {
      const sides: [number, number] = typeof size === 'number' ? [size, size] : [...size];
      image = resize(image as tf.Tensor3D, { size: sides });
    }
    image = tf.add(tf.mul(image, scale), offset);
    return normalize ? tf.div(tf.sub(image, mean), std) : image;
  };
  return async (source) => {
    const prepared = steps ? ((await steps.applyAsync(source as never)) as Source) : source;
    const pictures: tf.Tensor[] = [];
    try {
      if (prepared instanceof tf.Tensor) return tf.tidy(() => finish(prepared));
      // without a representation a clip stays a sequence: [T, H, W, C] of its frames
      if (!represent) return tf.tidy(() => finish(prepared.frames));
      for (const part of windows ? clipWindows(prepared, windows) : [prepared]) {
        pictures.push(await represent.applyAsync(part));
      }
      return tf.tidy(() => finish(windows ? tf.stack(pictures) : pictures[0]!));
    } finally {
      tf.dispose(pictures);
      if (prepared !== source) disposeSource(prepared);
    }
  };
}
