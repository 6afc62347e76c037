import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EpochRecord } from '@mer/training';
import { checkSameModules, type OwnParts } from '../parts/own-modules.js';
import { ExperimentError } from '../schema/experiment-error.js';
import {
  type FoldPredictions,
  foldFolder,
  type Prediction,
  type RunManifest,
  readFold,
  readManifest,
} from './run-store.js';

/** A fold that is done. */
export interface FinishedFold extends FoldPredictions {
  /** Learning curve; empty where the fold has none. */
  history: EpochRecord[];
  /** Wall-clock time of the fold in seconds; 0 where it is not known. */
  seconds: number;
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
  const manifest = await readManifest(dir);
  if (!manifest)
    throw new ExperimentError(`Cannot report on ${dir} as it must be the folder of a run: it holds no run.json`);
  checkSameModules(dir, manifest.parts, own);
  const folds: FinishedFold[] = [];
  const missing: Run['missing'] = [];
  const seen = new Map<string, string>();
  for (const { seed, name } of manifest.folds) {
    const fold = await readFold(dir, seed, name);
    if (!fold) {
      missing.push({ seed, name });
      continue;
    }
    const folder = foldFolder(dir, seed, name);
    checkPredictions(fold, manifest.classes, join(folder, 'predictions.json'));
    for (const { id } of fold.predictions) {
      const before = seen.get(`${seed} ${id}`);
      if (before !== undefined) {
        throw new ExperimentError(
          `Cannot report on ${dir} as each sample must be tested once per seed: ${id} is in fold ${before} and in fold ${name}, seed ${seed}`,
        );
      }
      seen.set(`${seed} ${id}`, name);
    }
    folds.push({ ...fold, ...(await readHistory(join(folder, 'history.json'))) });
  }
  if (folds.length === 0)
    throw new ExperimentError(
      `Cannot report on ${dir} as none of its ${manifest.folds.length} folds is done yet: resume it with mer run`,
    );
  return { dir, manifest, folds, missing };
}

function checkPredictions(fold: FoldPredictions, classes: readonly string[], path: string): void {
  const fine = (index: unknown) =>
    Number.isInteger(index) && (index as number) >= 0 && (index as number) < classes.length;
  const isPrediction = ({ id, dataset, subject, truth, predicted, logits }: Prediction) =>
    [id, dataset, subject].every((text) => typeof text === 'string') &&
    fine(truth) &&
    fine(predicted) &&
    Array.isArray(logits) &&
    logits.length === classes.length;
  const all = [...fold.predictions, ...(fold.oracle?.predictions ?? [])];
  const wrong = all.findIndex((prediction) => !isPrediction(prediction));
  if (wrong >= 0) {
    throw new ExperimentError(
      `Cannot use ${path} as each prediction must have id, dataset, subject, and truth, predicted and logits for ${classes.length} classes: ` +
        `number ${wrong + 1} has not; delete the file to run the fold again`,
    );
  }
}

async function readHistory(path: string): Promise<{ history: EpochRecord[]; seconds: number }> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { history: [], seconds: 0 };
    throw new ExperimentError(`Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
  try {
    const { seconds, epochs } = JSON.parse(text) as { seconds: number; epochs: EpochRecord[] };
    if (typeof seconds !== 'number' || !Array.isArray(epochs)) throw new TypeError('it has no seconds and epochs');
    return { history: epochs, seconds };
  } catch (cause) {
    throw new ExperimentError(
      `Cannot read ${path} as it must be the history of a fold: ${(cause as Error).message}; delete it to report without`,
      { cause },
    );
  }
}
