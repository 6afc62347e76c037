import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, systemErrorText, writeFileAtomic } from '@mer/io';
import { stableJson } from '@mer/options';
import type { OwnParts } from '../parts/own-modules.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { type RunSummary, summarize } from '../summaries/summary.js';
import { summarizeTraining, type TrainedSummary } from '../summaries/trained-summary.js';
import { checkPredictions } from './check-predictions.js';
import { lockFolder } from './folder-lock.js';
import { removeHalfWritten } from './half-written.js';
import { readRunManifest } from './read-manifest.js';
import {
  type FoldPredictions,
  finalFold,
  foldFolder,
  openRun,
  type RunManifest,
  readFold,
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
): Promise<RunSummary | TrainedSummary> {
  if (runs.length === 0) throw new ExperimentError('Cannot merge as at least one run must be given');
  const manifests: RunManifest[] = [];
  for (const dir of runs) {
    const manifest = await readRunManifest(dir, { task: 'merge', own });
    if (manifests[0] && manifest.hash !== manifests[0].hash) {
      throw new ExperimentError(
        `Cannot merge ${dir} with ${runs[0]} as they must be of one experiment, data set and backend: their hashes differ`,
      );
    }
    manifests.push(manifest);
  }
  const lock = await lockFolder(out);
  try {
    return await mergeInto(out, runs, manifests as [RunManifest, ...RunManifest[]]);
  } finally {
    await lock.release();
  }
}

async function mergeInto(
  out: string,
  runs: readonly string[],
  manifests: readonly [RunManifest, ...RunManifest[]],
): Promise<RunSummary | TrainedSummary> {
  const [first] = manifests;
  const folds = unique(manifests.flatMap((manifest) => manifest.folds));
  const seeds = [...new Set(manifests.flatMap(({ experiment }) => experiment.seeds))];
  const experiment = { ...first.experiment, seeds };
  const parts = [out, ...runs];
  // everything is read before anything is written
  const found = await findFolds(folds, parts, first);
  // the trainings on all samples are tested on nothing
  const finals = await findFolds(
    seeds.map((seed) => ({ seed, name: finalFold })),
    parts,
    first,
  );
  if ((folds.length === 0 ? finals : found).length === 0) {
    throw new ExperimentError('Cannot merge as no fold of the runs is done yet');
  }
  checkPredictions(
    `merge ${runs.join(' and ')}`,
    found.map(({ predictions }) => predictions),
  );
  await openRun(out, { ...first, experiment, folds });
  await removeHalfWritten(out);
  for (const { dir, predictions } of [...found, ...finals]) {
    const { seed, fold } = predictions;
    if (dir !== out) await copyFold(foldFolder(dir, seed, fold), foldFolder(out, seed, fold));
  }
  const { data, classes, labelKind, backend, stages, expected } = first;
  const about = { experiment, data, classes, labelKind, backend: backend.name, stages };
  const tested = found.map(({ predictions }) => predictions);
  const summary = expected
    ? summarizeTraining(
        finals.map(({ predictions }) => predictions),
        { ...about, expected },
      )
    : summarize(tested, { ...about, totalFolds: folds.length });
  await writeJson(join(out, 'summary.json'), summary);
  return summary;
}

/** Of each fold that is done the first folder that has it; those that have it too must agree. */
async function findFolds(
  folds: RunManifest['folds'],
  dirs: readonly string[],
  run: Pick<RunManifest, 'classes' | 'labelKind'>,
): Promise<{ dir: string; predictions: FoldPredictions }[]> {
  const all: { dir: string; predictions: FoldPredictions }[] = [];
  for (const { seed, name } of folds) {
    let found: (typeof all)[number] | undefined;
    for (const dir of dirs) {
      const predictions = await readFold(dir, seed, name, run);
      if (!predictions) continue;
      if (found && stableJson(said(found.predictions)) !== stableJson(said(predictions))) {
        throw new ExperimentError(
          `Cannot merge as ${found.dir} and ${dir} disagree about fold ${name}, seed ${seed}: were they run on different machines without the same results?`,
        );
      }
      found ??= { dir, predictions };
    }
    if (found) all.push(found);
  }
  return all;
}

/** What a fold says, without the annotations, which an earlier version did not keep. */
const said = ({ predictions, oracle, ...rest }: FoldPredictions) => {
  const bare = (list: FoldPredictions['predictions']) => list.map(({ marks: _, ...prediction }) => prediction);
  return {
    ...rest,
    predictions: bare(predictions),
    ...(oracle && { oracle: { ...oracle, predictions: bare(oracle.predictions) } }),
  };
};

function unique(folds: RunManifest['folds']): RunManifest['folds'] {
  return [...new Map(folds.map((fold) => [`${fold.seed}/${fold.name}`, fold])).values()];
}

/** The files of a fold; the predictions, which mark it as done, last. */
const FOLD_FILES = ['weights.safetensors', 'history.json', 'predictions.json'];

/** Copies a fold's files, each whole or not at all. */
async function copyFold(from: string, to: string): Promise<void> {
  await makeFolder(to);
  const there = await readdir(from);
  for (const name of FOLD_FILES.filter((file) => there.includes(file))) {
    const bytes = await readFile(join(from, name)).catch((cause: unknown) => {
      throw new Error(`Cannot read ${join(from, name)} as ${systemErrorText(cause)}`, { cause });
    });
    await writeFileAtomic(join(to, name), bytes);
  }
}
