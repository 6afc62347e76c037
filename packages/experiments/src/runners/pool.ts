import type { RunEvent } from '../run/events.js';
import { type Crash, crashCure, crashText } from './crash.js';
import { CrashError, type Processes, runTask } from './processes.js';
import type { WorkerContext } from './worker.js';

/** A training that a process does: a fold, or one of a stage. */
interface Training {
  seed: number;
  name: string;
}

/** Options of {@link runInPool}. */
export interface PoolOptions<One extends Training, Report> {
  /** What a worker does: a fold, or one training of a stage. */
  method: 'fold' | 'stage';
  /** Trainings at the same time. */
  workers: number;
  /** Called with what the workers tell. */
  onEvent: (event: RunEvent) => void;
  /** Called when one has been written. */
  onDone: (one: One, report: Report) => void;
  /** Ends the work: folds in flight are lost. */
  signal?: AbortSignal | undefined;
}

/**
 * Runs folds in processes with a backend each. Where several run at the same time, a fold whose process is ended from outside is run once more; if that
 * one ends too, the others go on and the fold is reported at the end, unless none has been finished yet. Any other failure of a fold ends the work.
 */
export async function runInPool<One extends Training, Report>(
  processes: Processes,
  context: WorkerContext,
  folds: readonly One[],
  { method, workers, onEvent, onDone, signal }: PoolOptions<One, Report>,
): Promise<void> {
  const { experiment, backend } = context;
  const what = method === 'fold' ? 'fold' : `stage ${context.stage}:`;
  const given: { label: string; crash: Crash }[] = [];
  let finished = 0;
  const run = async (fold: One): Promise<void> => {
    const { seed, name } = fold;
    const label = `${name} (seed ${seed})`;
    const tell = (crash: Crash, again: boolean) => onEvent({ type: 'crash', seed, fold: name, ...crash, again });
    try {
      const report = await runTask<Report>(processes, method, [context, fold], {
        on: onEvent,
        onCrash: (crash) => tell(crash, true),
        retry: workers > 1,
        signal,
      });
      finished += 1;
      onDone(fold, report);
    } catch (error) {
      if (!(error instanceof CrashError)) throw error;
      const { crash } = error;
      if (workers === 1 || crash.outOfMemory || finished === 0) {
        throw new Error(
          `Cannot train ${what} ${label} as ${crashText(crash, backend)}. ` +
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
      `Cannot finish the run as the process of ${given.length} of ${folds.length} ${method === 'fold' ? 'folds' : 'trainings'} ended twice:\n${lines.join('\n')}\n` +
        `The others are written; run again, or ${crashCure(given[0]!.crash, experiment, workers)}.`,
    );
  }
}
