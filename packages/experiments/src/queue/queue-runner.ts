import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { BackendName } from '@mer/backends';
import { encodeSafetensors } from '@mer/io';
import type { Queue, QueueEvents } from 'bullmq';
import { NO_PARTS } from '../parts/own-modules.js';
import { checkPredictions } from '../run/check-predictions.js';
import type { RunEvent } from '../run/events.js';
import { lockFolder } from '../run/folder-lock.js';
import { subjectsOf } from '../run/folds.js';
import { removeHalfWritten } from '../run/half-written.js';
import { describeRun } from '../run/manifest.js';
import type { PlannedFold } from '../run/plan.js';
import { readHistory } from '../run/read-run.js';
import { beginRun, foldEvent, planRun, type RunExperimentOptions, type RunPlan, scoreFolds } from '../run/run.js';
import { type FoldPredictions, foldFolder, openRun, readFold, writeJson } from '../run/run-store.js';
import { isUnitDone, neededUnits } from '../run/stages.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { openStore } from '../store/store.js';
import type { RunSummary } from '../summaries/summary.js';
import { epochTimes } from '../tracking/curves.js';
import { shareManifest } from './fetch-folds.js';
import { checkTag, type FoldJob, jobId, progressOf, queueName } from './jobs.js';
import { connectQueue } from './open-queue.js';
import { planOf, sharePlan } from './shared-plan.js';
import { fetchResult, resultKey, sharedResults, shareWeights } from './shared-results.js';

/** Options of {@link openQueueRunner}. */
export interface QueueRunnerOptions {
  /** URL of the queue's server. */
  queue: string;
  /** Folder or bucket that the machines share. */
  store: string;
  /** Only workers with this tag take the folds. */
  tag?: string | undefined;
  /** Which folds workers take first, of all that wait. */
  priority?: 'high' | 'normal' | 'low';
  /** Seconds between two looks at what may have been missed; 10 by default. */
  lookSeconds?: number;
}

/** Runs experiments by workers on a queue. */
export interface QueueRunner {
  /**
   * As {@link runExperiment}: plans the run, puts its folds into the queue, brings what workers give into the run's folder, and writes the summary.
   *
   * The store is what counts: whoever plans the same run again finds there what is done, whatever the queue has forgotten.
   */
  run(
    experiment: Experiment,
    options: Pick<RunExperimentOptions, 'out' | 'final' | 'own' | 'onEvent' | 'signal'>,
  ): Promise<RunSummary>;
  /** Ends the connection; jobs that wait stay in the queue. */
  close(): Promise<void>;
}

const PRIORITIES = { high: 1, normal: 10, low: 100 } as const;

/** Jobs put into the queue, or asked for, at a time. */
const BATCH = 500;

/** How often a fold is tried before it counts as failed, and the first pause between two tries, in milliseconds. */
const ATTEMPTS = 2;
const BACKOFF = 2_000;

/** Failed jobs that the queue keeps, and for how long, in seconds. */
const KEEP_FAILED = { count: 5_000, age: 14 * 24 * 3600 };

/** What a training that somebody waits for is told by the queue. */
interface Waiting {
  progress(data: unknown): void;
  completed(): void;
  failed(reason: string): void;
}

/** A queue of one kind, and those who wait for its jobs. */
interface Channel {
  name: string;
  queue: Queue;
  events: QueueEvents;
  waiting: Map<string, Waiting>;
}

/**
 * Connects to a queue and a store, for experiments to be run by workers.
 *
 * @param options - queue, store, kind of the workers
 * @throws {@link ExperimentError} where one of them cannot be reached
 *
 * @example
 * ```ts no-run
 * import { openQueueRunner, readExperiment, summaryText } from '@mer/experiments';
 *
 * const runner = await openQueueRunner({ queue: 'redis://queue.lab:6379', store: '/shared/mer' });
 * const experiment = await readExperiment('first-steps', { set: ['backend=wasm'] });
 * console.log(summaryText(await runner.run(experiment, { out: 'runs/first-steps' })));
 * await runner.close();
 * ```
 */
export async function openQueueRunner({
  queue: url,
  store: storeUrl,
  tag,
  priority = 'normal',
  lookSeconds = 10,
}: QueueRunnerOptions): Promise<QueueRunner> {
  if (tag !== undefined) checkTag(tag);
  const store = await openStore(storeUrl);
  const connection = await connectQueue(url, { name: 'run' });
  const { bullmq, options, redis } = connection;
  const channels = new Map<string, Promise<Channel>>();
  const looks = new Set<() => void>();
  connection.onReturn(() => {
    for (const look of looks) look();
  });
  // what starts processes, or holds all of a data set, is done for one run at a time
  let planning: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = planning.then(work);
    planning = turn.catch(() => {});
    return turn;
  };

  const channelOf = (backend: BackendName): Promise<Channel> => {
    const name = queueName({ backend, tag });
    const known = channels.get(name) ?? openChannel(name);
    channels.set(name, known);
    return known;
  };
  async function openChannel(name: string): Promise<Channel> {
    const queue = new bullmq.Queue(name, options);
    const events = new bullmq.QueueEvents(name, options);
    queue.on('error', () => {});
    events.on('error', () => {});
    const waiting = new Map<string, Waiting>();
    events.on('progress', ({ jobId: id, data }) => waiting.get(id)?.progress(data));
    events.on('completed', ({ jobId: id }) => waiting.get(id)?.completed());
    events.on('failed', ({ jobId: id, failedReason }) => waiting.get(id)?.failed(failedReason));
    await events.waitUntilReady();
    return { name, queue, events, waiting };
  }

  /** Puts those jobs into the queue that it does not have; of those that failed before, it is told why. */
  async function put(
    { queue }: Channel,
    jobs: ReadonlyMap<string, FoldJob>,
    onFailed: 'again' | ((id: string) => void),
  ): Promise<void> {
    const all = [...jobs];
    for (let begin = 0; begin < all.length; begin += BATCH) {
      const batch = all.slice(begin, begin + BATCH);
      const pipeline = redis.pipeline();
      for (const [id] of batch) pipeline.hmget(queue.toKey(id), 'data', 'finishedOn');
      const found = (await pipeline.exec()) ?? [];
      const absent: typeof batch = [];
      for (const [i, [id, data]] of batch.entries()) {
        const [there, finished] = (found[i]?.[1] as (string | null)[] | undefined) ?? [];
        // what is done is not kept: one that has finished has failed
        if (there && !finished) continue;
        if (there && onFailed !== 'again') {
          onFailed(id);
          continue;
        }
        if (there) await queue.remove(id).catch(() => {});
        absent.push([id, data]);
      }
      if (absent.length === 0) continue;
      await queue.addBulk(
        absent.map(([id, data]) => ({
          name: data.label.slice(0, 200),
          data,
          opts: {
            jobId: id,
            priority: PRIORITIES[priority],
            attempts: ATTEMPTS,
            backoff: { type: 'exponential', delay: BACKOFF },
            removeOnComplete: true,
            removeOnFail: KEEP_FAILED,
            keepLogs: 50,
            stackTraceLimit: 5,
          },
        })),
      );
    }
  }

  /** Has trainings done by workers; ends when all are done or have failed, and gives why those failed. */
  async function trainAll(
    channel: Channel,
    given: readonly FoldJob[],
    {
      onResult,
      onEvent,
      signal,
    }: {
      /** Brings a result here; false where the store has none. */
      onResult: (job: FoldJob) => Promise<boolean>;
      onEvent: (event: RunEvent) => void;
      signal: AbortSignal | undefined;
    },
  ): Promise<{ job: FoldJob; reason: string }[]> {
    const pending = new Map(given.map((job) => [jobId(job), job]));
    const failures: { job: FoldJob; reason: string }[] = [];
    const refusals = new Set<string>();
    let bringing: Promise<void> = Promise.resolve();
    let fault: unknown;
    let wake = () => {};
    const settle = (work: () => Promise<void>) => {
      bringing = bringing.then(work).catch((error) => {
        fault ??= error;
      });
      void bringing.then(() => wake());
    };
    const bringNow = async (id: string) => {
      const job = pending.get(id);
      if (!job || !(await onResult(job))) return;
      pending.delete(id);
      channel.waiting.delete(id);
    };
    const bring = (id: string) => settle(() => bringNow(id));
    const fail = (id: string, reason: string) =>
      settle(async () => {
        const job = pending.get(id);
        if (!job) return;
        // a worker that lost its lock may have put the result there all the same
        if (await onResult(job)) {
          pending.delete(id);
          return;
        }
        const { logs } = await channel.queue.getJobLogs(id);
        failures.push({ job, reason: [reason, ...logs.map((line) => `    ${line}`)].join('\n') });
        onEvent({
          type: 'note',
          text: `fold ${job.fold} (seed ${job.seed}) of ${job.label} failed: ${reason}; the others go on`,
        });
        pending.delete(id);
        channel.waiting.delete(id);
      });
    for (const [id, job] of pending) {
      channel.waiting.set(id, {
        completed: () => bring(id),
        failed: (reason) => fail(id, reason),
        progress: (data) => tellProgress(job, data, refusals, onEvent),
      });
    }
    let alone = false;
    let planned = false;
    const look = () =>
      settle(async () => {
        for (const stage of new Set([...pending.values()].map((job) => job.stage))) {
          const there = await sharedResults(store, given[0]!.run, stage);
          for (const [id, job] of pending) if (job.stage === stage && there.has(resultKey(job))) await bringNow(id);
        }
        if (redis.status !== 'ready') return;
        await put(channel, pending, planned ? (id) => fail(id, 'it has failed') : 'again');
        planned = true;
        const workers = await channel.queue.getWorkersCount();
        if (workers === 0 && !alone && pending.size > 0) {
          onEvent({
            type: 'note',
            text: `no worker takes jobs of the kind ${channel.name} yet: start one with mer worker --queue … --store … --backend ${channel.name.split('.')[0]}${tag === undefined ? '' : ` --tag ${tag}`}`,
          });
        }
        alone = workers === 0;
      });
    looks.add(look);
    const timer = setInterval(look, lookSeconds * 1000);
    try {
      look();
      while (pending.size > 0 && fault === undefined) {
        signal?.throwIfAborted();
        await Promise.race([
          new Promise<void>((resolve) => {
            wake = resolve;
          }),
          pause(1_000, undefined, { ref: true }),
        ]);
      }
      if (fault !== undefined) throw fault;
      return failures;
    } finally {
      clearInterval(timer);
      looks.delete(look);
      for (const id of given.map(jobId)) channel.waiting.delete(id);
    }
  }

  return {
    async run(experiment, { out, own = NO_PARTS, final = false, onEvent = () => {}, signal }) {
      const lock = await lockFolder(out);
      try {
        const begun = await inTurn(async () => {
          signal?.throwIfAborted();
          const plan = await planRun(experiment, own, { final });
          const described = describeRun(experiment, { ...plan, own });
          const here = await beginRun(experiment, plan, { out, own, workers: 'auto', described, onEvent, signal });
          if (plan.initial) {
            const { arrays, digest } = plan.initial;
            await shareWeights(store, digest, () => encodeSafetensors(arrays));
            plan.initial = undefined;
          }
          const shared = await sharePlan(store, described.hash, planOf(here.planned, own), own);
          // another machine may have planned it before: then its memory is gone by
          const stages = here.stages.map((stage) => ({
            ...stage,
            memory: shared.stages?.find(({ name }) => name === stage.name)?.memory,
          }));
          const planned = {
            ...here.planned,
            ...(shared.memory && { memory: shared.memory }),
            ...(stages.length > 0 && { stages }),
          };
          await shareManifest(store, await openRun(out, planned));
          await removeHalfWritten(out);
          return { plan, planned, stages, isNew: here.existing === undefined };
        });
        const { plan, planned, stages, isNew } = begun;
        const done = isNew ? new Map<PlannedFold, FoldPredictions>() : await foldsDone(out, plan, planned);
        const todo = [...plan.folds, ...plan.finals].filter((fold) => !done.has(fold));
        const channel = await channelOf(plan.backend.name);
        const all = plan.folds.length + plan.finals.length;
        onEvent({
          type: 'ready',
          samples: plan.dataset.samples.length,
          subjects: subjectsOf(plan.dataset.samples).length,
          classes: plan.dataset.classes,
          folds: all,
          foldsDone: all - todo.length,
          backend: plan.backend.name,
          workers: Math.max(1, await channel.queue.getWorkersCount()),
        });
        const common = { format: 1, run: planned.hash, label: experiment.name } as const;
        for (const [i, { name }] of plan.stages.entries()) {
          const units = neededUnits(plan.stages, i, todo).filter((unit) => !isUnitDone(out, unit));
          const jobs = units.map(({ seed, name: fold }) => ({ ...common, seed, fold, stage: name }));
          let finished = 0;
          const failures = await trainAll(channel, jobs, {
            onEvent,
            signal,
            async onResult(job) {
              const result = await fetchResult(store, out, job);
              if (!result) return false;
              finished += 1;
              onEvent({
                type: 'note',
                text: `stage ${name}: training ${finished} of ${units.length} is done (seed ${job.seed}, ${job.fold === 'all' ? 'all subjects' : job.fold}) by ${result.worker}: ${result.seconds.toFixed(1)} s`,
              });
              return true;
            },
          });
          if (failures.length > 0)
            throw failureOf(`stage ${name} of ${experiment.name}`, 'trainings', units.length, failures);
        }
        const byJob = new Map(
          todo.map((fold) => {
            const job = { ...common, seed: fold.seed, fold: fold.name };
            return [jobId(job), { job, fold }] as const;
          }),
        );
        let { inputs } = planned;
        const failures = await trainAll(
          channel,
          [...byJob.values()].map(({ job }) => job),
          {
            onEvent,
            signal,
            async onResult(job) {
              const result = await fetchResult(store, out, job);
              if (!result) return false;
              if (!inputs)
                ({ inputs } = await openRun(out, { ...planned, ...(result.inputs && { inputs: result.inputs }) }));
              const { fold } = byJob.get(jobId(job))!;
              const predictions = await readFold(out, fold.seed, fold.name, planned);
              if (!predictions)
                throw new ExperimentError(`Cannot use the result of fold ${fold.name} as it has no predictions`);
              done.set(fold, predictions);
              await tellEpochs(out, fold, onEvent);
              onEvent(foldEvent(fold, { ...result, predictions }, plan.dataset));
              return true;
            },
          },
        );
        if (failures.length > 0) throw failureOf(experiment.name, 'folds', all, failures);
        const predictions = plan.folds.flatMap((fold) => done.get(fold) ?? []);
        checkPredictions(`score the run in ${out}`, predictions);
        const summary = scoreFolds(predictions, { experiment, plan, stages });
        await writeJson(join(out, 'summary.json'), summary);
        return summary;
      } finally {
        await lock.release();
      }
    },
    async close() {
      const open = await Promise.all([...channels.values()].map((each) => each.catch(() => undefined)));
      await connection.close(...open.flatMap((each) => (each ? [each.events, each.queue] : [])));
    },
  };
}

/** The folds that the folder has, whose files are read. */
async function foldsDone(
  out: string,
  { folds, finals }: RunPlan,
  planned: Parameters<typeof readFold>[3],
): Promise<Map<PlannedFold, FoldPredictions>> {
  const done = new Map<PlannedFold, FoldPredictions>();
  for (const fold of [...folds, ...finals]) {
    const before = await readFold(out, fold.seed, fold.name, planned);
    if (before) done.set(fold, before);
  }
  return done;
}

/** Tells what a worker says of a training, where it has the form of that. */
function tellProgress(job: FoldJob, data: unknown, refusals: Set<string>, onEvent: (event: RunEvent) => void): void {
  const progress = progressOf(data);
  if (!progress) return;
  const { worker, state, done = 0, of = 0, loss, accuracy, learningRate, reason } = progress;
  if (state === 'refused' && !refusals.has(worker)) {
    refusals.add(worker);
    onEvent({ type: 'note', text: `${worker} does not take part in ${job.label}: ${reason}` });
  }
  if (state === 'preparing' && of > 0) onEvent({ type: 'prepare', done, total: of });
  if (state !== 'training' || done === 0 || loss === undefined || accuracy === undefined) return;
  const fold = job.stage === undefined ? job.fold : `stage ${job.stage}, ${job.fold}`;
  onEvent({
    type: 'training',
    seed: job.seed,
    fold,
    attempt: 1,
    epochs: of,
    time: Date.now(),
    record: { epoch: done, loss, accuracy, learningRate: learningRate ?? 0 },
  });
}

/** Tells the epochs of a fold that a worker has trained: on the way here some of what it told may have been lost, its history has all. */
async function tellEpochs(out: string, { seed, name }: PlannedFold, onEvent: (event: RunEvent) => void): Promise<void> {
  const { history, seconds } = await readHistory(join(foldFolder(out, seed, name), 'history.json'));
  const times = epochTimes(Date.now(), seconds, history.length);
  for (const [i, record] of history.entries()) {
    onEvent({ type: 'epoch', seed, fold: name, attempt: 1, epochs: history.length, time: times[i]!, record });
  }
}

function failureOf(
  what: string,
  noun: string,
  of: number,
  failures: readonly { job: FoldJob; reason: string }[],
): Error {
  const lines = failures.map(({ job, reason }) => `  ${job.fold} (seed ${job.seed}): ${reason}`);
  return new Error(
    `Cannot finish ${what} as ${failures.length} of its ${of} ${noun} failed; what is done is kept, and the same command tries them again:\n${lines.join('\n')}`,
  );
}
