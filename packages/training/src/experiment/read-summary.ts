import { ExperimentError } from './parse.js';
import { type FoldPredictions, readFold, readManifest } from './run-store.js';
import { type RunSummary, summarise } from './summary.js';

/**
 * Scores a run from the predictions in its folder, whether all folds are done or only some.
 *
 * @param dir - folder of the run
 * @returns the scores of the folds that are done
 * @throws {@link ExperimentError} where the folder holds no run, or no fold is done yet
 *
 * @example
 * ```ts no-run
 * import { readRunSummary } from '@mer/training';
 *
 * const { perSeed } = await readRunSummary('runs/quickstart');
 * ```
 */
export async function readRunSummary(dir: string): Promise<RunSummary> {
  const manifest = await readManifest(dir);
  if (!manifest)
    throw new ExperimentError(`Cannot report on ${dir} as it must be the folder of a run: it holds no run.json`);
  const { experiment, classes, backend, folds } = manifest;
  const done: FoldPredictions[] = [];
  for (const { seed, name } of folds) {
    const fold = await readFold(dir, seed, name);
    if (fold) done.push(fold);
  }
  if (done.length === 0)
    throw new ExperimentError(
      `Cannot report on ${dir} as none of its ${folds.length} folds is done yet: resume it with mer run`,
    );
  return summarise(done, { experiment, classes, backend: backend.name, totalFolds: folds.length });
}
