import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { BackendName } from '@mer/backends';
import type { Job, Queue, Worker } from 'bullmq';
import { NO_PARTS, type OwnParts } from '../parts/own-modules.js';
import type { RunEvent } from '../run/events.js';
import { epochsOf } from '../run/fit-settings.js';
import { foldFolder } from '../run/run-store.js';
import { crashText } from '../runners/crash.js';
import { isAlive } from '../runners/process-state.js';
import { CrashError, openProcesses, type Processes, runTask } from '../runners/processes.js';
import type { FoldReport, StageReport } from '../runners/worker.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { openStore } from '../store/store.js';
import {
  checkJob,
  checkTag,
  type FoldJob,
  type JobProgress,
  jobId,
  LONGEST_REASON,
  MOST_REFUSALS,
  queueName,
} from './jobs.js';
import { connectQueue } from './open-queue.js';
import { differingFiles, resultKey, shareResult } from './shared-results.js';
import { workerData } from './worker-data.js';
import { openWorkerRuns, RefusedError } from './worker-runs.js';

/** What a worker tells while it works. */
export type WorkerEvent =
  /** It listens. */
  | { type: 'listening'; worker: string; queue: string; kinds: string[]; concurrency: number }
  /** A training begins, is done, or failed. */
  | {
      type: 'training';
      state: 'begun' | 'done' | 'there' | 'failed' | 'refused';
      run: string;
      fold: string;
      seed: number;
      stage?: string | undefined;
      seconds?: number;
      error?: string;
    }
  /** Something a reader should know. */
  | { type: 'note'; text: string };

/** Options of {@link runWorker}. */
export interface RunWorkerOptions {
  /** URL of the queue's server. */
  queue: string;
  /** Folder or bucket that the machines share. */
  store: string;
  /** Backends whose trainings it takes; `wasm` by default. */
  backends?: readonly BackendName[];
  /** Tags whose trainings it takes, beside those without a tag. */
  tags?: readonly string[];
  /** Trainings at the same time; one by default. */
  concurrency?: number;
  /** Where data lies on this machine: `name=folder` of a data set, or a folder in which the paths of experiments hold. */
  data?: readonly string[];
  /** The own parts that this machine has; an experiment with others is refused. */
  own?: OwnParts | undefined;
  /** Folder of pictures, weights and what is being trained. */
  cache: string;
  /** Seconds after which a worker that tells nothing is taken for dead, and another takes its trainings; 30 by default, at least 1. */
  lockSeconds?: number;
  /** Seconds without work after which it ends; never by default. */
  idleSeconds?: number | undefined;
  /** Lets it end: it takes no further work, and finishes what it has in hand. */
  signal?: AbortSignal | undefined;
  /** Called as it works. */
  onEvent?: (event: WorkerEvent) => void;
}

/** How often a worker tells that it lives, in milliseconds. */
const HEARTBEAT = 10_000;

/** Least time between two things it tells of a training, in milliseconds. */
const PAUSE = 1_000;

/** How long a job that was refused waits for another worker, in milliseconds. */
const ELSEWHERE = 2_000;

/** Most of a message that the log of a job keeps, in characters. */
const LONGEST_LOG = 10_000;

/** How often a training may be lost with its worker before it counts as failed. */
const LOSSES = 20;

/**
 * Takes trainings from a queue and does them, each in a process of its own, until it is told to end. What it gives goes to the store: a training that was done twice
 * counts once.
 *
 * What comes by the queue and the store is data: it names parts and never holds any. The parts are those of this machine, the data that which `data` says.
 *
 * @param options - queue, store, what it can and has
 * @returns how many trainings it has done
 * @throws {@link ExperimentError} where queue or store cannot be reached, or an option is wrong
 *
 * @example
 * ```ts no-run
 * import { runWorker } from '@mer/experiments';
 *
 * await runWorker({ queue: 'redis://queue.lab:6379', store: '/shared/mer', data: ['casme2=/data/CASME2'], cache: '.cache' });
 * ```
 */
export async function runWorker({
  queue: url,
  store: storeUrl,
  backends = ['wasm'],
  tags = [],
  concurrency = 1,
  data = [],
  own = NO_PARTS,
  cache,
  lockSeconds = 30,
  idleSeconds,
  signal,
  onEvent = () => {},
}: RunWorkerOptions): Promise<{ done: number; failed: number }> {
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 1024) {
    throw new ExperimentError(`Cannot work as concurrency must be a whole number from 1 to 1024: it is ${concurrency}`);
  }
  if (!(lockSeconds >= 1 && lockSeconds <= 86_400)) {
    throw new ExperimentError(`Cannot work as the seconds of a lock must be from 1 to 86400: they are ${lockSeconds}`);
  }
  const names = backends.flatMap((backend) =>
    [undefined, ...tags.map(checkTag)].map((tag) => queueName({ backend, tag })),
  );
  const where = workerData(data);
  const store = await openStore(storeUrl, { create: false });
  const host = hostname()
    .replace(/[^A-Za-z0-9.-]/g, '-')
    .slice(0, 64);
  const worker = `${host}-${process.pid}`;
  const connection = await connectQueue(url, { name: worker });
  const { bullmq, options } = connection;
  const work = join(cache, `worker-${worker}`);
  await removeAbandoned(cache, host);
  await rm(work, { recursive: true, force: true });
  const stopped = new AbortController();
  const pools = new Map<BackendName, Processes>();
  const processesOf = (backend: BackendName): Processes => {
    const known = pools.get(backend) ?? openProcesses(concurrency, stopped.signal, { apart: true });
    pools.set(backend, known);
    return known;
  };
  const runs = openWorkerRuns({
    store,
    own,
    data: where,
    cache,
    work,
    processesOf,
    signal: stopped.signal,
  });
  const counts = { done: 0, failed: 0 };
  let busy = 0;
  let lastWork = Date.now();

  /** Trains what a job says, and puts the result into the store. */
  async function train(job: Job, data: FoldJob): Promise<'done' | 'there'> {
    const { label, seed, fold, stage } = data;
    if (await store.has(resultKey(data))) return 'there';
    let progress: JobProgress = { worker, at: Date.now(), state: 'preparing' };
    let told = 0;
    const tell = (now: Partial<JobProgress>, always = false) => {
      progress = { ...progress, ...now, at: Date.now() };
      if (!always && progress.at - told < PAUSE) return;
      told = progress.at;
      // the server may be away: that is no reason to wait
      job.updateProgress({ ...progress }).catch(() => {});
    };
    const heartbeat = setInterval(() => tell({}, true), HEARTBEAT);
    try {
      tell({}, true);
      const { method, context, training } = await runs.ready(data, (event) => {
        if (event.type === 'prepare') tell({ state: 'preparing', done: event.done, of: event.total });
      });
      onEvent({ type: 'training', state: 'begun', run: label, fold, seed, stage });
      tell({ state: 'training', done: 0, of: epochsOf(context.experiment.training) });
      const report = await runTask<FoldReport | StageReport>(
        processesOf(context.backend as BackendName),
        method,
        [context, training],
        {
          retry: false,
          on: (event: RunEvent) => {
            if (event.type === 'frozen') tell({ state: 'preparing', done: event.done, of: event.total });
            if (event.type !== 'epoch') return;
            const { epoch, loss, accuracy, learningRate } = event.record;
            tell({ state: 'training', done: epoch, of: event.epochs, loss, accuracy, learningRate });
          },
          signal: stopped.signal,
        },
      );
      const { seconds } = report;
      const memory = 'memory' in report ? report.memory : 0;
      // of a stage, whose network has others, nobody asks
      const inputs = stage === undefined ? context.prepared.files.inputs.map(({ shape }) => shape.slice(1)) : undefined;
      if ((await shareResult(store, context.out, data, { seconds, memory, worker, inputs })) === 'there') {
        const first = await differingFiles(store, context.out, data);
        if (first.files.length > 0) {
          const text = `fold ${fold} (seed ${seed}) of ${label} was done twice, by ${first.worker} and here, with other bytes (${first.files.join(', ')}): the machines do not compute alike; the first counts`;
          onEvent({ type: 'note', text });
          await job.log(`${new Date().toISOString()} ${worker}: ${text}`).catch(() => {});
        }
      }
      if (stage === undefined) await rm(foldFolder(context.out, seed, fold), { recursive: true, force: true });
      return 'done';
    } catch (error) {
      if (error instanceof RefusedError) throw error;
      const reached =
        progress.state === 'training' ? `after epoch ${progress.done} of ${progress.of}` : 'before training';
      const cause = error instanceof CrashError ? new Error(crashText(error.crash, backends[0]!)) : (error as Error);
      await job
        .log(
          `${new Date().toISOString()} ${worker}, attempt ${job.attemptsMade + 1}, ${reached}: ${cause.message.slice(0, LONGEST_LOG)}`,
        )
        .catch(() => {});
      throw new Error(cause.message, { cause: error });
    } finally {
      clearInterval(heartbeat);
    }
  }

  /** Gives a job back that this machine cannot do, or ends it where no machine can. */
  async function refuse(
    job: Job,
    token: string,
    data: FoldJob,
    { message }: RefusedError,
    queue: Queue,
  ): Promise<never> {
    const reason = message.slice(0, LONGEST_REASON);
    const refused = { ...data.refused, [worker]: reason };
    const there = (await queue.getWorkers()).map(({ rawname = '' }) => rawname.slice(rawname.lastIndexOf(':w:') + 3));
    const willing = there.filter((name) => refused[name] === undefined);
    await job.log(`${new Date().toISOString()} ${worker} refuses: ${message}`);
    if (willing.length === 0) throw new bullmq.UnrecoverableError(`every worker refuses it: ${reason}`);
    const kept = Object.fromEntries(Object.entries(refused).slice(-MOST_REFUSALS));
    await job.updateData({ ...data, refused: kept });
    await job.updateProgress({ worker, at: Date.now(), state: 'refused', reason });
    await job.moveToDelayed(Date.now() + ELSEWHERE, token);
    throw new bullmq.DelayedError();
  }

  const queues: Queue[] = [];
  const workers: Worker[] = names.map((name) => {
    const queue = new bullmq.Queue(name, { ...options, skipMetasUpdate: true });
    queue.on('error', () => {});
    queues.push(queue);
    const made = new bullmq.Worker(
      name,
      async (job, token = '') => {
        let data: FoldJob;
        try {
          data = checkJob(job.data);
          if (job.id !== jobId(data))
            throw new ExperimentError('Cannot take a job as its name must be that of its training');
        } catch (cause) {
          throw new bullmq.UnrecoverableError((cause as Error).message);
        }
        if (busy >= concurrency) {
          // the same hands serve several queues, and two gave at once
          await job.moveToWait(token);
          throw new bullmq.WaitingError();
        }
        busy += 1;
        const began = performance.now();
        const about = { run: data.label, fold: data.fold, seed: data.seed, stage: data.stage };
        try {
          const state = await train(job, data);
          counts.done += state === 'done' ? 1 : 0;
          onEvent({ type: 'training', state, ...about, seconds: (performance.now() - began) / 1000 });
          return { worker };
        } catch (error) {
          const { message } = error as Error;
          if (error instanceof RefusedError) {
            onEvent({ type: 'training', state: 'refused', ...about, error: message });
            rest(made);
            return await refuse(job, token, data, error, queue);
          }
          counts.failed += 1;
          onEvent({ type: 'training', state: 'failed', ...about, error: message });
          throw error;
        } finally {
          busy -= 1;
          lastWork = Date.now();
        }
      },
      {
        ...options,
        name: worker,
        concurrency,
        lockDuration: lockSeconds * 1000,
        stalledInterval: lockSeconds * 500,
        maxStalledCount: LOSSES,
        runRetryDelay: 1_000,
      },
    );
    made.on('error', () => {});
    return made;
  });

  /** Lets others take what this machine has refused. */
  function rest(tired: Worker): void {
    void tired.pause(true);
    setTimeout(() => {
      if (!signal?.aborted) tired.resume();
    }, ELSEWHERE / 2).unref();
  }

  try {
    await Promise.all(workers.map((each) => each.waitUntilReady()));
    onEvent({ type: 'listening', worker, queue: connection.address.shown, kinds: names, concurrency });
    connection.onReturn(() =>
      onEvent({ type: 'note', text: `the queue at ${connection.address.shown} is there again` }),
    );
    await new Promise<void>((resolve) => {
      const looking = setInterval(() => {
        const idle = idleSeconds !== undefined && busy === 0 && Date.now() - lastWork > idleSeconds * 1000;
        if (idle) end();
      }, 250);
      const end = () => {
        clearInterval(looking);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      if (signal?.aborted) end();
      signal?.addEventListener('abort', end);
    });
    if (busy > 0) onEvent({ type: 'note', text: `finishing ${busy} training${busy === 1 ? '' : 's'}` });
    await Promise.all(workers.map((each) => each.close()));
    return counts;
  } finally {
    stopped.abort(new Error('the worker ends'));
    await Promise.all([...pools.values()].map((pool) => pool.close()));
    await connection.close(...queues);
    await rm(work, { recursive: true, force: true });
  }
}

/** Deletes the folders of workers of this machine that are no more. */
async function removeAbandoned(cache: string, host: string): Promise<void> {
  for (const name of await readdir(cache).catch(() => [])) {
    const pid = name.startsWith(`worker-${host}-`) ? Number(name.slice(`worker-${host}-`.length)) : Number.NaN;
    if (!Number.isInteger(pid) || isAlive(pid)) continue;
    await rm(join(cache, name), { recursive: true, force: true });
  }
}
