import { stat } from 'node:fs/promises';
import type { Job } from 'bullmq';
import { readManifest } from '../run/run-store.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { readStatus } from '../sweep/status.js';
import { checkJob } from './jobs.js';
import { connectQueue } from './open-queue.js';
import { queueNames } from './queue-status.js';

/** What {@link cancelWaiting} has found of the runs. */
export interface CancelledRuns {
  /** Trainings taken out of the queue, */
  cancelled: number;
  /** and those that workers have in hand, and finish. */
  active: number;
}

/** Jobs asked for at a time. */
const BATCH = 1_000;

/**
 * Takes what waits of runs out of a queue. What a worker has begun it finishes; what is done stays in the store, so that running the experiment again goes on from there.
 *
 * Whoever waits for such a run (`mer run --queue`) puts its trainings back: end that first.
 *
 * @param url - of the queue's server
 * @param run - folder of a run or of a sweep: the trainings of its seeds; or at least 6 digits of the hash in `run.json`: those of every seed with these settings
 * @returns how many trainings were taken out, and how many are in hand
 * @throws {@link ExperimentError} where the queue cannot be reached, or it is no run; nothing was taken out then
 *
 * @example
 * ```ts no-run
 * import { cancelWaiting } from '@mer/experiments';
 *
 * console.log(await cancelWaiting('redis://queue.lab:6379', 'runs/first-steps')); // { cancelled: 11, active: 1 }
 * ```
 */
export async function cancelWaiting(url: string, run: string): Promise<CancelledRuns> {
  const isFolder = (await stat(run).catch(() => undefined)) !== undefined;
  const wanted: readonly Wanted[] =
    !isFolder && /^[0-9a-f]{6,64}$/.test(run) ? [{ hash: run }] : await trainingsOf(run);
  const isOurs = (listed: Job | undefined): boolean => {
    try {
      const job = checkJob(listed?.data);
      return wanted.some(({ hash, seeds }) => job.run.startsWith(hash) && (seeds?.includes(job.seed) ?? true));
    } catch {
      // another program's, or taken out of the queue since it was listed
      return false;
    }
  };
  const connection = await connectQueue(url, { name: 'cancel' });
  const { bullmq, options } = connection;
  const found: CancelledRuns = { cancelled: 0, active: 0 };
  try {
    for (const name of await queueNames(connection)) {
      const queue = new bullmq.Queue(name, { ...options, skipMetasUpdate: true });
      queue.on('error', () => {});
      const jobs: Job[] = [];
      // all are listed before one is taken out: places in a list change with what goes
      for (const state of ['wait', 'prioritized', 'delayed'] as const) {
        for (let begin = 0, more = BATCH; more === BATCH; begin += BATCH) {
          const batch = await queue.getJobs(state, begin, begin + BATCH - 1);
          more = batch.length;
          jobs.push(...batch.filter(isOurs));
        }
      }
      for (const { id } of jobs) {
        // one that a worker has taken in between is locked
        found.cancelled += await queue.remove(id!).catch(() => 0);
      }
      found.active += (await queue.getJobs('active')).filter(isOurs).length;
    }
    return found;
  } finally {
    await connection.close();
  }
}

/** Whose trainings are to go: all of a hash, or those of some seeds; runs of other seeds have the same hash. */
interface Wanted {
  hash: string;
  seeds?: readonly number[];
}

/** Those of the runs in a folder. */
async function trainingsOf(dir: string): Promise<Wanted[]> {
  const { runs } = await readStatus(dir);
  const manifests = await Promise.all(runs.map((run) => readManifest(run.dir)));
  const wanted = manifests.flatMap((manifest) =>
    manifest ? [{ hash: manifest.hash, seeds: manifest.experiment.seeds }] : [],
  );
  if (wanted.length > 0) return wanted;
  throw new ExperimentError(`Cannot cancel ${dir} as none of its runs has begun: nothing of it is in a queue`);
}
