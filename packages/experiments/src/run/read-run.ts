import { join } from 'node:path';
import type { EpochRecord } from '@mer/training';
import type { OwnParts } from '../parts/own-modules.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { checkPredictions } from './check-predictions.js';
import { historySchema } from './fold-schemas.js';
import { readJsonFile } from './read-json-file.js';
import { readRunManifest } from './read-manifest.js';
import { type FoldPredictions, foldFolder, type RunManifest, readFold, trainingsOf } from './run-store.js';

/** A fold that is done. */
export interface FinishedFold extends FoldPredictions {
  /** Learning curve; empty where the fold has none. */
  history: EpochRecord[];
  /** Wall-clock time of the fold in seconds; 0 where it is not known. */
  seconds: number;
  /** Time of all cores that its process used meanwhile, in seconds; absent where it is not known. */
  processorSeconds?: number;
}

/** Everything that the folder of a run holds, but for the weights. */
export interface Run {
  /** The folder. */
  dir: string;
  /** What was run, with and on what. */
  manifest: RunManifest;
  /** The folds that are done, in the order planned. */
  folds: FinishedFold[];
  /** The folds that are not. */
  missing: { seed: number; name: string }[];
}

/**
 * Reads a run from its folder, finished or not.
 *
 * @param dir - folder of the run
 * @param options - the own parts that the run was made with
 * @returns manifest, predictions and learning curves of the folds that are done, and which are not
 * @throws {@link ExperimentError} where the folder holds no run, no fold is done yet, or a file is not what `mer run` writes; the message names the file
 *
 * @example
 * ```ts no-run
 * import { readRun } from '@mer/experiments';
 *
 * const { folds, missing } = await readRun('runs/quickstart');
 * console.log(folds.length, missing.length);
 * ```
 */
export async function readRun(dir: string, { own }: { own?: OwnParts | undefined } = {}): Promise<Run> {
  const manifest = await readRunManifest(dir, { task: 'report on', own });
  if (manifest.folds.length === 0) {
    throw new ExperimentError(
      `Cannot report on ${dir} as it was trained on all subjects and tested on none: it has no scores${manifest.expected?.evaluation ? `; what to expect of it is the score of ${manifest.expected.evaluation.run}` : ''}`,
    );
  }
  const folds: FinishedFold[] = [];
  const missing: Run['missing'] = [];
  for (const { seed, name } of manifest.folds) {
    const fold = await readFold(dir, seed, name, manifest);
    if (!fold) {
      missing.push({ seed, name });
      continue;
    }
    const folder = foldFolder(dir, seed, name);
    if (fold.predictions.length === 0) {
      throw new ExperimentError(
        `Cannot use ${join(folder, 'predictions.json')} as it must hold at least one prediction: delete the file to run the fold again`,
      );
    }
    folds.push({ ...fold, ...(await readHistory(join(folder, 'history.json'))) });
  }
  if (folds.length === 0)
    throw new ExperimentError(
      `Cannot report on ${dir} as none of its ${manifest.folds.length} folds is done yet: resume it with mer run`,
    );
  checkPredictions(`report on ${dir}`, folds);
  return { dir, manifest, folds, missing };
}

/**
 * Reads a run that trains on all subjects and tests none.
 *
 * @param dir - folder of the run
 * @param options - the own parts that the run was made with
 * @returns the trainings that are done, whose predictions are empty; undefined where the folder holds a run that tests
 * @throws {@link ExperimentError} where the folder holds no run, or a file is not what `mer train` writes
 */
export async function readTrainedRun(
  dir: string,
  { own }: { own?: OwnParts | undefined } = {},
): Promise<Run | undefined> {
  const manifest = await readRunManifest(dir, { task: 'report on', own });
  if (manifest.folds.length > 0) return undefined;
  const run: Run = { dir, manifest, folds: [], missing: [] };
  for (const { seed, name } of trainingsOf(manifest)) {
    const fold = await readFold(dir, seed, name, manifest);
    const history = join(foldFolder(dir, seed, name), 'history.json');
    if (fold) run.folds.push({ ...fold, ...(await readHistory(history)) });
    else run.missing.push({ seed, name });
  }
  return run;
}

/** Reads the learning curve of a fold that is done; empty where it has none. */
export async function readHistory(
  path: string,
): Promise<Pick<FinishedFold, 'history' | 'seconds' | 'processorSeconds'>> {
  const found = await readJsonFile<{ epochs: EpochRecord[]; seconds: number; processorSeconds?: number }>(
    path,
    historySchema,
    { kind: 'the history of a fold', cure: 'Delete the file to report without.' },
  );
  if (!found) return { history: [], seconds: 0 };
  const { epochs, seconds, processorSeconds } = found;
  return { history: epochs, seconds, ...(processorSeconds !== undefined && { processorSeconds }) };
}
