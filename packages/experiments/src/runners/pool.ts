import type { RunEvent } from '../run/events.js';
import type { PlannedFold } from '../run/plan.js';
import { type Crash, crashCure, crashText } from './crash.js';
import { CrashError, type Processes, runTask } from './processes.js';
import type { FoldReport, WorkerContext } from './worker.js';

/** Options of {@link runInPool}. */
export interface PoolOptions {
  /** Folds that are trained at the same time. */
  workers: number;
  /** Called with what the workers tell. */
  onEvent: (event: RunEvent) => void;
  /** Called when a fold has been written. */
  onFold: (fold: PlannedFold, report: FoldReport) => void;
  /** Ends the work: folds in flight are lost. */
  signal?: AbortSignal | undefined;
}

/**
 * Runs folds in processes with a backend each. Where several run at the same time, a fold whose process is ended from outside is run once more; if that
 * one ends too, the others go on and the fold is reported at the end, unless none has been finished yet. Any other failure of a fold ends the work.
 */
export async function runInPool(
  processes: Processes,
  context: WorkerContext,
  folds: readonly PlannedFold[],
  { workers, onEvent, onFold, signal }: PoolOptions,
): Promise<void> {
  const { experiment, backend } = context;
  const given: { label: string; crash: Crash }[] = [];
  let finished = 0;
  const run = async (fold: PlannedFold): Promise<void> => {
    const { seed, name } = fold;
    const label = `${name} (seed ${seed})`;
    const tell = (crash: Crash, again: boolean) => onEvent({ type: 'crash', seed, fold: name, ...crash, again });
    try {
      const report = await runTask<FoldReport>(processes, 'fold', [context, fold], {
        on: onEvent,
        onCrash: (crash) => tell(crash, true),
        retry: workers > 1,
        signal,
      });
      finished += 1;
      onFold(fold, report);
    } catch (error) {
      if (!(error instanceof CrashError)) throw error;
      const { crash } = error;
      if (workers === 1 || crash.outOfMemory || finished === 0) {
        throw new Error(
          `Cannot train fold ${label} as ${crashText(crash, backend)}. ` +
            `To go on, ${crashCure(crash, experiment, workers)}; folds that are done are kept, and the same command goes on after them`,
          { cause: error },
        );
      }
      tell(crash, false);
      given.push({ label, crash });
    }
  };
  try {
    await Promise.all(folds.map(run));
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
  if (given.length > 0) {
    const lines = given.map(({ label, crash }) => `  ${label}: ${crashText(crash, backend)}`);
    throw new Error(
      `Cannot finish the run as the process of ${given.length} of ${folds.length} folds ended twice:\n${lines.join('\n')}\n` +
        `The other folds are written; run again, or ${crashCure(given[0]!.crash, experiment, workers)}.`,
    );
  }
}
