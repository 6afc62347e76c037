import { join } from 'node:path';
import { useBackend } from '@mer/backends';
import { fingerprint } from '@mer/datasets';
import { exportWeights } from '@mer/models';
import { fit } from '../fit.js';
import { holdOutValidation, subjectsOf } from '../folds.js';
import { predictLogits } from '../predict.js';
import { seedOf } from '../random.js';
import { packageVersion } from '../version.js';
import type { RunEvent } from './events.js';
import { describeRun } from './manifest.js';
import { checkModel, makeModel } from './model.js';
import { type PlannedFold, planFolds } from './plan.js';
import { predictionsOf } from './predictions.js';
import { openExperimentData, type PreparedDataset, prepareData } from './prepare.js';
import { type FoldPredictions, type FoldRecord, openRun, readFold, writeFold, writeJson } from './run-store.js';
import type { Experiment } from './schema.js';
import { type RunSummary, summarise } from './summary.js';

/** Options of {@link runExperiment}. */
export interface RunExperimentOptions {
  /** Folder of the run; begun if it is new, gone on with if it holds this experiment's run. */
  out: string;
  /** Called as the work goes on. */
  onEvent?: (event: RunEvent) => void;
  /** Ends the work by throwing the signal's reason; folds that are done stay. */
  signal?: AbortSignal;
}

/**
 * Prepares, trains and tests every fold of an experiment and writes the run; folds that the folder already has are not run again.
 *
 * What a fold gives depends on the experiment, its seed, its samples and the backend alone, so that a run that was killed and started again
 * ends with the predictions of one that was not.
 *
 * @param experiment - complete experiment, as read by {@link readExperiment}
 * @param options - folder, progress, interruption
 * @returns scores of the pooled predictions, also written to `summary.json`
 * @throws {@link ExperimentError} where the experiment cannot be run as given, before any work
 * @throws Error where a sample cannot be read or a file cannot be written
 *
 * @example
 * ```ts no-run
 * import { readExperiment, runExperiment, summaryText } from '@mer/training';
 *
 * const experiment = await readExperiment('recipes/quickstart.yaml');
 * console.log(summaryText(await runExperiment(experiment, { out: 'runs/quickstart' })));
 * ```
 */
export async function runExperiment(
  experiment: Experiment,
  { out, onEvent = () => {}, signal }: RunExperimentOptions,
): Promise<RunSummary> {
  const dataset = await openExperimentData(experiment);
  const folds = planFolds(experiment, dataset.samples);
  const backend = await useBackend(experiment.backend);
  checkModel(experiment, dataset.classes.length);
  const identity = await fingerprint(dataset);
  const manifest = await openRun(
    out,
    describeRun(experiment, { fingerprint: identity, backend, classes: dataset.classes, folds }),
  );
  if (manifest.versions['mer'] !== packageVersion()) {
    onEvent({
      type: 'note',
      text: `the run was begun with version ${manifest.versions['mer']}, this is ${packageVersion()}`,
    });
  }

  const done = new Map<PlannedFold, FoldPredictions>();
  for (const fold of folds) {
    const before = await readFold(out, fold.seed, fold.name);
    if (before) done.set(fold, before);
  }
  const counted = {
    samples: dataset.samples.length,
    subjects: subjectsOf(dataset.samples).length,
    classes: dataset.classes,
  };
  const ready = () =>
    onEvent({ type: 'ready', ...counted, folds: folds.length, foldsDone: done.size, backend: backend.name });
  if (done.size < folds.length) {
    const data = await prepareData(dataset, experiment.inputs, {
      onProgress: (prepared, total) => onEvent({ type: 'prepare', done: prepared, total }),
      signal,
    });
    ready();
    for (const fold of folds) {
      if (done.has(fold)) continue;
      const record = await runFold(experiment, data, fold, { onEvent, signal });
      await writeFold(out, record);
      done.set(fold, record.predictions);
      const { predictions } = record.predictions;
      onEvent({
        type: 'fold',
        seed: fold.seed,
        fold: fold.name,
        seconds: record.seconds,
        tested: predictions.length,
        correct: predictions.filter(({ truth, predicted }) => truth === predicted).length,
      });
    }
  } else {
    ready();
  }
  const predictions = folds.map((fold) => done.get(fold)!);
  const summary = summarise(predictions, {
    experiment,
    classes: dataset.classes,
    backend: backend.name,
    totalFolds: folds.length,
  });
  await writeJson(join(out, 'summary.json'), summary);
  return summary;
}

/**
 * Trains on the training part of one fold and tests on the held-out samples.
 *
 * @param experiment - complete experiment
 * @param data - prepared samples
 * @param fold - index lists and seed
 * @param options - progress and interruption
 * @returns predictions, learning curve, weights and time
 *
 * @example
 * ```ts
 * import { experimentFolds, openExperimentData, prepareData, readExperiment, runFold } from '@mer/training';
 *
 * const experiment = await readExperiment('recipes/quickstart.yaml', {
 *   set: ['data.options={ subjects: 2, clipsPerSubject: 3 }', 'training.epochs=1'],
 * });
 * const data = await prepareData(await openExperimentData(experiment), experiment.inputs);
 * const [fold] = experimentFolds(data.samples, experiment.protocol, 0);
 * const { predictions } = await runFold(experiment, data, { ...fold, seed: 0 });
 * console.log(predictions.predictions.length); // 3
 * ```
 */
export async function runFold(
  experiment: Experiment,
  data: PreparedDataset,
  fold: PlannedFold,
  { onEvent = () => {}, signal }: Pick<RunExperimentOptions, 'onEvent' | 'signal'> = {},
): Promise<FoldRecord> {
  const begun = performance.now();
  const { training: settings } = experiment;
  const key = [fold.seed, fold.name];
  const { train, validation } =
    settings.epochChoice === 'validation'
      ? holdOutValidation(data.samples, fold.train, { fraction: settings.validationFraction, key })
      : { train: fold.train, validation: [] };
  const model = makeModel(experiment, data, seedOf([...key, 'weights']) >>> 0);
  try {
    const { epoch, history } = await fit(model, data, {
      train,
      validation,
      settings,
      key,
      signal,
      onEpoch: (record) =>
        onEvent({ type: 'epoch', seed: fold.seed, fold: fold.name, epochs: settings.epochs, record }),
    });
    const logits = await predictLogits(model, data, fold.test);
    return {
      predictions: {
        fold: fold.name,
        seed: fold.seed,
        epochChoice: settings.epochChoice,
        epoch,
        trained: train.length,
        validationSubjects: subjectsOf(data.samples, validation),
        predictions: predictionsOf(data, fold.test, logits),
      },
      history,
      weights: await exportWeights(model),
      seconds: (performance.now() - begun) / 1000,
    };
  } finally {
    model.dispose();
  }
}
