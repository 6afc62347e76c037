import { reserveMemory } from '@mer/backends';
import type { Part } from '@mer/options';
import type { MadeImage } from '@mer/predictor';
import type { MemoryPlan } from '@mer/training';
import {
  copyRows,
  fit,
  type LabelKind,
  type PreparedData,
  type PreparedInput,
  randomStream,
  type SampleLabel,
  sizeOf,
  throughFrozen,
  uniform,
} from '@mer/training';
import { ownPeakMemory } from '../runners/peak-memory.js';
import type { Experiment } from '../schema/experiment.js';
import { fitSettings } from './fit-settings.js';
import { makeModel } from './model.js';

/** A few prepared samples, for {@link tryTraining}. */
export interface TrialSamples {
  /** Names of the classes of the data set. */
  classes: readonly string[];
  /** Whether samples have any number of labels. */
  labelKind?: LabelKind;
  /** Class of each sample, or all of its labels. */
  labels: readonly SampleLabel[];
  /** For each sample the images of every input, then of every target. */
  images: readonly (readonly MadeImage[])[];
}

/** What {@link tryTraining} found. */
export interface Trial {
  /** Trainable parameters of the model. */
  parameters: number;
  /** Seconds that one training sample takes. */
  secondsPerSample: number;
  /** Seconds that one takes to pass the layers that are frozen, before it is trained on; 0 where it passes them each time. */
  secondsFrozen: number;
  /** Samples of the largest step that was tried: a whole batch, where the first steps were quick enough. */
  batch: number;
  /** Most memory that this process has held, in bytes. */
  memory: number;
}

/** Samples of the first steps; a whole batch is tried where this few take less than {@link PATIENCE}. */
const FIRST = 2;

/** Seconds of a first step from which on a whole batch would take too long: its time is then proportional to the samples, or nearly so. */
const PATIENCE = 5;

/**
 * Trains a few steps on a few samples of an experiment, to learn what a step costs: the samples are repeated, each time with a little noise of its own, to
 * make a batch.
 */
export async function tryTraining(
  experiment: Experiment,
  samples: TrialSamples,
  { memory, parts }: { memory?: MemoryPlan | undefined; parts?: readonly Part[] | undefined } = {},
): Promise<Trial> {
  const { training } = experiment;
  const data = repeated(experiment, samples, Math.max(FIRST, training.batchSize));
  const settings = {
    ...fitSettings(training),
    epochs: 1,
    epochChoice: 'last' as const,
    earlyStopping: undefined,
    oracle: false,
  };
  if (memory) reserveMemory(memory.step.blocks);
  const model = makeModel(experiment, data, 0, parts);
  let seen: PreparedData = data;
  const time = async (count: number) => {
    const begun = performance.now();
    await fit(model, seen, {
      train: [...data.labels.keys()].slice(0, count),
      ...settings,
      parts,
      strategy: memory?.strategy,
      key: ['trial'],
    });
    return (performance.now() - begun) / 1000;
  };
  try {
    const parameters = model.trainableWeights.reduce((sum, { shape }) => sum + sizeOf(shape as number[]), 0);
    const begun = performance.now();
    const passed = await throughFrozen(model, data, settings, { samples: [...Array(FIRST).keys()] });
    const secondsFrozen = passed === data ? 0 : (performance.now() - begun) / 1000 / FIRST;
    if (passed !== data) seen = firstAgain(passed);
    // the first step warms up
    await time(FIRST);
    const small = await time(FIRST);
    const batch = small < PATIENCE ? training.batchSize : Math.min(FIRST, training.batchSize);
    const seconds = batch > FIRST ? await time(batch) : (small * batch) / FIRST;
    return { parameters, secondsPerSample: seconds / batch, secondsFrozen, batch, memory: ownPeakMemory() };
  } finally {
    model.dispose();
  }
}

/** The first samples over and over: what has passed the frozen layers. */
function firstAgain(data: PreparedData): PreparedData {
  const inputs = data.inputs.map((input): PreparedInput => {
    const read = (row: number, into: Float32Array) => into.set(copyRows(input, [row % FIRST]));
    return { shape: input.shape, read };
  });
  return { ...data, inputs };
}

/** So many samples: those given over and over. */
function repeated({ inputs, targets }: Experiment, samples: TrialSamples, count: number): PreparedData {
  const given = samples.labels.length;
  const all = [...inputs, ...targets].map(({ flow }, i): PreparedInput => {
    const views = samples.images.map((images) => images[i]!);
    return { shape: views[0]!.shape.slice(1), read: noisy(views), flow };
  });
  return {
    classes: samples.classes,
    ...(samples.labelKind && { labelKind: samples.labelKind }),
    labels: Array.from({ length: count }, (_, row) => samples.labels[row % given]!),
    inputs: all.slice(0, inputs.length),
    ...(targets.length > 0 && { targets: all.slice(inputs.length) }),
  };
}

/** A prime number of noise values: no two rows meet them in the same order. */
const NOISE = 4099;

/** Gives the first view of the samples, over and over, with noise of a hundredth of its range: a picture without any motion has none of its own. */
function noisy(images: readonly MadeImage[]): (row: number, into: Float32Array) => void {
  const stream = randomStream(['trial', 'noise']);
  const noise = Float32Array.from({ length: NOISE }, () => 2 * uniform(stream) - 1);
  const size = sizeOf(images[0]!.shape.slice(1));
  const firsts = images.map(({ values }) => values.subarray(0, size));
  const strengths = firsts.map((values) => {
    const [low, high] = values.reduce(([a, b], value) => [Math.min(a!, value), Math.max(b!, value)], [0, 0]);
    return (high! - low!) / 100 || 0.01;
  });
  return (row, into) => {
    const values = firsts[row % images.length]!;
    const strength = strengths[row % images.length]!;
    for (let i = 0; i < size; i++) into[i] = values[i]! + strength * noise[(i + 977 * row) % NOISE]!;
  };
}
