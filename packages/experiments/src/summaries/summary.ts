import { perClass } from '@mer/metrics';
import type { RunData } from '../run/run-data.js';
import type { FoldPredictions, Prediction } from '../run/run-store.js';
import type { Experiment } from '../schema/experiment.js';
import { byScore, type ScoreName } from './score-names.js';
import { type MeanAndStd, mean, spread } from './spread.js';
import { confusionOf, type SubjectCounts, scoresOf, subjectCounts } from './subject-counts.js';
import { BOOTSTRAP, type BootstrapSettings, type Interval, subjectIntervals } from './subject-intervals.js';

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
  /** Confidence interval of each score, see `bootstrap` of the summary; absent with fewer than two subjects. */
  intervals?: Record<ScoreName, Interval>;
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
export interface Spread extends MeanAndStd {
  /** Confidence interval of the mean, drawing subjects; absent where seeds tested different samples (a run that is not finished). */
  interval?: Interval;
}

/**
 * What the epochs that were best on the test subjects gave. Each epoch was chosen on the samples that it is scored on, which favors it: never to be
 * compared with anything but other numbers of that kind.
 */
export interface OracleSummary {
  /** Always false. */
  comparable: false;
  /** Why. */
  note: string;
  /** All samples of each seed. */
  perSeed: { seed: number; folds: number; scores: ScoreRow[] }[];
}

/** What stands beside every score of an {@link OracleSummary}. */
export const ORACLE_NOTE = 'not comparable: epoch chosen on the test subject';

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
  /** What the samples were read from, and what was left out; absent where nobody says. */
  data?: RunData;
  /** Class names; the order of the confusion matrix. */
  classes: string[];
  /** Samples tested (per seed). */
  n: number;
  /** Subjects tested. */
  subjects: number;
  /** Seeds run. */
  seeds: number[];
  /** Folds done and planned, and planned for each seed; the scores cover the folds that are done. */
  folds: { done: number; total: number; perSeed: number };
  /** One entry for each seed. */
  perSeed: SeedSummary[];
  /** Over the seeds; only with more than one. */
  overSeeds?: Record<ScoreName, Spread>;
  /** How confidence intervals were made. */
  bootstrap: BootstrapSettings;
  /** Kept apart from the scores; only with `training.oracle`. */
  oracle?: OracleSummary;
  /** Published results, as the experiment gives them. */
  published: Experiment['published'];
}

/** Options of {@link summarize}. */
export interface SummarizeOptions {
  /** The experiment that was run. */
  experiment: Experiment;
  /** What the samples were read from. */
  data?: RunData | undefined;
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
 * import { readExperiment, summarize } from '@mer/experiments';
 *
 * const experiment = await readExperiment('first-steps');
 * const predictions = [{ id: 'x/a/1', dataset: 'x', subject: 'a', clip: '1', truth: 0, predicted: 0, logits: [1, 0] }];
 * const fold = { fold: 'a', seed: 0, epochChoice: 'last', epoch: 1, trained: 1, validationSubjects: [], predictions };
 * const summary = summarize([fold], { experiment, classes: ['p', 'q'], backend: 'cpu', totalFolds: 1 });
 * console.log(summary.perSeed[0].scores[0].accuracy); // 1
 * ```
 */
export function summarize(
  folds: readonly FoldPredictions[],
  { experiment, data: source, classes, backend, totalFolds }: SummarizeOptions,
): RunSummary {
  if (folds.length === 0)
    throw new RangeError('Cannot summarize a run as at least one fold must be done: current number is 0');
  const seeds = [...new Set(folds.map(({ seed }) => seed))];
  const ofSeed = (seed: number) => folds.filter((fold) => fold.seed === seed);
  const pooled = seeds.map((seed) => ofSeed(seed).flatMap(({ predictions }) => predictions));
  const perSeed = seeds.map((seed, i) => summarizeSeed(seed, pooled[i]!, classes));
  const oracle = summarizeOracle(
    seeds.map((seed) => ({ seed, folds: ofSeed(seed) })),
    classes,
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
    ...(source && { data: source }),
    classes: [...classes],
    n: perSeed[0]!.scores[0]!.n,
    subjects: perSeed[0]!.scores[0]!.subjects,
    seeds,
    folds: { done: folds.length, total: totalFolds, perSeed: totalFolds / experiment.seeds.length },
    perSeed,
    ...(seeds.length > 1 && { overSeeds: overSeeds(pooled, classes) }),
    bootstrap: BOOTSTRAP,
    ...(oracle && { oracle }),
    published,
  };
}

function summarizeSeed(seed: number, predictions: readonly Prediction[], classes: readonly string[]): SeedSummary {
  const confusion = confusionOf(subjectCounts(predictions, classes.length));
  return {
    seed,
    scores: scoreRows(predictions, classes),
    confusion,
    perClass: perClass({ confusion, classes }).map(({ name, precision, recall, f1, support }) => ({
      name,
      precision,
      recall,
      f1,
      support,
    })),
  };
}

/** All samples, then each data set of a composite set. */
function scoreRows(predictions: readonly Prediction[], classes: readonly string[]): ScoreRow[] {
  const names = [...new Set(predictions.map(({ dataset }) => dataset))];
  const parts = names.map((name) => ({ name, part: predictions.filter(({ dataset }) => dataset === name) }));
  return [{ name: 'all', part: predictions }, ...(names.length > 1 ? parts : [])].map(({ name, part }) =>
    scoreRow(name, part, classes.length),
  );
}

function scoreRow(name: string, part: readonly Prediction[], classes: number): ScoreRow {
  const table = subjectCounts(part, classes);
  const intervals = subjectIntervals(table.subjects, (drawn) => scoresOf(confusionOf(table, drawn)));
  return {
    name,
    n: part.length,
    subjects: table.subjects.length,
    ...scoresOf(confusionOf(table)),
    ...(intervals && { intervals }),
  };
}

function summarizeOracle(
  seeds: readonly { seed: number; folds: readonly FoldPredictions[] }[],
  classes: readonly string[],
): OracleSummary | undefined {
  const perSeed = seeds.flatMap(({ seed, folds }) => {
    const chosen = folds.flatMap(({ oracle }) => oracle ?? []);
    const predictions = chosen.flatMap((oracle) => oracle.predictions);
    return predictions.length > 0 ? [{ seed, folds: chosen.length, scores: scoreRows(predictions, classes) }] : [];
  });
  return perSeed.length > 0 ? { comparable: false, note: ORACLE_NOTE, perSeed } : undefined;
}

function overSeeds(pooled: readonly (readonly Prediction[])[], classes: readonly string[]): Record<ScoreName, Spread> {
  const tables = pooled.map((predictions) => subjectCounts(predictions, classes.length));
  const each = tables.map((table) => scoresOf(confusionOf(table)));
  const intervals = meanIntervals(pooled, tables);
  return byScore((score) => ({
    ...spread(each.map((scores) => scores[score])),
    ...(intervals && { interval: intervals[score] }),
  }));
}

/** Intervals of the mean over seeds that tested the same samples. */
function meanIntervals(pooled: readonly (readonly Prediction[])[], tables: readonly SubjectCounts[]) {
  const order = pooled.map((predictions) => predictions.map(({ id }) => id).join('\n'));
  if (new Set(order).size > 1) return undefined;
  return subjectIntervals(tables[0]!.subjects, (drawn) => {
    const each = tables.map((table) => scoresOf(confusionOf(table, drawn)));
    return byScore((score) => mean(each.map((scores) => scores[score])));
  });
}
