import { type Dataset, openDataset, type Sample } from '@mer/datasets';
import { type Clip, createRepresentation } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import type { PreparedData, PreparedInput } from '../prepared-data.js';
import { ExperimentError } from './parse.js';
import type { Experiment, ExperimentInput } from './schema.js';

/** A data set made ready for training: its tensors, and who the samples are. */
export interface PreparedDataset extends PreparedData {
  /** Every sample, in the order of `labels` and of the rows of `inputs`. */
  samples: readonly Sample[];
}

/** Options of {@link prepareData}. */
export interface PrepareDataOptions {
  /** Called after each sample. */
  onProgress?: (done: number, total: number) => void;
  /** Ends the work after the sample in flight by throwing the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Opens the data set of an experiment.
 *
 * @param experiment - its `data` names the data set and the folder
 * @returns the data set, with every sample's file known to exist
 * @throws {@link ExperimentError} where the data set or its options are not as they must be
 *
 * @example
 * ```ts
 * import { openExperimentData, readExperiment } from '@mer/training';
 *
 * const dataset = await openExperimentData(await readExperiment('recipes/quickstart.yaml'));
 * console.log(dataset.kind); // 'clips'
 * ```
 */
export async function openExperimentData({ data, inputs }: Experiment): Promise<Dataset> {
  const dataset = await openDataset(data.name, data.root, data.options).catch((cause) => {
    if (cause instanceof TypeError || cause instanceof RangeError) throw new ExperimentError(cause.message, { cause });
    throw cause;
  });
  for (const [i, { representation }] of inputs.entries()) {
    try {
      if (representation) createRepresentation(representation.name, representation.options);
    } catch (cause) {
      throw new ExperimentError(`Cannot use inputs.${i}.representation: ${(cause as Error).message}`, { cause });
    }
    if (dataset.kind === 'clips' && !representation) {
      throw new ExperimentError(
        `Cannot use the experiment as inputs.${i}.representation must be given: ${data.name} is a data set of clips`,
      );
    }
    if (dataset.kind === 'images' && representation) {
      throw new ExperimentError(
        `Cannot use the experiment as inputs.${i}.representation must be left out: ${data.name} is a data set of images`,
      );
    }
  }
  return dataset;
}

/**
 * Reads every sample of a data set and makes the model's inputs of it, one sample at a time; nothing is learned from the samples, so no fold
 * sees anything of another.
 *
 * @param dataset - as opened by {@link openExperimentData}
 * @param inputs - how each input of the model is made
 * @param options - progress and interruption
 * @returns tensors outside of any backend; memory is samples x inputs x H x W x C x 4 bytes
 * @throws Error where a sample cannot be read or samples differ in shape; the message names the sample
 *
 * @example
 * ```ts
 * import { openExperimentData, prepareData, readExperiment } from '@mer/training';
 *
 * const experiment = await readExperiment('recipes/quickstart.yaml', { set: ['data.options={ subjects: 2, clipsPerSubject: 3 }'] });
 * const data = await prepareData(await openExperimentData(experiment), experiment.inputs);
 * console.log(data.labels.length); // 6
 * ```
 */
export async function prepareData(
  dataset: Dataset,
  inputs: readonly ExperimentInput[],
  { onProgress, signal }: PrepareDataOptions = {},
): Promise<PreparedDataset> {
  const makers = inputs.map(imageMaker);
  const total = dataset.samples.length;
  const prepared: PreparedInput[] = [];
  for (let index = 0; index < total; index++) {
    signal?.throwIfAborted();
    const images = await makeImages(dataset, index, makers);
    for (const [i, { shape, values }] of images.entries()) {
      const input = (prepared[i] ??= { shape, values: new Float32Array(values.length * total) });
      if (shape.join() !== input.shape.join()) {
        const [first, other] = [dataset.samples[0]!.id, dataset.samples[index]!.id];
        throw new Error(
          `Cannot prepare ${other} as all images of an input must have one shape: it is [${shape}], ${first} is [${input.shape}]; set inputs.${i}.size`,
        );
      }
      input.values.set(values, index * values.length);
    }
    onProgress?.(index + 1, total);
  }
  return {
    classes: dataset.classes,
    samples: dataset.samples,
    labels: dataset.samples.map(({ label }) => label),
    inputs: prepared,
  };
}

type Source = tf.Tensor3D | Clip;

async function makeImages(dataset: Dataset, index: number, makers: readonly ((source: Source) => tf.Tensor3D)[]) {
  const source: Source = dataset.kind === 'images' ? await dataset.readImage(index) : await dataset.readClip(index);
  try {
    const images: PreparedInput[] = [];
    for (const make of makers) {
      const image = tf.tidy(() => make(source));
      images.push({ shape: image.shape, values: (await image.data()) as Float32Array });
      image.dispose();
    }
    return images;
  } catch (cause) {
    throw new Error(`Cannot prepare ${dataset.samples[index]!.id}: ${(cause as Error).message}`, { cause });
  } finally {
    tf.dispose(source instanceof tf.Tensor ? source : source.frames);
  }
}

function imageMaker({
  representation,
  size,
  channels,
  scale,
  offset,
}: ExperimentInput): (source: Source) => tf.Tensor3D {
  const represent = representation && createRepresentation(representation.name, representation.options);
  return (source) => {
    let image = represent ? represent(source as Clip) : (source as tf.Tensor3D);
    if (channels === 'bgr') image = tf.reverse(image, 2);
    if (channels === 'grey') image = tf.mean(image, 2, true);
    if (size !== undefined) {
      image = tf.image.resizeBilinear(image, typeof size === 'number' ? [size, size] : size, false, true);
    }
    return tf.add(tf.mul(image, scale), offset);
  };
}
