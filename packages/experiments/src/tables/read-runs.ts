import { join } from 'node:path';
import type { OwnParts } from '../parts/own-modules.js';
import { type Run, readRun } from '../run/read-run.js';
import { readManifest } from '../run/run-store.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { CHOSEN } from '../sweep/chosen-folder.js';
import { readSweepFile } from '../sweep/sweep-file.js';

/** Options of {@link readRuns}. */
export interface ReadRunsOptions {
  /** The own parts that the runs were made with. */
  own?: OwnParts | undefined;
  /** Told of cells of a sweep that are left out. */
  onNote?: (text: string) => void;
}

/**
 * Reads runs, and every cell of sweeps, in the order of the folders; of a sweep those cells of which a fold is done, and the run of the chosen ones.
 *
 * @param dirs - folders of runs and sweeps
 * @param options - own parts
 * @throws {@link ExperimentError} where a folder holds neither a run nor a sweep, or nothing of a sweep is done yet
 *
 * @example
 * ```ts no-run
 * import { readRuns } from '@mer/experiments';
 *
 * const runs = await readRuns(['runs/my-sweep', 'runs/afn']);
 * console.log(runs.map(({ manifest }) => manifest.experiment.name));
 * ```
 */
export async function readRuns(
  dirs: readonly string[],
  { own, onNote = () => {} }: ReadRunsOptions = {},
): Promise<Run[]> {
  const runs: Run[] = [];
  for (const dir of dirs) {
    const sweep = await readSweepFile(dir);
    if (!sweep) {
      const trained = (await readManifest(dir))?.folds.length === 0;
      if (trained)
        onNote(`${dir} is left out: it was trained on all subjects and tested on none, so that it has no scores`);
      else runs.push(await readRun(dir, { own }));
      continue;
    }
    let found = 0;
    for (const name of [...sweep.cells.map((cell) => cell.name), ...(sweep.choose ? [CHOSEN] : [])]) {
      const cell = join(dir, name);
      const begun = await readManifest(cell);
      try {
        if (begun) runs.push(await readRun(cell, { own }));
        if (begun) found += 1;
      } catch (error) {
        if (!(error instanceof ExperimentError) || !/none of its \d+ folds is done yet/.test(error.message))
          throw error;
        onNote(`${cell} is left out: no fold of it is done yet`);
        continue;
      }
      if (!begun && name !== CHOSEN) onNote(`${cell} is left out: it has not begun`);
    }
    if (found === 0) {
      throw new ExperimentError(
        `Cannot read the sweep in ${dir} as no fold of its cells is done yet: run it with mer run`,
      );
    }
  }
  if (runs.length === 0) {
    throw new ExperimentError(
      'Cannot make a table as there must be a run that was tested: all were trained on all subjects',
    );
  }
  return runs;
}
