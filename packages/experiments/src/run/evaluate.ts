import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { useBackend } from '@mer/backends';
import { makeFolder, systemErrorText, writeFileAtomic } from '@mer/io';
import type { WeightEncoding } from '@mer/predictor';
import { predictLogits, sameLabel } from '@mer/training';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkSameModules, NO_PARTS, type OwnParts } from '../parts/own-modules.js';
import { openExperimentData, type PreparedDataset, prepareData } from '../prepare/prepare.js';
import { predictionsCsv, scoresCsv } from '../report/csv.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { predictionsOf } from '../summaries/predictions.js';
import { type RunSummary, summarize } from '../summaries/summary.js';
import { throughEncoding } from './encode-model.js';
import type { RunEvent } from './events.js';
import { subjectsOf, testsSubjects } from './folds.js';
import { checkModel, makeModel } from './model.js';
import { planFolds } from './plan.js';
import { putWeights, weightsNote } from './put-weights.js';
import { describeData } from './run-data.js';
import { type FoldPredictions, fileNameOf, foldFolder, type Prediction, readManifest, writeJson } from './run-store.js';
import { WEIGHT_ENDINGS } from './weight-endings.js';

/** Options of {@link evaluateExperiment}. */
export interface EvaluateExperimentOptions {
  /**
   * Folder of one weight file for each fold, which is named after its subject (`<fold>.safetensors`, `.pth`, `.pt`, `.pkl`, `.hdf5`, `.h5`, `.keras`), or the folder of a
   * run.
   */
  weights: string;
  /** Where the state dict lies in each file (`state_dict`); found by itself where one fits. */
  entry?: string | undefined;
  /** Puts weights through this encoding first: what is tested is what is exported so. */
  encoding?: WeightEncoding | undefined;
  /** Folder for `predictions.csv`, `scores.csv` and `summary.json`; nothing is written without it. */
  out?: string | undefined;
  /** Folder of prepared images, such as the `.cache` of a run, so that they need not be held in memory; none by default. */
  cache?: string | undefined;
  /** Anybody's own parts, which the experiment may name; see {@link loadParts}. */
  own?: OwnParts | undefined;
  /** Called as the work goes on. */
  onEvent?: (event: RunEvent) => void;
  /** Ends the work by throwing the signal's reason. */
  signal?: AbortSignal;
}

/** What {@link evaluateExperiment} gives. */
export interface Evaluation {
  /** Scores of the pooled predictions. */
  summary: RunSummary;
  /** Every sample, in the order of the folds. */
  predictions: Prediction[];
}

/**
 * Tests every fold of an experiment with weights that are given, for instance by a paper's authors; trains nothing.
 *
 * @param experiment - complete experiment; its training part is not used
 * @param options - folder of weights, progress, interruption
 * @returns scores and logits
 * @throws {@link ExperimentError} where a fold has no weights, with the names of all that are missing, or `out` is the folder of a run
 * @throws Error where a weight file cannot be read or does not fit the model; the message names the file
 *
 * @example
 * ```ts no-run
 * import { evaluateExperiment, readExperiment } from '@mer/experiments';
 *
 * const experiment = await readExperiment('ststnet-megc2019', { set: ['data.root=flow28'] });
 * const { summary } = await evaluateExperiment(experiment, { weights: 'flow28/ststnet-fold-weights' });
 * console.log(summary.perSeed[0].scores[0].uf1);
 * ```
 */
export async function evaluateExperiment(
  experiment: Experiment,
  { weights, entry, encoding, out, own = NO_PARTS, cache, onEvent = () => {}, signal }: EvaluateExperimentOptions,
): Promise<Evaluation> {
  if (out !== undefined) await checkOut(out);
  if (!testsSubjects(experiment, own.parts)) {
    throw new ExperimentError(
      `Cannot evaluate ${experiment.name} as its protocol, ${experiment.protocol.name}, tests nobody: choose another with --set protocol.name=…`,
    );
  }
  const dataset = await openExperimentData(experiment, own);
  const folds = planFolds(experiment, dataset.samples, own.parts);
  const files = await findWeights(weights, folds, own);
  const backend = await useBackend(experiment.backend);
  checkModel(experiment, dataset.classes.length, own.parts);
  const data = await prepareData(dataset, experiment, {
    cache,
    own,
    onProgress: (done, total) => onEvent({ type: 'prepare', done, total }),
    signal,
  });
  onEvent({
    type: 'ready',
    samples: data.samples.length,
    subjects: subjectsOf(data.samples).length,
    classes: data.classes,
    folds: folds.length,
    foldsDone: 0,
    backend: backend.name,
    workers: 1,
  });
  let model: LayersModel | undefined;
  try {
    model = makeModel(experiment, data, 0, own.parts);
    const tested: FoldPredictions[] = [];
    for (const [i, { name: fold, seed, test }] of folds.entries()) {
      signal?.throwIfAborted();
      const begun = performance.now();
      const note = weightsNote(await putWeights(model, files[i]!, { entry }));
      if (note !== undefined && i === 0) onEvent({ type: 'note', text: `${basename(files[i]!)}: ${note}` });
      if (encoding !== undefined) await throughEncoding(model, encoding);
      const predictions = predictionsOf(data, test, await predictLogits(model, data, test), {
        threshold: experiment.threshold,
      });
      tested.push({ fold, seed, epochChoice: 'given', epoch: 0, trained: 0, validationSubjects: [], predictions });
      onEvent({
        type: 'fold',
        seed,
        fold,
        seconds: (performance.now() - begun) / 1000,
        tested: predictions.length,
        correct: predictions.filter(({ truth, predicted }) => sameLabel(truth, predicted)).length,
        memory: process.resourceUsage().maxRSS * 1024,
      });
    }
    const summary = summarize(tested, {
      experiment,
      data: describeData(dataset, experiment, own),
      classes: data.classes,
      labelKind: data.labelKind,
      backend: backend.name,
      totalFolds: folds.length,
    });
    if (out !== undefined) await writeEvaluation(out, { ...summary, epochChoice: 'given' }, tested, data);
    return {
      summary: { ...summary, epochChoice: 'given' },
      predictions: tested.flatMap(({ predictions }) => predictions),
    };
  } finally {
    model?.dispose();
    data.close();
  }
}

/** Throws where the folder of an evaluation is that of a run, whose files would be replaced. */
async function checkOut(out: string): Promise<void> {
  if (await readManifest(out)) {
    throw new ExperimentError(
      `Cannot write an evaluation to ${out} as it is the folder of a run, whose summary.json it would replace: choose another folder`,
    );
  }
}

async function writeEvaluation(
  out: string,
  summary: RunSummary,
  folds: readonly FoldPredictions[],
  { classes, labelKind }: PreparedDataset,
): Promise<void> {
  await makeFolder(out);
  const manifest = { classes: [...classes], ...(labelKind && { labelKind }) };
  const write = (name: string, text: string) => writeFileAtomic(join(out, name), new TextEncoder().encode(text));
  await write('predictions.csv', predictionsCsv({ manifest, folds }));
  await write('scores.csv', scoresCsv({ summary }));
  await writeJson(join(out, 'summary.json'), summary);
}

async function findWeights(
  dir: string,
  folds: readonly { name: string; seed: number }[],
  own: OwnParts,
): Promise<string[]> {
  const names = new Set(
    await readdir(dir).catch((cause) => {
      throw new ExperimentError(`Cannot read the weights as ${dir} must be a folder: ${systemErrorText(cause)}`, {
        cause,
      });
    }),
  );
  const manifest = await readManifest(dir);
  if (manifest) checkSameModules(dir, manifest.parts, own);
  if (manifest) return folds.map(({ seed, name }) => join(foldFolder(dir, seed, name), 'weights.safetensors'));
  const missing: string[] = [];
  const files = folds.map(({ name }) => {
    const file = WEIGHT_ENDINGS.map((ending) => fileNameOf(name) + ending).find((candidate) => names.has(candidate));
    if (!file) missing.push(name);
    return join(dir, file ?? '');
  });
  if (missing.length > 0) {
    const some = missing.slice(0, 5).join(', ');
    throw new ExperimentError(
      `Cannot evaluate as ${dir} must hold <fold>${WEIGHT_ENDINGS.slice(0, -1).join(', ')} or ${WEIGHT_ENDINGS.at(-1)} for every fold: ${missing.length} of ${folds.length} are missing (${some}${missing.length > 5 ? ', …' : ''})`,
    );
  }
  return files;
}
