import type { OwnParts } from '../parts/own-modules.js';
import { type Run, readRun } from '../run/read-run.js';
import { type RunSummary, summarize } from './summary.js';

/**
 * Scores a run from the predictions in its folder, whether all folds are done or only some.
 *
 * @param dir - folder of the run
 * @param options - the own parts that the run was made with
 * @returns the scores of the folds that are done
 * @throws {@link ExperimentError} where the folder holds no run, or no fold is done yet
 *
 * @example
 * ```ts no-run
 * import { readRunSummary } from '@mer/experiments';
 *
 * const { perSeed } = await readRunSummary('runs/quickstart');
 * ```
 */
export async function readRunSummary(dir: string, options: { own?: OwnParts | undefined } = {}): Promise<RunSummary> {
  return summarizeRun(await readRun(dir, options));
}

/**
 * Scores a run that has been read.
 *
 * @param run - as read by {@link readRun}
 * @returns the scores of the folds that are done
 *
 * @example
 * ```ts no-run
 * import { readRun, summarizeRun } from '@mer/experiments';
 *
 * const run = await readRun('runs/quickstart');
 * console.log(summarizeRun(run).perSeed[0].scores[0].uf1);
 * ```
 */
export function summarizeRun({
  manifest: { experiment, data, classes, labelKind, backend, folds: planned, stages },
  folds,
}: Run): RunSummary {
  const totalFolds = planned.length;
  return summarize(folds, { experiment, data, classes, labelKind, backend: backend.name, totalFolds, stages });
}
