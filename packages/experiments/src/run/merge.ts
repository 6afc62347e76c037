import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@mer/io';
import { stableJson } from '@mer/options';
import { checkSameModules, type OwnParts } from '../parts/own-modules.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { type RunSummary, summarize } from '../summaries/summary.js';
import {
  type FoldPredictions,
  foldFolder,
  openRun,
  type RunManifest,
  readFold,
  readManifest,
  writeJson,
} from './run-store.js';

/**
 * Puts the folds of several runs of one experiment into one: the parts that `--shard` made, on one machine or several.
 *
 * @param runs - folders of runs; they stay as they are
 * @param out - folder of the whole; new, or one of the same experiment
 * @param options - the own parts that the runs were made with
 * @returns scores of the folds that are there, also written to `summary.json`
 * @throws {@link ExperimentError} where a folder holds no run, the runs are of different experiments, data or backends, or two of them disagree about a fold
 *
 * @example
 * ```ts no-run
 * import { mergeRuns, summaryText } from '@mer/experiments';
 *
 * console.log(summaryText(await mergeRuns(['part-1', 'part-2'], 'runs/whole')));
 * ```
 */
export async function mergeRuns(
  runs: readonly string[],
  out: string,
  { own }: { own?: OwnParts | undefined } = {},
): Promise<RunSummary> {
  if (runs.length === 0) throw new ExperimentError('Cannot merge as at least one run must be given');
  const manifests: RunManifest[] = [];
  for (const dir of runs) {
    const manifest = await readManifest(dir);
    if (!manifest)
      throw new ExperimentError(`Cannot merge ${dir} as it must be the folder of a run: it holds no run.json`);
    checkSameModules(dir, manifest.parts, own);
    if (manifests[0] && manifest.hash !== manifests[0].hash) {
      throw new ExperimentError(
        `Cannot merge ${dir} with ${runs[0]} as they must be of one experiment, data set and backend: their hashes differ`,
      );
    }
    manifests.push(manifest);
  }
  const [first] = manifests as [RunManifest];
  const folds = unique(manifests.flatMap((manifest) => manifest.folds));
  const seeds = [...new Set(manifests.flatMap(({ experiment }) => experiment.seeds))];
  const experiment = { ...first.experiment, seeds };
  await openRun(out, { ...first, experiment, folds });
  const done: FoldPredictions[] = [];
  for (const { seed, name } of folds) {
    let found: { predictions: FoldPredictions; dir: string } | undefined;
    for (const dir of [out, ...runs]) {
      const predictions = await readFold(dir, seed, name);
      if (!predictions) continue;
      if (found && stableJson(found.predictions) !== stableJson(predictions)) {
        throw new ExperimentError(
          `Cannot merge as ${found.dir} and ${dir} disagree about fold ${name}, seed ${seed}: were they run on different machines without the same results?`,
        );
      }
      found ??= { predictions, dir };
    }
    if (!found) continue;
    done.push(found.predictions);
    if (found.dir !== out) await copyFold(foldFolder(found.dir, seed, name), foldFolder(out, seed, name));
  }
  if (done.length === 0) throw new ExperimentError('Cannot merge as no fold of the runs is done yet');
  const summary = summarize(done, {
    experiment,
    data: first.data,
    classes: first.classes,
    backend: first.backend.name,
    totalFolds: folds.length,
  });
  await writeJson(join(out, 'summary.json'), summary);
  return summary;
}

function unique(folds: RunManifest['folds']): RunManifest['folds'] {
  return [...new Map(folds.map((fold) => [`${fold.seed}/${fold.name}`, fold])).values()];
}

/** Copies a fold's files; the predictions, which mark it as done, last. */
async function copyFold(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const names = (await readdir(from)).filter((name) => !name.startsWith('.'));
  for (const name of names.filter((name) => name !== 'predictions.json'))
    await copyFile(join(from, name), join(to, name));
  await writeFileAtomic(join(to, 'predictions.json'), await readFile(join(from, 'predictions.json')));
}
