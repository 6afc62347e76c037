import { writeFile } from 'node:fs/promises';
import { rehearse, useBackend } from '@mer/backends';
import type { Dataset } from '@mer/datasets';
import type { Part } from '@mer/options';
import type { ImageMakers, MadeImage } from '@mer/predictor';
import * as tf from '@tensorflow/tfjs-core';
import workerpool from 'workerpool';
import { loadAgain, type OwnParts } from '../parts/own-modules.js';
import { imageMakers } from '../prepare/image-makers.js';
import { openExperimentData, openPrepared, type PreparedDataset } from '../prepare/prepare.js';
import { imagesOfSample } from '../prepare/sample-images.js';
import { type Asked, lookAtRun, prepareHere, type RunHere } from '../queue/run-here.js';
import type { RunEvent } from '../run/events.js';
import { epochsOf } from '../run/fit-settings.js';
import { runFold } from '../run/fold.js';
import { checkModel, type InitialWeights, readInitialWeights } from '../run/model.js';
import type { PlannedFold } from '../run/plan.js';
import { type PlannedMemory, planRunMemory, type RunMemory } from '../run/run-memory.js';
import { type FoldPredictions, writeFold } from '../run/run-store.js';
import { runStage } from '../run/stage.js';
import { readUnit, type StageUnit, type StageWeights, writeUnit } from '../run/stages.js';
import { type Trial, type TrialSamples, tryTraining } from '../run/trial.js';
import type { Experiment } from '../schema/experiment.js';
import { isOutOfMemory } from './crash.js';
import { ownPeakMemory } from './peak-memory.js';
import type { TaskMessage } from './processes.js';

/** What every fold of a run needs; the same for each. */
export interface WorkerContext {
  /** Modules of anybody's own parts. */
  modules: OwnParts['modules'];
  /** The experiment. */
  experiment: Experiment;
  /** Name of the backend that runs. */
  backend: Experiment['backend'];
  /** Folder of the run. */
  out: string;
  /** How to keep to the memory there is. */
  memory: RunMemory | undefined;
  /** The prepared samples. */
  prepared: Parameters<typeof openPrepared>[0];
  /** The stage that these are of; none of the folds themselves. */
  stage?: string | undefined;
  /** Of each stage the classes that its head knows; none where it is not handed on. */
  heads?: Readonly<Record<string, readonly string[] | undefined>> | undefined;
  /** File of the weights to begin with, where it is not the one that the experiment names. */
  weights?: string | undefined;
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

/** Events wait at most so long for others to go with, in milliseconds: a message for each would slow down who trains fast. */
const PAUSE = 100;

interface Opened {
  data: PreparedDataset;
  initial: InitialWeights | undefined;
  own: OwnParts;
}

let opened: { out: string; stage: string | undefined; content: Promise<Opened> } | undefined;

/** What the trainings of a stage, or the folds of a run, have in common; that of the stage or run before is let go. */
async function open(context: WorkerContext): Promise<Opened> {
  if (opened && opened.out === context.out && opened.stage === context.stage) return opened.content;
  const before = opened;
  opened = undefined;
  if (before) (await before.content.catch(() => undefined))?.data.close();
  const begin = async (): Promise<Opened> => {
    await useBackend(context.backend);
    const own = await loadAgain(context.modules);
    return {
      data: openPrepared(context.prepared),
      initial: await readInitialWeights(context.experiment, context.weights),
      own,
    };
  };
  const now = { out: context.out, stage: context.stage, content: begin() };
  opened = now;
  now.content.catch(() => {
    if (opened === now) opened = undefined;
  });
  return now.content;
}

/** What the stage before hands on. */
async function handedOn(
  { out, heads }: WorkerContext,
  { seed, begins }: Pick<PlannedFold, 'seed' | 'begins'>,
): Promise<StageWeights | undefined> {
  return begins && { arrays: await readUnit(out, seed, begins), classes: heads?.[begins.stage] };
}

async function stage(context: WorkerContext, unit: StageUnit): Promise<StageReport> {
  const { data, initial, own } = await open(context);
  const { experiment, out, memory } = context;
  const epochs = epochsOf(experiment.training);
  const of = { seed: unit.seed, fold: `stage ${unit.stage}, ${unit.name}`, attempt: 1 };
  const events = openEvents();
  const record = await runStage(experiment, data, unit, {
    initial,
    begun: await handedOn(context, unit),
    own,
    memory,
    onEpoch: (record) => events.add({ type: 'epoch', ...of, epochs, time: Date.now(), record }),
  }).finally(events.flush);
  await writeUnit(out, record);
  return { seconds: record.seconds, samples: unit.train.length };
}

/** What a worker says of a training of a stage that it has written. */
export interface StageReport {
  /** Wall-clock time. */
  seconds: number;
  /** Samples it trained on. */
  samples: number;
}

/** Tells every event in its order, several at once where they come fast. */
function openEvents(): { add(event: RunEvent): void; flush(): void } {
  let waiting: RunEvent[] = [];
  let last = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    last = performance.now();
    if (waiting.length > 0) tell({ events: waiting });
    waiting = [];
  };
  return {
    add(event) {
      waiting.push(event);
      // a step that holds the loop keeps the timer from ringing
      if (performance.now() - last >= PAUSE) flush();
      else timer ??= setTimeout(flush, PAUSE);
    },
    flush,
  };
}

async function fold(context: WorkerContext, planned: PlannedFold): Promise<FoldReport> {
  const { data, initial, own } = await open(context);
  const events = openEvents();
  const record = await runFold(context.experiment, data, planned, {
    initial,
    begun: await handedOn(context, planned),
    own,
    memory: context.memory,
    onEvent: events.add,
  }).finally(events.flush);
  await writeFold(context.out, record);
  return { predictions: record.predictions, seconds: record.seconds, memory: ownPeakMemory() };
}

/** What a worker says of a plan that it has made. */
export interface PlanReport {
  /** The plan, or what is in its way. */
  planned: PlannedMemory;
  /** Whether planning has left tensors behind or a heap that has grown by more than {@link SLACK}: who trains next is to find all of it free. */
  spent: boolean;
}

/**
 * Makes the model once, so that a wrong option is told before any work, and plans its memory. Both happen here as the main process need not have room for
 * the model.
 */
async function plan(
  modules: OwnParts['modules'],
  experiment: Experiment,
  { train, room }: { train: number; room: number },
): Promise<PlanReport> {
  const own = await loadAgain(modules);
  const dataset = await openExperimentData(experiment, own);
  await useBackend('wasm');
  const before = held();
  rehearse(() => checkModel(experiment, dataset.classes.length, own.parts));
  const planned = await planRunMemory(experiment, { dataset, train, room, own });
  const { heap, tensors } = held();
  return { planned, spent: experiment.backend !== 'wasm' || heap > before.heap + SLACK || tensors > before.tensors };
}

/** Bytes by which a heap that holds 4 GiB may have grown: one that is new grows with the first clip. */
const SLACK = 2 ** 24;

/** The heap of WebAssembly, which never shrinks, in bytes, and the tensors there are. */
function held(): { heap: number; tensors: number } {
  const { wasm } = tf.backend() as { wasm?: { HEAPU8: Uint8Array } };
  return { heap: wasm?.HEAPU8.length ?? 0, tensors: tf.memory().numTensors };
}

async function look(modules: OwnParts['modules'], experiment: Experiment, asked: Asked): Promise<RunHere> {
  return lookAtRun(experiment, await loadAgain(modules), asked);
}

async function prepare(
  modules: OwnParts['modules'],
  experiment: Experiment,
  options: Asked & { cache: string; store: string; processes: number },
): Promise<WorkerContext['prepared']> {
  const events = openEvents();
  return prepareHere(experiment, await loadAgain(modules), { ...options, onEvent: events.add }).finally(events.flush);
}

async function trial(
  modules: OwnParts['modules'],
  experiment: Experiment,
  samples: TrialSamples,
  memory: RunMemory | undefined,
): Promise<Trial> {
  const { parts } = await loadAgain(modules);
  await useBackend(experiment.backend);
  return tryTraining(experiment, samples, { memory, parts });
}

let source: Promise<{ dataset: Dataset; makers: ImageMakers; parts: readonly Part[] }> | undefined;

async function images(
  modules: OwnParts['modules'],
  experiment: Experiment,
  index: number,
  wanted: readonly number[],
): Promise<MadeImage[]> {
  source ??= (async () => {
    await useBackend(experiment.backend);
    const own = await loadAgain(modules);
    const dataset = await openExperimentData(experiment, own);
    return { dataset, makers: imageMakers(experiment, dataset.kind, own.parts), parts: own.parts };
  })();
  const { dataset, makers, parts } = await source;
  return imagesOfSample(dataset, experiment, { makers, index, wanted, parts });
}

function tell(message: TaskMessage): void {
  workerpool.workerEmit(message);
}

let aborted = false;

/** A task whose process ends where the backend's memory fails: what comes after an abort cannot be trusted. */
function task<Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) {
  return async (...args: Args): Promise<Result> => {
    tell({ pid: process.pid, memory: ownPeakMemory() });
    try {
      return await work(...args);
    } catch (error) {
      if (!aborted && !isOutOfMemory(error)) throw error;
      tell({ crash: { reason: (error as Error).message, outOfMemory: true, memory: ownPeakMemory() } });
      // messages arrive in order: when this one has, all have
      await new Promise((sent) => process.send?.('ended', undefined, undefined, sent));
      process.exit(1);
    }
  };
}

// Emscripten's runtime prints what it throws, too; the main process tells it once.
for (const level of ['error', 'warn'] as const) {
  const print = console[level];
  console[level] = (...args: unknown[]) => {
    if (/^Aborted\(/.test(String(args[0]))) aborted = true;
    else print(...args);
  };
}

// What a worker prints it prints where the command does: a reader that has gone away, or a full disk, must not end it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

// Where memory runs short, Linux is to end this process and not the one that can tell of it.
if (process.platform === 'linux') await writeFile('/proc/self/oom_score_adj', '500').catch(() => {});

// Ctrl-C reaches every process of the terminal; when to stop is the main process's business.
process.on('SIGINT', () => {});

// a process whose leader ended before it was ready has nobody to tell
if (process.send && !process.connected) process.exit();
workerpool.worker({
  fold: task(fold),
  stage: task(stage),
  images: task(images),
  plan: task(plan),
  trial: task(trial),
  look: task(look),
  prepare: task(prepare),
});
