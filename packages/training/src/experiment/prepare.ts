import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Dataset, fingerprint, openDataset, type Sample } from '@mer/datasets';
import {
  type AnyStep,
  type Clip,
  clipWindows,
  createRepresentation,
  createStep,
  pipe,
  type Step,
} from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { clipViews, viewPlan } from '../augment/clips.js';
import { type PreparedData, type PreparedInput, sizeOf, type ViewPlan } from '../prepared-data.js';
import { preparationCodeHash } from './code-hash.js';
import { withLandmarks } from './landmarks.js';
import { ExperimentError } from './parse.js';
import { findRowFile, openRowFile, type RowFile, type RowWriter, writeRowFile } from './row-file.js';
import { stableJson } from './run-store.js';
import type { Experiment, ExperimentInput } from './schema.js';

/** A data set made ready for training: its images, and who the samples are. */
export interface PreparedDataset extends PreparedData {
  /** Every sample, in the order of `labels`. */
  samples: readonly Sample[];
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
  /** Called after each sample. */
  onProgress?: (done: number, total: number) => void;
  /** Ends the work after the sample in flight by throwing the signal's reason; what the cache has stays. */
  signal?: AbortSignal | undefined;
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
 * const dataset = await openExperimentData(await readExperiment('recipes/first-steps.yaml'));
 * console.log(dataset.kind); // 'clips'
 * ```
 */
export async function openExperimentData(experiment: Experiment): Promise<Dataset> {
  const { data } = experiment;
  const dataset = await openDataset(data.name, data.root, data.options).catch((cause) => {
    if (cause instanceof TypeError || cause instanceof RangeError) throw new ExperimentError(cause.message, { cause });
    throw cause;
  });
  imageMakers(experiment, dataset.kind);
  if (data.landmarks === undefined) return dataset;
  if (dataset.kind !== 'clips') {
    throw new ExperimentError(`Cannot use data.landmarks as the data set must be of clips: ${data.name} is of images`);
  }
  return withLandmarks(dataset, data.landmarks);
}

/**
 * Reads every sample of a data set and makes the model's inputs (and the loss's targets) of it, one sample at a time; nothing is learned from the
 * samples, so no fold sees anything of another.
 *
 * @param dataset - as opened by {@link openExperimentData}
 * @param experiment - preprocessing, inputs, targets and clip augmentation
 * @param options - cache, progress and interruption
 * @returns images outside of any backend. In memory they take samples x views x inputs x H x W x C x 4 bytes; with a cache as much on disk, and two clips
 * in memory while they are made
 * @throws Error where a sample cannot be read or samples differ in shape; the message names the sample
 *
 * @example
 * ```ts
 * import { openExperimentData, prepareData, readExperiment } from '@mer/training';
 *
 * const experiment = await readExperiment('recipes/first-steps.yaml', { set: ['data.options={ subjects: 2, clipsPerSubject: 3 }'] });
 * const data = await prepareData(await openExperimentData(experiment), experiment);
 * console.log(data.labels.length); // 6
 * ```
 */
export async function prepareData(
  dataset: Dataset,
  experiment: Experiment,
  { cache, onProgress, signal }: PrepareDataOptions = {},
): Promise<PreparedDataset> {
  const { clips, test } = experiment.training.augmentation;
  const views = viewPlan(clips, test);
  const makers = imageMakers(experiment, dataset.kind);
  const total = dataset.samples.length;
  const specs = [...experiment.inputs, ...experiment.targets];
  const keys = cache === undefined ? [] : await imageKeys(dataset, experiment);
  const stores: ImageStore[] = [];
  try {
    for (const [i, { flow }] of specs.entries()) {
      stores.push(cache === undefined ? memoryStore(total, flow) : await fileStore(cache, keys[i]!, total, flow));
    }
    const first = Math.min(...stores.map(({ done }) => done));
    for await (const { index, source } of readSamples(dataset, experiment, { first, signal })) {
      const id = dataset.samples[index]!.id;
      try {
        const wanted = stores.flatMap((store, i) => (store.done > index ? [] : [i]));
        const images = await makeImages(source, { makers, wanted, clips, views, id });
        for (const [n, i] of wanted.entries()) await stores[i]!.append(images[n]!.values, images[n]!.shape);
      } catch (cause) {
        if (signal?.aborted) throw cause;
        throw new Error(`Cannot prepare ${id}: ${(cause as Error).message}`, { cause });
      } finally {
        disposeSource(source);
      }
      onProgress?.(index + 1, total);
    }
    const ready: Awaited<ReturnType<ImageStore['finish']>>[] = [];
    for (const store of stores) ready.push(await store.finish());
    const split = experiment.inputs.length;
    const files = ready.flatMap(({ file }) => (file ? [file] : []));
    return {
      classes: dataset.classes,
      samples: dataset.samples,
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
    for (const store of stores) await store.close();
    throw error;
  }
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

/** A clip, or the one image that stands for it. */
export type Source = tf.Tensor3D | Clip;

/**
 * Makes the model's inputs of one clip (or image), all views that are tested.
 *
 * @param experiment - preprocessing, inputs and clip augmentation
 * @param source - the clip or image; stays the caller's
 * @returns one entry for each input; its rows are the views
 */
export async function prepareSource(
  experiment: Experiment,
  source: Source,
): Promise<Pick<PreparedData, 'views'> & { inputs: PreparedInput[] }> {
  const { clips, test } = experiment.training.augmentation;
  const views = viewPlan(clips, test);
  const makers = imageMakers(experiment, source instanceof tf.Tensor ? 'images' : 'clips');
  const wanted = experiment.inputs.map((_, i) => i);
  const images = await makeImages(source, { makers, wanted, clips, views, id: 'new' });
  return {
    views,
    inputs: images.map(({ shape, values }, i) => ({ shape: shape.slice(1), values, flow: experiment.inputs[i]!.flow })),
  };
}

type ImageMaker = (source: Source) => Promise<tf.Tensor>;

/** Samples from `first` on, each read while the one before is worked on. */
async function* readSamples(
  dataset: Dataset,
  experiment: Experiment,
  { first, signal }: { first: number; signal: AbortSignal | undefined },
): AsyncGenerator<{ index: number; source: Source }> {
  const read = (index: number): Promise<Source> | undefined => {
    if (index >= dataset.samples.length) return undefined;
    const source = readSource(dataset, experiment, index);
    // awaited in its turn; until then a failure is nobody's
    source.catch(() => {});
    return source;
  };
  let next = read(first);
  try {
    for (let index = first; next; index++) {
      signal?.throwIfAborted();
      const source: Source = await next.catch((cause) => {
        throw new Error(`Cannot prepare ${dataset.samples[index]!.id}: ${(cause as Error).message}`, { cause });
      });
      next = read(index + 1);
      yield { index, source };
    }
  } finally {
    const left = await next?.catch(() => undefined);
    if (left) disposeSource(left);
  }
}

/** Reads one sample as the experiment says; the tensor belongs to the caller. */
export function readSource(dataset: Dataset, { data }: Experiment, index: number): Promise<Source> {
  return dataset.kind === 'images' ? dataset.readImage(index) : dataset.readClip(index, defined(data.frames));
}

function defined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

interface MakeImagesOptions {
  makers: ImageMakers;
  wanted: readonly number[];
  clips: Experiment['training']['augmentation']['clips'];
  views: ViewPlan;
  id: string;
}

/** The images of one sample: for each wanted input all views, one after the other. */
async function makeImages(source: Source, { makers, wanted, clips, views, id }: MakeImagesOptions) {
  const images: { values: Float32Array; shape: number[] }[] = [];
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

interface ImageMakers {
  /** What all inputs share: `preprocessing` of the experiment. */
  prepare: (source: Source) => Promise<Source>;
  /** One maker for each input, then for each target. */
  images: ImageMaker[];
}

/** Makers of every input and target; throws an `ExperimentError` where one does not fit the data set. */
function imageMakers(experiment: Experiment, kind: Dataset['kind']): ImageMakers {
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

/** Representations whose values say where things move to: a mirrored picture of one is the picture of no movement. */
const directed = new Set<string>(['flow', 'flow-color', 'u-v-strain', 'cof', 'mm-cof']);
/** Representations that are histograms, not pictures. */
const histograms = new Set<string>(['lbp-top', 'hoof', 'bi-woof']);

/** Throws where an augmentation would make nonsense of an input. */
function checkAugmentation(
  { representation, flow }: ExperimentInput,
  images: Experiment['training']['augmentation']['images'],
  at: string,
): void {
  if (!representation) return;
  const { name } = representation;
  const moving = images.find((augmentation) => augmentation.name !== 'mixup');
  if (moving && histograms.has(name)) {
    throw new ExperimentError(
      `Cannot use augmentation ${moving.name} as ${at}.representation must be a picture: ${name} gives histograms; use augmentation.clips`,
    );
  }
  const turning = images.find((augmentation) => augmentation.name === 'flip' || augmentation.name === 'rotate');
  if (turning && directed.has(name) && !flow) {
    throw new ExperimentError(
      `Cannot use augmentation ${turning.name} as ${name} holds directions, which would not turn with the picture: ` +
        `say which channels are the flow (${at}.flow: { u, v, zero }), or, where colours stand for directions, use mirror in training.augmentation.clips`,
    );
  }
}

function makeSteps(given: Experiment['preprocessing'], at: string): AnyStep | undefined {
  if (given.length === 0) return undefined;
  try {
    return pipe(...given.map((step) => createStep(step))) as AnyStep;
  } catch (cause) {
    throw new ExperimentError(`Cannot use ${at}: ${(cause as Error).message}`, { cause });
  }
}

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

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
  const { mean, std } = normalize === 'imagenet' ? IMAGENET : (normalize ?? { mean: [0], std: [1] });
  const finish = (given: tf.Tensor): tf.Tensor => {
    let image = given;
    const axis = image.rank - 1;
    if (channels === 'bgr') image = tf.reverse(image, axis);
    if (channels === 'grey') image = tf.mean(image, axis, true);
    if (size !== undefined) {
      const sides: [number, number] = typeof size === 'number' ? [size, size] : size;
      image = tf.image.resizeBilinear(image as tf.Tensor3D, sides, false, true);
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

function disposeSource(source: Source): void {
  tf.dispose(source instanceof tf.Tensor ? source : source.frames);
}

/** For each input and target what names its file. */
async function imageKeys(dataset: Dataset, experiment: Experiment): Promise<string[]> {
  const { data, preprocessing, inputs, targets, training } = experiment;
  const common = {
    format: 2,
    code: await preparationCodeHash(),
    backend: tf.getBackend(),
    fingerprint: await fingerprint(dataset),
    changed: await lastChanges(dataset),
    frames: data.frames,
    preprocessing: makeSteps(preprocessing, 'preprocessing')?.hash(),
    clips: training.augmentation.clips,
  };
  return [...inputs, ...targets].map(({ flow: _flow, preprocessing: own, representation, ...rest }) => {
    const steps = makeSteps(own, 'preprocessing')?.hash();
    const represent = representation && createRepresentation(representation.name, representation.options).hash();
    return createHash('sha256')
      .update(stableJson({ ...common, steps, represent, ...rest }))
      .digest('hex')
      .slice(0, 32);
  });
}

/** When each sample's files were last changed: an edit that keeps the size is seen by this alone. */
async function lastChanges(dataset: Dataset): Promise<(number | null)[][]> {
  const times: (number | null)[][] = [];
  for (const index of dataset.samples.keys()) {
    times.push((await dataset.sources(index)).map(({ modified = null }) => modified));
  }
  return times;
}

/** Where the images of one input go. */
interface ImageStore {
  /** Samples that are there. */
  readonly done: number;
  append(values: Float32Array, shape: readonly number[]): Promise<void>;
  finish(): Promise<{ input: PreparedInput; file?: RowFile; close?: () => void }>;
  /** Ends early. */
  close(): Promise<void>;
}

function memoryStore(samples: number, flow: PreparedInput['flow']): ImageStore {
  let all: { values: Float32Array; shape: readonly number[] } | undefined;
  let done = 0;
  return {
    get done() {
      return done;
    },
    async append(values, shape) {
      all ??= { values: new Float32Array(samples * values.length), shape };
      if (all.shape.join() !== shape.join()) {
        throw new RangeError(
          `its images must all have one shape: this one is [${shape.slice(1)}], the others are [${all.shape.slice(1)}]; set size of the input`,
        );
      }
      all.values.set(values, done * values.length);
      done += 1;
    },
    async finish() {
      return { input: { shape: all!.shape.slice(1), values: all!.values, flow } };
    },
    async close() {},
  };
}

async function fileStore(dir: string, key: string, samples: number, flow: PreparedInput['flow']): Promise<ImageStore> {
  const found = await findRowFile(dir, key, samples);
  if (found) {
    return {
      done: samples,
      append: async () => {},
      finish: async () => ({ ...fileInput(found, flow), file: found }),
      close: async () => {},
    };
  }
  const writer: RowWriter = await writeRowFile(dir, key, samples).catch((cause) => {
    throw new ExperimentError(
      `Cannot keep prepared images in ${join(dir)}: ${(cause as Error).message}; choose another folder with --cache`,
      { cause },
    );
  });
  return {
    get done() {
      return writer.done;
    },
    append: (values, shape) => writer.append(values, shape),
    async finish() {
      const file = await writer.finish();
      return { ...fileInput(file, flow), file };
    },
    close: () => writer.close(),
  };
}

function fileInput(file: RowFile, flow: PreparedInput['flow']): { input: PreparedInput; close: () => void } {
  const { read, close } = openRowFile(file);
  return { input: { shape: file.shape.slice(1), read, flow }, close };
}
