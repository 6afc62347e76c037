import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { historySchema } from '../run/fold-schemas.js';
import { readJsonFile } from '../run/read-json-file.js';
import { foldFolder, readManifest, trainingsOf } from '../run/run-store.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { CHOSEN } from './chosen-folder.js';
import { readSweepFile } from './sweep-file.js';

/** How far a run is. */
export interface RunStatus {
  /** Name of the run, or of the cell. */
  name: string;
  /** Its folder. */
  dir: string;
  /** Folds that are done, of each seed. */
  seeds: { seed: number; done: number; total: number }[];
  /** Folds done. */
  done: number;
  /** Folds planned; undefined where the run has not begun. */
  total?: number;
  /** Wall-clock seconds of the folds that are done, all together. */
  seconds: number;
}

/** How far a run, or a sweep, is. */
export interface FolderStatus {
  /** The folder. */
  dir: string;
  /** Name of the sweep; absent where the folder is that of one run. */
  sweep?: string;
  /** The run, or the cells of the sweep in their order, and the run of chosen cells where there is one. */
  runs: RunStatus[];
}

/**
 * Looks how far the run, or the sweep, in a folder is, whoever is working in it.
 *
 * @param dir - folder of a run or a sweep
 * @throws {@link ExperimentError} where the folder holds neither
 *
 * @example
 * ```ts no-run
 * import { readStatus } from '@mer/experiments';
 *
 * const { runs } = await readStatus('runs/my-sweep');
 * for (const { name, done, total } of runs) console.log(name, done, total);
 * ```
 */
export async function readStatus(dir: string): Promise<FolderStatus> {
  const file = await readSweepFile(dir);
  if (!file) {
    const run = await statusOf(dir);
    if (run) return { dir, runs: [run] };
    throw new ExperimentError(
      `Cannot tell the status of ${dir} as it must be the folder of a run or a sweep: it holds no run.json and no sweep.json`,
    );
  }
  const cells: RunStatus[] = [];
  for (const { name } of file.cells) {
    const cell = join(dir, name);
    cells.push((await statusOf(cell, name)) ?? { name, dir: cell, seeds: [], done: 0, seconds: 0 });
  }
  const chosen = file.choose ? await statusOf(join(dir, CHOSEN)) : undefined;
  return { dir, sweep: file.name, runs: [...cells, ...(chosen ? [chosen] : [])] };
}

async function statusOf(dir: string, name?: string): Promise<RunStatus | undefined> {
  const manifest = await readManifest(dir);
  if (!manifest) return undefined;
  const trainings = trainingsOf(manifest);
  const seeds: RunStatus['seeds'] = [];
  let seconds = 0;
  for (const seed of new Set(trainings.map((fold) => fold.seed))) {
    const planned = trainings.filter((fold) => fold.seed === seed);
    let done = 0;
    for (const { name: fold } of planned) {
      const folder = foldFolder(dir, seed, fold);
      if (!(await namesIn(folder)).includes('predictions.json')) continue;
      done += 1;
      const history = await readJsonFile<{ seconds: number }>(join(folder, 'history.json'), historySchema, {
        kind: 'the history of a fold',
        cure: 'Delete the file to go on without.',
      });
      seconds += history?.seconds ?? 0;
    }
    seeds.push({ seed, done, total: planned.length });
  }
  const done = seeds.reduce((sum, each) => sum + each.done, 0);
  return { name: name ?? manifest.experiment.name, dir, seeds, done, total: trainings.length, seconds };
}

/** Whether every fold that a run plans is done. */
export async function isWhole(dir: string): Promise<boolean> {
  const manifest = await readManifest(dir);
  if (!manifest) return false;
  for (const { seed, name } of manifest.folds) {
    if (!(await namesIn(foldFolder(dir, seed, name))).includes('predictions.json')) return false;
  }
  return true;
}

const namesIn = (folder: string) => readdir(folder).catch(() => [] as string[]);
