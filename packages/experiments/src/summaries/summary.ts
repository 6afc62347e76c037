import type { LabelKind } from '@mer/training';
import type { RunData } from '../run/run-data.js';
import type { FoldPredictions, Prediction, RunStage } from '../run/run-store.js';
import type { Experiment } from '../schema/experiment.js';
import { type DrawnSummary, drawnSummary } from './drawn-images.js';
import { type Guessing, guessing } from './guessing.js';
import { type ByScore, byScore } from './score-names.js';
import { type Scoring, scoringOf } from './scoring.js';
import { type MeanAndStd, mean, spread } from './spread.js';
import { type RunStart, startOf } from './start-text.js';
import { confusionOf, type SubjectCounts, scoresOf, subjectCounts, sumOf } from './subject-counts.js';
import { BOOTSTRAP, type BootstrapSettings, type Interval, subjectIntervals } from './subject-intervals.js';

/** The scores of one set of pooled predictions. */
export interface ScoreRow extends ByScore<number> {
  /** `all`, or the data set within a composite set. */
  name: string;
  /** Samples tested. */
  n: number;
  /** Subjects tested. */
  subjects: number;
  /** Unweighted F1: mean of the classes' F1; of any number of labels macro F1. */
  uf1: number;
  /** Unweighted average recall; of any number of labels macro recall. */
  uar: number;
  /** Share of right predictions; of any number of labels of samples with all of them right. */
  accuracy: number;
  /** F1 of the decisions about all labels together; of any number of labels alone, as those below. */
  microF1?: number;
  /** Mean of the samples' F1. */
  samplesF1?: number;
  /** Share of wrong decisions; less is better. */
  hammingLoss?: number;
  /** Confidence interval of each score, see `bootstrap` of the summary; absent with fewer than two subjects. */
  intervals?: ByScore<Interval>;
}

/** What one seed gave. */
export interface SeedSummary {
  /** The seed. */
  seed: number;
  /** All samples first, then each data set of a composite set. */
  scores: ScoreRow[];
  /** Rows are the truth, columns the predictions; absent where samples have any number of labels. */
  confusion?: number[][];
  /** Precision, recall, F1, number of samples and number of predictions of each class or label. */
  perClass: { name: string; precision: number; recall: number; f1: number; support: number; predicted: number }[];
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
  /** Where the run began; absent where it began from random weights as its experiment says nothing else of the paper. */
  start?: RunStart;
  /** Class names; the order of the confusion matrix. */
  classes: string[];
  /** `multiple` where samples have any number of labels; else absent. */
  labelKind?: LabelKind;
  /** Of any number of labels: the probability above which one is predicted, for all or for each. */
  threshold?: number | readonly number[];
  /** Classes that no training sample of some folds has, which those folds cannot have learned, and of how many folds; absent where there is none. */
  untrained?: { name: string; folds: number }[];
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
  overSeeds?: ByScore<Spread>;
  /** What always guessing the most frequent class, or every label, would give. */
  guessing: Guessing;
  /** How confidence intervals were made. */
  bootstrap: BootstrapSettings;
  /** How like their targets the images are that the network draws as second task; absent where it draws none. */
  drawn?: DrawnSummary;
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
  /** Whether samples have one label, the default, or any number. */
  labelKind?: LabelKind | undefined;
  /** Backend that ran. */
  backend: string;
  /** Folds planned, over all seeds. */
  totalFolds: number;
  /** Stages before the folds. */
  stages?: readonly RunStage[] | undefined;
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
  { experiment, data: source, classes, labelKind, backend, totalFolds, stages }: SummarizeOptions,
): RunSummary {
  if (folds.length === 0)
    throw new RangeError('Cannot summarize a run as at least one fold must be done: current number is 0');
  const seeds = [...new Set(folds.map(({ seed }) => seed))];
  const ofSeed = (seed: number) => folds.filter((fold) => fold.seed === seed);
  const pooled = seeds.map((seed) => ofSeed(seed).flatMap(({ predictions }) => predictions));
  const scoring = scoringOf(classes.length, labelKind);
  const perSeed = seeds.map((seed, i) => summarizeSeed(seed, pooled[i]!, { scoring, classes }));
  const oracle = summarizeOracle(
    seeds.map((seed) => ({ seed, folds: ofSeed(seed) })),
    scoring,
  );
  const drawn = drawnSummary(pooled);
  const untrained = untrainedOf(folds, classes);
  const start = folds.some(({ epochChoice }) => epochChoice === 'given') ? undefined : startOf(experiment, stages);
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
    ...(start && { start }),
    classes: [...classes],
    ...(labelKind === 'multiple' && { labelKind, threshold: experiment.threshold ?? 0.5 }),
    ...(untrained.length > 0 && { untrained }),
    n: perSeed[0]!.scores[0]!.n,
    subjects: perSeed[0]!.scores[0]!.subjects,
    seeds,
    folds: { done: folds.length, total: totalFolds, perSeed: totalFolds / experiment.seeds.length },
    perSeed,
    ...(seeds.length > 1 && { overSeeds: overSeeds(pooled, scoring) }),
    guessing: guessing(pooled.flat(), scoring, classes),
    bootstrap: BOOTSTRAP,
    ...(drawn && { drawn }),
    ...(oracle && { oracle }),
    published,
  };
}

/** The classes that no training sample of a fold has, with the number of such folds. */
function untrainedOf(folds: readonly FoldPredictions[], classes: readonly string[]) {
  return classes.flatMap((name, c) => {
    const lacking = folds.filter(({ untrained = [] }) => untrained.includes(c)).length;
    return lacking > 0 ? [{ name, folds: lacking }] : [];
  });
}

function summarizeSeed(
  seed: number,
  predictions: readonly Prediction[],
  { scoring, classes }: { scoring: Scoring; classes: readonly string[] },
): SeedSummary {
  const table = subjectCounts(predictions, scoring);
  const confusion = confusionOf(table);
  return {
    seed,
    scores: scoreRows(predictions, scoring),
    ...(confusion && { confusion }),
    perClass: scoring.perClass(sumOf(table), classes),
  };
}

/** All samples, then each data set of a composite set. */
function scoreRows(predictions: readonly Prediction[], scoring: Scoring): ScoreRow[] {
  const names = [...new Set(predictions.map(({ dataset }) => dataset))];
  const parts = names.map((name) => ({ name, part: predictions.filter(({ dataset }) => dataset === name) }));
  return [{ name: 'all', part: predictions }, ...(names.length > 1 ? parts : [])].map(({ name, part }) =>
    scoreRow(name, part, scoring),
  );
}

function scoreRow(name: string, part: readonly Prediction[], scoring: Scoring): ScoreRow {
  const table = subjectCounts(part, scoring);
  const intervals = subjectIntervals(table.subjects, (drawn) => scoresOf(table, drawn), scoring.labelKind);
  return {
    name,
    n: part.length,
    subjects: table.subjects.length,
    ...scoresOf(table),
    ...(intervals && { intervals }),
  };
}

function summarizeOracle(
  seeds: readonly { seed: number; folds: readonly FoldPredictions[] }[],
  scoring: Scoring,
): OracleSummary | undefined {
  const perSeed = seeds.flatMap(({ seed, folds }) => {
    const chosen = folds.flatMap(({ oracle }) => oracle ?? []);
    const predictions = chosen.flatMap((oracle) => oracle.predictions);
    return predictions.length > 0 ? [{ seed, folds: chosen.length, scores: scoreRows(predictions, scoring) }] : [];
  });
  return perSeed.length > 0 ? { comparable: false, note: ORACLE_NOTE, perSeed } : undefined;
}

function overSeeds(pooled: readonly (readonly Prediction[])[], scoring: Scoring): ByScore<Spread> {
  const tables = pooled.map((predictions) => subjectCounts(predictions, scoring));
  const each = tables.map((table) => scoresOf(table));
  const intervals = meanIntervals(pooled, tables);
  return byScore(scoring.labelKind, (score) => ({
    ...spread(each.map((scores) => scores[score]!)),
    ...(intervals && { interval: intervals[score]! }),
  }));
}

/** Intervals of the mean over seeds that tested the same samples. */
function meanIntervals(pooled: readonly (readonly Prediction[])[], tables: readonly SubjectCounts[]) {
  const order = pooled.map((predictions) => predictions.map(({ id }) => id).join('\n'));
  if (new Set(order).size > 1) return undefined;
  const { subjects, scoring } = tables[0]!;
  return subjectIntervals(
    subjects,
    (drawn) => {
      const each = tables.map((table) => scoresOf(table, drawn));
      return byScore(scoring.labelKind, (score) => mean(each.map((scores) => scores[score]!)));
    },
    scoring.labelKind,
  );
}
