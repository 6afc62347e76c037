import { type ClassScores, subjectKey } from '@mer/metrics';
import { labelText } from '@mer/predictor';
import { classesOf, type LabelKind, probabilitiesOf, type SampleLabel, sameLabel } from '@mer/training';
import type { Run } from '../run/read-run.js';
import type { RunManifest } from '../run/run-store.js';
import type { Experiment } from '../schema/experiment.js';
import { decisionsOf } from '../summaries/decisions.js';
import type { Guessing } from '../summaries/guessing.js';
import { summarizeRun } from '../summaries/read-summary.js';
import { scoringOf } from '../summaries/scoring.js';
import { confusionOf, subjectCounts, sumOf } from '../summaries/subject-counts.js';
import type { RunSummary } from '../summaries/summary.js';

/** How well one subject was recognized. */
export interface SubjectResult {
  /** Data set of the subject. */
  dataset: string;
  /** The subject. */
  subject: string;
  /** Samples of the subject. */
  n: number;
  /** Share of right predictions, of any number of labels of right decisions about them; the mean over seeds. */
  accuracy: number;
  /** Right predictions, or right decisions, of each seed that has tested the subject. */
  perSeed: { seed: number; correct: number }[];
}

/** A sample and how sure the model was of it: of several seeds the one that was surest. */
export interface Verdict {
  /** data set / subject / clip */
  id: string;
  /** Seed that was surest. */
  seed: number;
  /** Fold that tested the sample. */
  fold: string;
  /** Class annotated; all labels joined by + where there is any number. */
  truth: string;
  /** Class predicted, or all labels. */
  predicted: string;
  /** Whether the two are the same. */
  right: boolean;
  /** Probability of the predicted class (softmax of the logits); of any number of labels that all are as predicted, as if they were independent. */
  confidence: number;
  /** The most probable class: the one that heat maps are of. */
  most: string;
  /** How many seeds have the sample wrong, */
  wrong: number;
  /** and of how many. */
  seeds: number;
}

/** Everything that a report shows, as plain data: `report.json`. */
export interface ReportData {
  /** Version of this layout. */
  format: 1;
  /** Scores with intervals, what they are of, and published results. */
  summary: RunSummary;
  /** What always guessing the most frequent class, or every label, would give. */
  guessing: Guessing;
  /** Truth (rows) and prediction (columns) of all seeds together; absent where samples have any number of labels. */
  confusion?: number[][];
  /** Scores of each class or label over all seeds together. */
  perClass: ClassScores[];
  /** Every subject, in order of the folds. */
  subjects: SubjectResult[];
  /** Wrong and surest of it, the surest first. */
  mistakes: Verdict[];
  /** Right and surest of it, for each class in turn. */
  surest: Verdict[];
  /** Folds that are not done. */
  missing: { seed: number; name: string }[];
  /** Where and with what the run was made. */
  environment: Pick<
    RunManifest,
    'hash' | 'fingerprint' | 'backend' | 'memory' | 'versions' | 'hardware' | 'created'
  > & {
    /** Wall-clock time of all folds together, in seconds. */
    seconds: number;
  };
  /** The experiment, complete. */
  experiment: Experiment;
}

/** Options of {@link reportData}. */
export interface ReportDataOptions {
  /** How many mistakes to name. Default 12. */
  mistakes?: number;
  /** How many right predictions of each class to name. Default 3. */
  surest?: number;
}

/**
 * Collects what a report of a run shows.
 *
 * @param run - as read by {@link readRun}
 * @param options - how many samples to name
 * @returns plain data, the same for the same run
 *
 * @example
 * ```ts no-run
 * import { readRun, reportData } from '@mer/experiments';
 *
 * const { mistakes } = reportData(await readRun('runs/quickstart'));
 * console.log(mistakes[0]);
 * ```
 */
export function reportData(run: Run, { mistakes = 12, surest = 3 }: ReportDataOptions = {}): ReportData {
  const { manifest, folds, missing } = run;
  const { classes, labelKind, experiment } = manifest;
  const predictions = folds.flatMap((fold) => fold.predictions);
  const table = subjectCounts(predictions, scoringOf(classes.length, labelKind));
  const confusion = confusionOf(table);
  const verdicts = verdictsOf(run);
  const right = verdicts.filter((one) => one.right);
  const ofClass = classes.flatMap((_, c) =>
    right.filter(({ labels }) => classesOf(labels).includes(c)).slice(0, surest),
  );
  const summary = summarizeRun(run);
  return {
    format: 1,
    summary,
    guessing: summary.guessing,
    ...(confusion && { confusion }),
    perClass: table.scoring.perClass(sumOf(table), classes),
    subjects: subjectResults(run),
    mistakes: verdicts
      .filter((one) => !one.right)
      .slice(0, mistakes)
      .map(shown),
    // a sample with several labels stands once
    surest: [...new Set(ofClass)].map(shown),
    missing,
    environment: environmentOf(run),
    experiment,
  };
}

/** Where and with what a run was made. */
export function environmentOf({ manifest, folds }: Run): ReportData['environment'] {
  const { hash, fingerprint, backend, memory, versions, hardware, created } = manifest;
  return {
    hash,
    fingerprint,
    backend,
    ...(memory && { memory }),
    versions,
    hardware,
    created,
    seconds: folds.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** A verdict with the label annotated. */
interface Judged extends Verdict {
  labels: SampleLabel;
}

function shown({ labels: _, ...verdict }: Judged): Verdict {
  return verdict;
}

/** Each sample once, the surest first. */
function verdictsOf({ manifest: { classes, labelKind }, folds }: Run): Judged[] {
  const found = new Map<string, Judged[]>();
  for (const { fold, seed, predictions } of folds) {
    for (const { id, truth, predicted, logits } of predictions) {
      const one = {
        id,
        seed,
        fold,
        truth: labelText(truth, classes),
        predicted: labelText(predicted, classes),
        right: sameLabel(truth, predicted),
        confidence: confidenceOf(logits, predicted, labelKind),
        most: classes[logits.indexOf(Math.max(...logits))]!,
        labels: truth,
      };
      found.set(id, [...(found.get(id) ?? []), { ...one, wrong: 0, seeds: 0 }]);
    }
  }
  return [...found.values()]
    .map((all) => {
      const wrong = all.filter(({ right }) => !right).length;
      const best = all.reduce((a, b) => (b.confidence > a.confidence ? b : a));
      return { ...best, wrong, seeds: all.length };
    })
    .sort((a, b) => b.confidence - a.confidence || (a.id < b.id ? -1 : 1));
}

function confidenceOf(logits: readonly number[], predicted: SampleLabel, labelKind: LabelKind | undefined): number {
  const probabilities = probabilitiesOf(logits, { labelKind });
  if (typeof predicted === 'number') return probabilities[predicted]!;
  return probabilities.reduce((product, p, c) => product * (predicted.includes(c) ? p : 1 - p), 1);
}

function subjectResults({ manifest, folds }: Run): SubjectResult[] {
  const { classes, labelKind } = manifest;
  const found = new Map<string, SubjectResult & { tested: number }>();
  for (const { seed, predictions } of folds) {
    for (const { dataset, subject, truth, predicted } of predictions) {
      const key = subjectKey({ dataset, subject });
      const result = found.get(key) ?? { dataset, subject, n: 0, accuracy: 0, perSeed: [], tested: 0 };
      found.set(key, result);
      let ofSeed = result.perSeed.find((other) => other.seed === seed);
      if (!ofSeed) result.perSeed.push((ofSeed = { seed, correct: 0 }));
      ofSeed.correct += decisionsOf({ truth, predicted }, { labelKind, classes }).correct;
      result.tested += 1;
    }
  }
  return [...found.values()].map(({ tested, ...result }) => {
    const correct = result.perSeed.reduce((sum, seed) => sum + seed.correct, 0);
    const { of } = decisionsOf({ truth: [], predicted: [] }, { labelKind, classes });
    return { ...result, n: tested / result.perSeed.length, accuracy: correct / (tested * of) };
  });
}
