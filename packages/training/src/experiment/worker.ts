import { useBackend } from '@mer/backends';
import type { Dataset } from '@mer/datasets';
import workerpool from 'workerpool';
import type { RunEvent } from './events.js';
import { runFold } from './fold.js';
import { type ImageMakers, imageMakers, type MadeImage } from './image-makers.js';
import { type InitialWeights, readInitialWeights } from './model.js';
import type { PlannedFold } from './plan.js';
import { openExperimentData, openPrepared, type PreparedDataset } from './prepare.js';
import { type FoldPredictions, writeFold } from './run-store.js';
import { imagesOfSample } from './sample-images.js';
import type { Experiment } from './schema.js';

/** What every fold of a run needs; the same for each. */
export interface WorkerContext {
  /** The experiment. */
  experiment: Experiment;
  /** Name of the backend that runs. */
  backend: Experiment['backend'];
  /** Folder of the run. */
  out: string;
  /** The prepared samples. */
  prepared: Parameters<typeof openPrepared>[0];
}

/** What a worker says of a fold that it has written. */
export interface FoldReport {
  /** What the fold's file holds. */
  predictions: FoldPredictions;
  /** Wall-clock time of the fold. */
  seconds: number;
  /** Most memory that the worker has held so far, in bytes. */
  memory: number;
}

/** Least time between two events, in milliseconds. */
const PAUSE = 200;

let opened: Promise<{ data: PreparedDataset; initial: InitialWeights | undefined }> | undefined;

async function fold(context: WorkerContext, planned: PlannedFold): Promise<FoldReport> {
  opened ??= (async () => {
    await useBackend(context.backend);
    return { data: openPrepared(context.prepared), initial: await readInitialWeights(context.experiment) };
  })();
  const { data, initial } = await opened;
  let last = 0;
  const onEvent = (event: RunEvent) => {
    if (performance.now() - last < PAUSE) return;
    last = performance.now();
    workerpool.workerEmit(event);
  };
  const record = await runFold(context.experiment, data, planned, { initial, onEvent });
  await writeFold(context.out, record);
  return { predictions: record.predictions, seconds: record.seconds, memory: process.resourceUsage().maxRSS * 1024 };
}

let source: Promise<{ dataset: Dataset; makers: ImageMakers }> | undefined;

async function images(experiment: Experiment, index: number, wanted: readonly number[]): Promise<MadeImage[]> {
  source ??= (async () => {
    await useBackend(experiment.backend);
    const dataset = await openExperimentData(experiment);
    return { dataset, makers: imageMakers(experiment, dataset.kind) };
  })();
  const { dataset, makers } = await source;
  return imagesOfSample(dataset, experiment, { makers, index, wanted });
}

// Ctrl-C reaches every process of the terminal; when to stop is the main process's business.
process.on('SIGINT', () => {});

workerpool.worker({ fold, images });
