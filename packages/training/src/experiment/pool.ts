import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import workerpool from 'workerpool';
import type { RunEvent } from './events.js';
import type { PlannedFold } from './plan.js';
import type { FoldReport, WorkerContext } from './worker.js';

/** Options of {@link runInPool}. */
export interface PoolOptions {
  /** Processes. */
  workers: number;
  /** Called with what the workers tell. */
  onEvent: (event: RunEvent) => void;
  /** Called when a fold has been written. */
  onFold: (fold: PlannedFold, report: FoldReport) => void;
  /** Ends the work: folds in flight are lost. */
  signal?: AbortSignal | undefined;
}

/**
 * Runs folds in a pool of processes with a backend each. A fold whose process ends is run once more in a new one; if that one ends too, the others go
 * on and the fold is reported at the end. Any other failure of a fold ends the work.
 */
export async function runInPool(
  context: WorkerContext,
  folds: readonly PlannedFold[],
  { workers, onEvent, onFold, signal }: PoolOptions,
): Promise<void> {
  const script = fileURLToPath(new URL(`file://${createRequire(import.meta.url).resolve('@mer/training/worker')}`));
  const pool = workerpool.pool(script, {
    workerType: 'process',
    maxWorkers: Math.min(workers, folds.length),
    forkOpts: { serialization: 'advanced', execArgv: [] },
  });
  const stop = () => void pool.terminate(true);
  signal?.addEventListener('abort', stop);
  const crashed: string[] = [];
  const run = async (fold: PlannedFold, again = true): Promise<void> => {
    try {
      const report = (await pool.exec('fold', [context, fold], { on: onEvent })) as FoldReport;
      onFold(fold, report);
    } catch (error) {
      const reason = crashReason(error);
      if (signal?.aborted || reason === undefined) throw error;
      onEvent({ type: 'crash', seed: fold.seed, fold: fold.name, reason, again });
      if (again) return run(fold, false);
      crashed.push(`${fold.name} (seed ${fold.seed}): ${reason}`);
    }
  };
  try {
    await Promise.all(folds.map((fold) => run(fold)));
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    await pool.terminate(true);
  }
  if (crashed.length > 0) {
    throw new Error(
      `Cannot finish the run as the process of ${crashed.length} of ${folds.length} folds ended twice:\n${crashed.map((line) => `  ${line}`).join('\n')}\n` +
        'The other folds are written; run again with fewer --workers if memory was short.',
    );
  }
}

/** Why a worker ended, or undefined where the error is the fold's own. */
function crashReason(error: unknown): string | undefined {
  const { message } = error as Error;
  if (!/worker terminated unexpectedly/i.test(message)) return undefined;
  const signal = /signalCode: `?(\w+)/.exec(message)?.[1];
  const code = /exitCode: `?(\w+)/.exec(message)?.[1];
  return signal && signal !== 'null' ? `ended by ${signal}` : `ended with status ${code}`;
}
