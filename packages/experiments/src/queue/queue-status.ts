import { visible } from '@mer/options';
import type { Job } from 'bullmq';
import { checkJob, type FoldJob, kindOf, progressOf } from './jobs.js';
import { connectQueue, type QueueConnection } from './open-queue.js';

/** A training that somebody works on. */
export interface ActiveTraining {
  run: string;
  seed: number;
  fold: string;
  stage?: string | undefined;
  /** Who works, where that has been told. */
  worker?: string | undefined;
  state: 'preparing' | 'training' | 'begun';
  /** Epochs done, or samples prepared, and of how many. */
  done?: number | undefined;
  of?: number | undefined;
  /** Seconds since it began, */
  seconds: number;
  /** and since its worker told of itself. */
  heartbeat?: number | undefined;
}

/** A training that failed, or that a worker would not take. */
export interface FailedTraining {
  run: string;
  seed: number;
  fold: string;
  stage?: string | undefined;
  reason: string;
}

/** What workers of one kind have to do. */
export interface KindStatus {
  /** Backend, or backend and tag: `wasm`, `webgpu.big`. */
  kind: string;
  waiting: number;
  /** Waiting for their time: a second try, or another worker. */
  delayed: number;
  active: ActiveTraining[];
  failed: FailedTraining[];
  /** How many have failed; `failed` lists the last of them. */
  failures: number;
  /** Names of the workers that listen. */
  workers: string[];
  /** What waits, of each run. */
  runs: { run: string; waiting: number }[];
}

/** What a queue has to do. */
export interface QueueStatus {
  /** Where it is, without secrets. */
  queue: string;
  kinds: KindStatus[];
}

/** Jobs of a kind that are listed. */
const LISTED = 1_000;
const LISTED_FAILED = 20;

/** Names of all queues of ours on a server, found by their keys. */
export async function queueNames({ redis, address }: Pick<QueueConnection, 'redis' | 'address'>): Promise<string[]> {
  const names = new Set<string>();
  for await (const keys of redis.scanStream({ match: `${address.prefix}:*:meta`, count: 1_000 })) {
    for (const key of keys as string[]) {
      const name = key.slice(address.prefix.length + 1, -':meta'.length);
      if (kindOf(name)) names.add(name);
    }
  }
  return [...names].sort();
}

/**
 * Looks what a queue has to do: what waits, who works on what, and what failed.
 *
 * @param url - of the queue's server
 * @throws {@link ExperimentError} where it cannot be reached
 *
 * @example
 * ```ts no-run
 * import { queueStatus } from '@mer/experiments';
 *
 * for (const { kind, waiting, active } of (await queueStatus('redis://queue.lab:6379')).kinds) console.log(kind, waiting, active.length);
 * ```
 */
export async function queueStatus(url: string): Promise<QueueStatus> {
  const connection = await connectQueue(url, { name: 'status' });
  const kinds: KindStatus[] = [];
  try {
    for (const name of await queueNames(connection)) kinds.push(await statusOf(connection, name));
    return { queue: connection.address.shown, kinds };
  } finally {
    await connection.close();
  }
}

async function statusOf({ bullmq, options }: QueueConnection, kind: string): Promise<KindStatus> {
  const queue = new bullmq.Queue(kind, { ...options, skipMetasUpdate: true });
  queue.on('error', () => {});
  const counts = await queue.getJobCounts('wait', 'prioritized', 'delayed', 'failed');
  // one that is done since it was listed is not there any more
  const jobs = async (states: Parameters<typeof queue.getJobs>[0], most: number) =>
    ((await queue.getJobs(states, 0, most - 1)) as (Job | undefined)[]).filter((job) => job !== undefined);
  const [active, failed, waiting, workers] = await Promise.all([
    jobs('active', LISTED),
    jobs('failed', LISTED_FAILED),
    jobs(['wait', 'prioritized'], LISTED),
    queue.getWorkers(),
  ]);
  const now = Date.now();
  const runs = new Map<string, number>();
  for (const { run } of waiting.map(known)) runs.set(run, (runs.get(run) ?? 0) + 1);
  return {
    kind,
    waiting: (counts['wait'] ?? 0) + (counts['prioritized'] ?? 0),
    delayed: counts['delayed'] ?? 0,
    active: active.map((job) => {
      const progress = progressOf(job.progress);
      return {
        ...known(job),
        worker: progress?.worker ?? job.processedBy,
        state: progress && progress.state !== 'refused' ? progress.state : 'begun',
        done: progress?.done,
        of: progress?.of,
        seconds: Math.max(0, (now - (job.processedOn ?? now)) / 1000),
        heartbeat: progress && Math.max(0, (now - progress.at) / 1000),
      };
    }),
    failed: failed.map((job) => ({ ...known(job), reason: visible(job.failedReason ?? 'unknown') })),
    failures: counts['failed'] ?? 0,
    workers: workers.map(({ rawname = '' }) => rawname.slice(rawname.lastIndexOf(':w:') + 3)).sort(),
    runs: [...runs].map(([run, count]) => ({ run, waiting: count })),
  };
}

/** What a job is of; one that is none of ours is told as it is called. */
function known(job: Job): Pick<FoldJob, 'seed' | 'fold' | 'stage'> & { run: string } {
  try {
    const { label, seed, fold, stage } = checkJob(job.data);
    return { run: label, seed, fold, ...(stage !== undefined && { stage }) };
  } catch {
    return { run: `(not a job of mer) ${visible(String(job.id).slice(0, 100))}`, seed: 0, fold: '' };
  }
}
