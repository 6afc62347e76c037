import type { RunEvent } from './events.js';
import type { PlannedFold } from './plan.js';
import { CrashError, openProcesses, runTask } from './processes.js';
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
  const processes = openProcesses(Math.min(workers, folds.length), signal);
  const crashed: string[] = [];
  const run = async (fold: PlannedFold): Promise<void> => {
    const { seed, name } = fold;
    const onCrash = (reason: string, again: boolean) => onEvent({ type: 'crash', seed, fold: name, reason, again });
    try {
      const report = await runTask<FoldReport>(processes, 'fold', [context, fold], { on: onEvent, onCrash, signal });
      onFold(fold, report);
    } catch (error) {
      if (!(error instanceof CrashError)) throw error;
      crashed.push(`${name} (seed ${seed}): ${error.message}`);
    }
  };
  try {
    await Promise.all(folds.map(run));
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await processes.close();
  }
  if (crashed.length > 0) {
    throw new Error(
      `Cannot finish the run as the process of ${crashed.length} of ${folds.length} folds ended twice:\n${crashed.map((line) => `  ${line}`).join('\n')}\n` +
        'The other folds are written; run again with fewer --workers if memory was short.',
    );
  }
}
