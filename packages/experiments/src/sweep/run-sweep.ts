import { dirname, join } from 'node:path';
import { show, suggestion } from '@mer/options';
import type { QueueRunner } from '../queue/queue-runner.js';
import type { RunEvent } from '../run/events.js';
import { FolderInUseError, lockFolder } from '../run/folder-lock.js';
import { type RunExperimentOptions, runExperiment } from '../run/run.js';
import { ExperimentError } from '../schema/experiment-error.js';
import type { RunSummary } from '../summaries/summary.js';
import { type ChooseCellsOptions, chooseCells } from './choose-cells.js';
import { CHOSEN } from './chosen-folder.js';
import type { Sweep } from './open-sweep.js';
import { isWhole } from './status.js';
import { writeSweepFile } from './sweep-file.js';

/** What a sweep tells while it works. */
export type SweepEvent =
  /** A cell begins, is done, or failed; the others go on. */
  | {
      type: 'cell';
      cell: string;
      /** From 1. */
      index: number;
      of: number;
      state: 'begun' | 'done' | 'failed';
      /** Why it failed. */
      error?: string;
    }
  /** What the run of a cell tells. */
  | (RunEvent & { cell: string });

/** Options of {@link runSweep}: those of a run, for every cell. */
export interface RunSweepOptions
  extends Pick<RunExperimentOptions, 'out' | 'workers' | 'shard' | 'final' | 'cache' | 'signal'> {
  /** Names of the cells to run; all by default. Processes that run other cells, or other shards of the same ones, share the folder. */
  only?: readonly string[] | undefined;
  /** Called as the work goes on. */
  onEvent?: (event: SweepEvent) => void;
  /** What runs each cell, in place of {@link runExperiment}; all of them at once, such as by workers on a queue. */
  runner?: Pick<QueueRunner, 'run'> | undefined;
}

/** What became of a sweep. */
export interface SweepResult {
  /** Name of the sweep. */
  name: string;
  /** Every cell, in order: its scores, or why it failed. */
  cells: { name: string; dir: string; summary?: RunSummary; error?: string }[];
  /** The run of the cells chosen for each fold; absent where none are to be chosen, or not every fold of every cell is done. */
  chosen?: RunSummary;
}

/**
 * Runs every cell of a sweep, each as {@link runExperiment} does, into a folder of its own within the sweep's; folds that are done are not run again, whichever
 * cell was being run when the work ended. Prepared images are shared: cells that prepare alike prepare once.
 *
 * A cell that cannot be run does not keep the others from running; it is told as an event and in the result.
 *
 * @param sweep - as opened by {@link openSweep}
 * @param options - folder, processes, progress, interruption
 * @returns the scores of every cell
 * @throws {@link ExperimentError} where the folder is none of a sweep, or another process works in it
 *
 * @example
 * ```ts no-run
 * import { openSweep, runSweep } from '@mer/experiments';
 *
 * const sweep = await openSweep('first-steps', { grid: ['training.batchSize=8,16'] });
 * const { cells } = await runSweep(sweep!, { out: 'runs/batch-sizes' });
 * console.log(cells.map(({ name, summary }) => [name, summary?.perSeed[0]?.scores[0]?.uf1]));
 * ```
 */
export async function runSweep(
  { name, description, cells, choose, own }: Sweep,
  { out, only = [], cache = join(dirname(out), '.cache'), onEvent = () => {}, runner, ...options }: RunSweepOptions,
): Promise<SweepResult> {
  const chosen = cellsNamed(cells, only);
  // each run has a lock of its own
  const lock = only.length > 0 ? undefined : await lockFolder(out, { shard: options.shard });
  try {
    await writeSweepFile(out, {
      format: 1,
      name,
      ...(description !== undefined && { description }),
      ...(choose && { choose }),
      cells: cells.map(({ name, set }) => ({ name, set })),
    });
    const runCell = async ({ name: cell, experiment }: Sweep['cells'][number], i: number) => {
      options.signal?.throwIfAborted();
      const dir = join(out, cell);
      const tell = (state: 'begun' | 'done' | 'failed', error?: string) =>
        onEvent({ type: 'cell', cell, index: i + 1, of: chosen.length, state, ...(error !== undefined && { error }) });
      tell('begun');
      try {
        const onRun = (event: RunEvent) => onEvent({ ...event, cell });
        const { final, signal } = options;
        const summary = runner
          ? await runner.run(experiment, { out: dir, own, final, signal, onEvent: onRun })
          : await runExperiment(experiment, { ...options, out: dir, own, cache, onEvent: onRun });
        tell('done');
        return { name: cell, dir, summary };
      } catch (error) {
        if (options.signal?.aborted) throw error;
        const { message } = error as Error;
        tell('failed', message);
        return { name: cell, dir, error: message };
      }
    };
    const done: SweepResult['cells'] = [];
    if (runner) done.push(...(await Promise.all(chosen.map(runCell))));
    else for (const [i, cell] of chosen.entries()) done.push(await runCell(cell, i));
    const dirs = cells.map((cell) => join(out, cell.name));
    const nested =
      choose && done.every(({ error }) => error === undefined) && (await areWhole(dirs))
        ? await chooseOnce(dirs, { name, by: choose, out: join(out, CHOSEN), own })
        : undefined;
    return { name, cells: done, ...(nested && { chosen: nested }) };
  } finally {
    await lock?.release();
  }
}

function cellsNamed(cells: Sweep['cells'], only: readonly string[]): Sweep['cells'] {
  const names = cells.map(({ name }) => name);
  const wrong = only.find((name) => !names.includes(name));
  if (wrong !== undefined) {
    throw new ExperimentError(
      `Cannot run the cell ${show(wrong)} as the sweep has none of that name${suggestion(wrong, names) || `: its cells are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`}`,
    );
  }
  return only.length === 0 ? cells : cells.filter(({ name }) => only.includes(name));
}

/** Whether every fold of all runs is done, whoever did it. */
async function areWhole(dirs: readonly string[]): Promise<boolean> {
  for (const dir of dirs) if (!(await isWhole(dir))) return false;
  return true;
}

/** Several processes may see at once that all is done: one chooses, which does for all. */
async function chooseOnce(dirs: readonly string[], options: ChooseCellsOptions): Promise<RunSummary | undefined> {
  try {
    return await chooseCells(dirs, options);
  } catch (error) {
    if (error instanceof FolderInUseError) return undefined;
    throw error;
  }
}

/** The error of a sweep some of whose cells failed, each with why; undefined where none did. */
export function sweepFailure({ name, cells }: SweepResult): Error | undefined {
  const failed = cells.flatMap(({ name: cell, error }) => (error === undefined ? [] : `  ${cell}: ${error}`));
  if (failed.length === 0) return undefined;
  return new Error(
    `Cannot finish the sweep ${name} as ${failed.length} of its ${cells.length} cells failed; the others are done:\n${failed.join('\n')}`,
  );
}
