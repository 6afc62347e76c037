import { dirname, join } from 'node:path';
import type { QueueRunner } from '@mer/experiments';
import type { RunOptions } from './experiment-options.js';

/** Does work with what trains on the queue that `--queue` names; with nothing where it names none. */
export async function withQueue<T>(
  { queue, store, tag, priority }: Pick<RunOptions, 'queue' | 'store' | 'tag' | 'priority'>,
  out: string,
  work: (runner: QueueRunner | undefined) => Promise<T>,
): Promise<T> {
  if (queue === undefined) {
    const { ExperimentError } = await import('@mer/experiments');
    const [lonely] = Object.entries({ store, tag }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    if (lonely) throw new ExperimentError(`Cannot use --${lonely} as it goes with --queue: give both`);
    return work(undefined);
  }
  const { openQueueRunner } = await import('@mer/experiments');
  const runner = await openQueueRunner({ queue, store: store ?? join(dirname(out), '.store'), tag, priority });
  try {
    return await work(runner);
  } finally {
    await runner.close();
  }
}
