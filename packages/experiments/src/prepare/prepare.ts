import { type Dataset, DatasetError, openDataset, type Sample } from '@mer/datasets';
import { makeImages, type Source } from '@mer/predictor';
import type { PreparedData, PreparedInput } from '@mer/training';
import { settingsFaults, viewPlan } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import { NO_PARTS, type OwnParts } from '../parts/own-modules.js';
import type { ClipMarks } from '../run/run-store.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import type { Store } from '../store/store.js';
import { imageKeys } from './image-keys.js';
import { imageMakers } from './image-makers.js';
import { fileInput, fileStore, type ImageStore, memoryStore } from './image-store.js';
import { withDetectedLandmarks, withLandmarks } from './landmarks.js';
import type { RowFile } from './row-file.js';
import {
  cannotPrepare,
  cannotPrepareThese,
  imagesHere,
  imagesInProcesses,
  type PreparingProcesses,
  type SampleImages,
  type SampleImagesOptions,
} from './sample-images.js';
import { sharePictures } from './shared-pictures.js';

/** A data set made ready for training: its images, and who the samples are. */
export interface PreparedDataset extends PreparedData {
  /** Every sample, in the order of `labels`. */
  samples: readonly Sample[];
  /** The annotation of each, where the data set has them. */
  marks?: readonly ClipMarks[] | undefined;
  /** The cache's files of inputs and targets, where there is a cache; other processes may read them. */
  files?: { inputs: RowFile[]; targets: RowFile[] };
  /** Closes those files. */
  close(): void;
}

/** Options of {@link prepareData}. */
export interface PrepareDataOptions {
  /**
   * Folder in which the images are kept as `.npy` files, to be found again by a later run; without it they are held in memory. What the images depend on
   * names the files: samples, sizes and last changes of their files, steps and options, backend, code.
   */
  cache?: string | undefined;
  /**
   * A store that machines share, beside the cache: files that the cache lacks are fetched from there, and what nobody has yet is made by whoever claims it first, while the others wait. There the
   * contents of the samples' files are part of the name, and every copy of the data is as good as another.
   */
  store?: Store | undefined;
  /** Called with what somebody who waits would like to know: that another machine makes the images. */
  onNote?: ((text: string) => void) | undefined;
  /** Anybody's own parts, which the experiment may name; see {@link loadParts}. */
  own?: OwnParts | undefined;
  /** Called after each sample. */
  onProgress?: (done: number, total: number) => void;
  /** Ends the work after the sample in flight by throwing the signal's reason; what the cache has stays. */
  signal?: AbortSignal | undefined;
  /** Processes that share the work, where the first sample tells that this one would take more than `worthwhile` seconds (10) for the rest. */
  processes?: (PreparingProcesses & { worthwhile?: number }) | undefined;
}

/**
 * Opens the data set of an experiment.
 *
 * @param experiment - its `data` names the data set and the folder
 * @param own - anybody's own parts
 * @returns the data set, with every sample's file known to exist
 * @throws {@link ExperimentError} where the data set or its options are not as they must be
 *
 * @example
 * ```ts
 * import { openExperimentData, readExperiment } from '@mer/experiments';
 *
 * const dataset = await openExperimentData(await readExperiment('first-steps'));
 * console.log(dataset.kind); // 'clips'
 * ```
 */
export async function openExperimentData(experiment: Experiment, own: OwnParts = NO_PARTS): Promise<Dataset> {
  const { data } = experiment;
  const options = { ...data.options, root: data.root, parts: own.parts };
  const dataset = await openDataset(data.name, options).catch((cause) => {
    // every clip that cannot be used, not the first few
    if (cause instanceof DatasetError) throw new DatasetError(cause.what, cause.notes, { cause, shown: Infinity });
    if (cause instanceof TypeError || cause instanceof RangeError) throw new ExperimentError(cause.message, { cause });
    throw cause;
  });
  imageMakers(experiment, dataset.kind, own.parts);
  checkApexes(experiment, dataset);
  checkLabels(experiment, dataset, own.parts);
  if (data.landmarks === undefined) return dataset;
  if (dataset.kind !== 'clips') {
    throw new ExperimentError(`Cannot use data.landmarks as the data set must be of clips: ${data.name} is of images`);
  }
  return typeof data.landmarks === 'string'
    ? withLandmarks(dataset, data.landmarks)
    : withDetectedLandmarks(dataset, data.landmarks);
}

/** Throws where loss or thresholds are not for the labels that the samples have. */
function checkLabels({ training, threshold }: Experiment, dataset: Dataset, parts: OwnParts['parts']): void {
  const { labelKind = 'single', classes, name } = dataset;
  const [fault] = settingsFaults(training, parts, labelKind);
  if (fault) throw new ExperimentError(`Cannot train on ${name} as training.${fault.path.join('.')} ${fault.text}`);
  if (threshold !== undefined && labelKind === 'single') {
    throw new ExperimentError(
      `Cannot use threshold as it is for samples with any number of labels: those of ${name} have one; leave it out`,
    );
  }
  if (typeof threshold === 'object' && threshold.length !== classes.length) {
    throw new ExperimentError(
      `Cannot use threshold as there must be one for each of the ${classes.length} labels (${classes.join(', ')}): current number is ${threshold.length}`,
    );
  }
}

/** Throws where clips are to be read to an apex that they do not have, naming each. */
function checkApexes({ data }: Experiment, dataset: Dataset): void {
  if (data.frames.to !== 'apex' || dataset.kind !== 'clips') return;
  const without = dataset.samples.filter((_, i) => dataset.records?.[i]?.apex === null).map(({ id }) => id);
  if (without.length === 0) return;
  throw new ExperimentError(
    `Cannot read clips to the apex (data.frames.to) as each must have one: ${without.length} of ${dataset.samples.length} have none; ` +
      `read to the offset and add the step spot-apex, or leave them out with data.options.exclude:\n  ${without.join('\n  ')}`,
  );
}

/**
 * Reads every sample of a data set and makes the model's inputs (and the loss's targets) of it, one sample at a time; nothing is learned from the
 * samples, so no fold sees anything of another.
 *
 * @param dataset - as opened by {@link openExperimentData}
 * @param experiment - preprocessing, inputs, targets and clip augmentation
 * @param options - cache, progress and interruption
 * @returns images outside of any backend. In memory they take samples x views x inputs x H x W x C x 4 bytes; with a cache as much on disk, and two clips
 * in memory while they are made (in each process, where several make them)
 * @throws Error where samples cannot be read or differ in shape; the message names every one
 *
 * @example
 * ```ts
 * import { openExperimentData, prepareData, readExperiment } from '@mer/experiments';
 *
 * const experiment = await readExperiment('first-steps', { set: ['data.options={ subjects: 2, clipsPerSubject: 3 }'] });
 * const data = await prepareData(await openExperimentData(experiment), experiment);
 * console.log(data.labels.length); // 6
 * ```
 */
export async function prepareData(
  dataset: Dataset,
  experiment: Experiment,
  { cache, store, onNote, own = NO_PARTS, onProgress, signal, processes }: PrepareDataOptions = {},
): Promise<PreparedDataset> {
  const { clips, test } = experiment.training.augmentation;
  const views = viewPlan(clips, test, own.parts);
  const total = dataset.samples.length;
  const specs = [...experiment.inputs, ...experiment.targets];
  const keys = cache === undefined ? [] : await imageKeys(dataset, experiment, own);
  const making = { own, onProgress, signal, processes };
  if (store !== undefined) {
    if (cache === undefined)
      throw new TypeError('Cannot share prepared images as cache must be a folder of this machine');
    const shared = await imageKeys(dataset, experiment, own, { shared: true, cache });
    const files = specs.map((_, i) => ({ key: keys[i]!, shared: shared[i]!, i }));
    await sharePictures({
      store,
      cache,
      files: [...new Map(files.map((file) => [file.key, file])).values()],
      samples: total,
      make: async (wanted) => {
        const images = await storesOf(wanted.map(({ key, i }) => [i, () => fileStore(cache, key, total, undefined)]));
        await fillStores(images, dataset, experiment, making);
        for (const [, made] of images) (await made.finish()).close?.();
      },
      onNote,
      signal,
    });
  }
  const stores = await storesOf(
    specs.map(({ flow }, i) => [
      i,
      async () => (cache === undefined ? memoryStore(total, flow) : fileStore(cache, keys[i]!, total, flow)),
    ]),
  );
  await fillStores(stores, dataset, experiment, making);
  try {
    const ready: Awaited<ReturnType<ImageStore['finish']>>[] = [];
    for (const [, store] of stores) ready.push(await store.finish());
    const split = experiment.inputs.length;
    const files = ready.flatMap(({ file }) => (file ? [file] : []));
    return {
      classes: dataset.classes,
      ...(dataset.labelKind && { labelKind: dataset.labelKind }),
      samples: dataset.samples,
      ...(dataset.kind === 'clips' && dataset.records && { marks: dataset.records.map(marksOf) }),
      labels: dataset.samples.map(({ label }) => label),
      inputs: ready.slice(0, split).map(({ input }) => input),
      targets: ready.slice(split).map(({ input }) => input),
      views,
      ...(cache !== undefined && { files: { inputs: files.slice(0, split), targets: files.slice(split) } }),
      close: () => {
        for (const { close } of ready) close?.();
      },
    };
  } catch (error) {
    for (const [, store] of stores) await store.close();
    throw error;
  }
}

/** Where images go, each with the number of its input or target. */
type Stores = readonly (readonly [number, ImageStore])[];

/** Opens all, or none. */
async function storesOf(openers: readonly (readonly [number, () => Promise<ImageStore>])[]): Promise<Stores> {
  const stores: [number, ImageStore][] = [];
  try {
    for (const [i, open] of openers) stores.push([i, await open()]);
    return stores;
  } catch (error) {
    for (const [, store] of stores) await store.close();
    throw error;
  }
}

/** Makes what is missing of the images of some inputs and targets; closes all where that fails. */
async function fillStores(
  stores: Stores,
  dataset: Dataset,
  experiment: Experiment,
  { own, onProgress, signal, processes }: MakingOptions,
): Promise<void> {
  const total = dataset.samples.length;
  try {
    const done = stores.map(([, store]) => store.done);
    const lacking = (index: number) => stores.filter((_, n) => done[n]! <= index);
    const failures: Error[] = [];
    for await (const { index, images, failure } of sampleImages(dataset, experiment, {
      first: Math.min(...done),
      wanted: (index) => lacking(index).map(([i]) => i),
      own,
      signal,
      processes,
    })) {
      if (failure) failures.push(failure);
      // rows stand in the order of the samples: after one that failed, the others are only tried
      if (images && failures.length === 0) {
        for (const [n, [, store]] of lacking(index).entries()) {
          await store.append(images[n]!.values, images[n]!.shape).catch((cause) => {
            failures.push(cannotPrepare(dataset.samples[index]!.id, cause));
          });
        }
      }
      onProgress?.(index + 1, total);
    }
    if (failures.length > 0) throw cannotPrepareThese(failures, total);
  } catch (error) {
    for (const [, store] of stores) await store.close();
    throw error;
  }
}

type MakingOptions = Pick<PrepareDataOptions, 'onProgress' | 'signal' | 'processes'> & { own: OwnParts };

const marksOf = ({ onset, apex, offset, fps }: ClipMarks): ClipMarks => ({ onset, apex, offset, fps });

/** Images of one sample after the other, made here or, where that saves time, in processes of their own: the same images. */
async function* sampleImages(
  dataset: Dataset,
  experiment: Experiment,
  { processes, ...options }: SampleImagesOptions & Pick<PrepareDataOptions, 'processes'>,
): AsyncGenerator<SampleImages> {
  const { first } = options;
  const began = performance.now();
  for await (const made of imagesHere(dataset, experiment, options)) {
    const left = ((performance.now() - began) / 1000) * (dataset.samples.length - first - 1);
    yield made;
    if (made.index === first && processes && processes.count > 1 && left > (processes.worthwhile ?? 10)) {
      const ids = dataset.samples.map(({ id }) => id);
      yield* imagesInProcesses(ids, experiment, { ...options, ...processes, first: first + 1 });
      return;
    }
  }
}

/** Prepared samples without functions, as other processes open them. */
export function shareable({
  inputs,
  targets = [],
  files,
  close: _close,
  ...rest
}: PreparedDataset): Parameters<typeof openPrepared>[0] {
  const flows = { inputs: inputs.map(({ flow }) => flow), targets: targets.map(({ flow }) => flow) };
  return { ...rest, files: files!, flows };
}

/**
 * Opens images that a process of this machine has prepared.
 *
 * @param described - what {@link prepareData} gave, without its functions
 * @returns the same data, read from the files
 */
export function openPrepared({
  files,
  flows,
  ...rest
}: Omit<PreparedDataset, 'inputs' | 'targets' | 'close' | 'files'> & {
  files: NonNullable<PreparedDataset['files']>;
  flows: { inputs: (PreparedInput['flow'] | undefined)[]; targets: (PreparedInput['flow'] | undefined)[] };
}): PreparedDataset {
  const inputs = files.inputs.map((file, i) => fileInput(file, flows.inputs[i]));
  const targets = files.targets.map((file, i) => fileInput(file, flows.targets[i]));
  return {
    ...rest,
    files,
    inputs: inputs.map(({ input }) => input),
    targets: targets.map(({ input }) => input),
    close: () => {
      for (const { close } of [...inputs, ...targets]) close();
    },
  };
}

/**
 * Makes the model's inputs of one clip (or image), all views that are tested.
 *
 * @param experiment - preprocessing, inputs and clip augmentation
 * @param source - the clip or image; stays the caller's
 * @param own - anybody's own parts
 * @returns one entry for each input; its rows are the views
 */
export async function prepareSource(
  experiment: Experiment,
  source: Source,
  own: OwnParts = NO_PARTS,
): Promise<Pick<PreparedData, 'views'> & { inputs: PreparedInput[] }> {
  const { clips, test } = experiment.training.augmentation;
  const { parts } = own;
  const views = viewPlan(clips, test, parts);
  const makers = imageMakers(experiment, source instanceof tf.Tensor ? 'images' : 'clips', parts);
  const wanted = experiment.inputs.map((_, i) => i);
  const images = await makeImages(source, { makers, wanted, clips, views, id: 'new', parts });
  return {
    views,
    inputs: images.map(({ shape, values }, i) => ({ shape: shape.slice(1), values, flow: experiment.inputs[i]!.flow })),
  };
}
