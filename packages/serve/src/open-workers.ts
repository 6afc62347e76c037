import type { Runner, ServedModel, WorkerSetup } from './job.js';
import { JobQueue } from './job-queue.js';
import { WorkerProcess } from './worker-process.js';

/** How {@link openWorkers} starts. */
export interface WorkersOptions {
  /** How many. */
  readonly count: number;
  /** Called when one was ended, or ended itself. */
  readonly onRestart?: ((why: string) => void) | undefined;
  /** What they run; our own where it is not given. */
  readonly script?: string | undefined;
}

/**
 * Starts so many processes that look at clips, each with the model in its memory.
 *
 * @throws Error where the model cannot be loaded
 */
export async function openWorkers(setup: WorkerSetup, { count, onRestart, script }: WorkersOptions): Promise<Runner> {
  let restarts = 0;
  const workers: WorkerProcess[] = [];
  const queue = new JobQueue(workers, setup.limits);
  const events = {
    onIdle: () => queue.wake(),
    onRestart: (why: string) => {
      restarts++;
      onRestart?.(why);
    },
  };
  for (let i = 0; i < count; i++) workers.push(new WorkerProcess(setup, events, script));
  const close = async () => {
    await Promise.all(workers.map((worker) => worker.close()));
  };
  let model: ServedModel;
  try {
    model = (await Promise.all(workers.map((worker) => worker.start())))[0]!;
  } catch (error) {
    await close();
    throw error;
  }
  return {
    model,
    get ready() {
      return workers.some((worker) => worker.ready);
    },
    queue,
    get workers() {
      return { restarts, memory: workers.map(({ memory }) => memory) };
    },
    run: (job, signal) => queue.run(job, signal),
    close,
  };
}
