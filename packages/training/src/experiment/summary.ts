import { accuracy, confusionMatrix, perClass, subjectKey, uar, uf1 } from '@mer/metrics';
import type { FoldPredictions, Prediction } from './run-store.js';
import type { Experiment } from './schema.js';

/** The scores of one set of pooled predictions. */
export interface ScoreRow {
  /** `all`, or the data set within a composite set. */
  name: string;
  /** Samples tested. */
  n: number;
  /** Subjects tested. */
  subjects: number;
  /** Unweighted F1: mean of the classes' F1. */
  uf1: number;
  /** Unweighted average recall. */
  uar: number;
  /** Share of right predictions. */
  accuracy: number;
}

/** What one seed gave. */
export interface SeedSummary {
  /** The seed. */
  seed: number;
  /** All samples first, then each data set of a composite set. */
  scores: ScoreRow[];
  /** Rows are the truth, columns the predictions. */
  confusion: number[][];
  /** Precision, recall, F1 and number of samples of each class. */
  perClass: { name: string; precision: number; recall: number; f1: number; support: number }[];
}

/** Mean and sample standard deviation over seeds. */
export interface Spread {
  /** Mean over the seeds. */
  mean: number;
  /** Sample standard deviation (n - 1). */
  sd: number;
}

/** The scores of a run with everything needed to read them. */
export interface RunSummary {
  /** Name of the experiment. */
  name: string;
  /** Data set. */
  dataset: string;
  /** Model. */
  model: string;
  /** Split protocol. */
  protocol: string;
  /** How the tested epoch was chosen. */
  epochChoice: string;
  /** Epochs trained. */
  epochs: number;
  /** Backend that ran. */
  backend: string;
  /** Class names; the order of the confusion matrix. */
  classes: string[];
  /** Samples tested (per seed). */
  n: number;
  /** Subjects tested. */
  subjects: number;
  /** Seeds run. */
  seeds: number[];
  /** Folds done and planned; the scores cover the folds that are done. */
  folds: { done: number; total: number };
  /** One entry for each seed. */
  perSeed: SeedSummary[];
  /** Over the seeds; only with more than one. */
  overSeeds?: { uf1: Spread; uar: Spread; accuracy: Spread };
  /** Published results, as the experiment gives them. */
  published: Experiment['published'];
}

/** Options of {@link summarise}. */
export interface SummariseOptions {
  /** The experiment that was run. */
  experiment: Experiment;
  /** Class names. */
  classes: readonly string[];
  /** Backend that ran. */
  backend: string;
  /** Folds planned, over all seeds. */
  totalFolds: number;
}

/**
 * Scores the pooled predictions of folds, for each seed.
 *
 * @param folds - predictions of the folds that are done
 * @param options - what the table must name
 * @returns scores as plain data; {@link summaryText} prints them
 * @throws RangeError where there are no folds
 *
 * @example
 * ```ts
 * import { readExperiment, summarise } from '@mer/training';
 *
 * const experiment = await readExperiment('recipes/quickstart.yaml');
 * const predictions = [{ id: 'x/a/1', dataset: 'x', subject: 'a', clip: '1', truth: 0, predicted: 0, logits: [1, 0] }];
 * const fold = { fold: 'a', seed: 0, epochChoice: 'last', epoch: 1, trained: 1, validationSubjects: [], predictions };
 * const summary = summarise([fold], { experiment, classes: ['p', 'q'], backend: 'cpu', totalFolds: 1 });
 * console.log(summary.perSeed[0].scores[0].accuracy); // 1
 * ```
 */
export function summarise(
  folds: readonly FoldPredictions[],
  { experiment, classes, backend, totalFolds }: SummariseOptions,
): RunSummary {
  if (folds.length === 0)
    throw new RangeError('Cannot summarise a run as at least one fold must be done: current number is 0');
  const seeds = [...new Set(folds.map(({ seed }) => seed))];
  const perSeed = seeds.map((seed) =>
    summariseSeed(
      seed,
      folds.filter((fold) => fold.seed === seed).flatMap(({ predictions }) => predictions),
      classes,
    ),
  );
  const { name, data, model, protocol, training, published } = experiment;
  return {
    name,
    dataset: data.name,
    model: model.name,
    protocol: protocol.name,
    epochChoice: training.epochChoice,
    epochs: training.epochs,
    backend,
    classes: [...classes],
    n: perSeed[0]!.scores[0]!.n,
    subjects: perSeed[0]!.scores[0]!.subjects,
    seeds,
    folds: { done: folds.length, total: totalFolds },
    perSeed,
    ...(seeds.length > 1 && {
      overSeeds: { uf1: spread(perSeed, 'uf1'), uar: spread(perSeed, 'uar'), accuracy: spread(perSeed, 'accuracy') },
    }),
    published,
  };
}

function summariseSeed(seed: number, predictions: readonly Prediction[], classes: readonly string[]): SeedSummary {
  const names = [...new Set(predictions.map(({ dataset }) => dataset))];
  const parts =
    names.length > 1
      ? names.map((name) => ({ name, part: predictions.filter(({ dataset }) => dataset === name) }))
      : [];
  const outcome = outcomeOf(predictions, classes);
  return {
    seed,
    scores: [{ name: 'all', part: predictions }, ...parts].map(({ name, part }) => scoreRow(name, part, classes)),
    confusion: confusionMatrix(outcome),
    perClass: perClass(outcome).map(({ name, precision, recall, f1, support }) => ({
      name,
      precision,
      recall,
      f1,
      support,
    })),
  };
}

function scoreRow(name: string, predictions: readonly Prediction[], classes: readonly string[]): ScoreRow {
  const outcome = outcomeOf(predictions, classes);
  return {
    name,
    n: predictions.length,
    subjects: new Set(predictions.map(subjectKey)).size,
    uf1: uf1(outcome),
    uar: uar(outcome),
    accuracy: accuracy(outcome),
  };
}

function outcomeOf(predictions: readonly Prediction[], classes: readonly string[]) {
  return {
    truth: predictions.map(({ truth }) => truth),
    predicted: predictions.map(({ predicted }) => predicted),
    classes,
  };
}

function spread(perSeed: readonly SeedSummary[], key: 'uf1' | 'uar' | 'accuracy'): Spread {
  const values = perSeed.map(({ scores }) => scores[0]![key]);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, sd: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)) };
}
