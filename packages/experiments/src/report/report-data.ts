import { type ClassScores, perClass, subjectKey } from '@mer/metrics';
import { softmax } from '@mer/training';
import type { Run } from '../run/read-run.js';
import type { RunManifest } from '../run/run-store.js';
import type { Experiment } from '../schema/experiment.js';
import { type Guessing, guessing } from '../summaries/guessing.js';
import { summarizeRun } from '../summaries/read-summary.js';
import { confusionOf, subjectCounts } from '../summaries/subject-counts.js';
import type { RunSummary } from '../summaries/summary.js';

/** How well one subject was recognized. */
export interface SubjectResult {
  /** Data set of the subject. */
  dataset: string;
  /** The subject. */
  subject: string;
  /** Samples of the subject. */
  n: number;
  /** Share of right predictions, the mean over seeds. */
  accuracy: number;
  /** Right predictions of each seed that has tested the subject. */
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
  /** Class annotated. */
  truth: string;
  /** Class predicted. */
  predicted: string;
  /** Probability of the predicted class (softmax of the logits). */
  confidence: number;
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
  /** What always guessing the most frequent class would give. */
  guessing: Guessing;
  /** Truth (rows) and prediction (columns) of all seeds together. */
  confusion: number[][];
  /** Scores of each class over all seeds together. */
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
  const { classes, hash, fingerprint, backend, memory, versions, hardware, created, experiment } = manifest;
  const predictions = folds.flatMap((fold) => fold.predictions);
  const confusion = confusionOf(subjectCounts(predictions, classes.length));
  const verdicts = verdictsOf(run);
  const right = verdicts.filter(({ truth, predicted }) => truth === predicted);
  return {
    format: 1,
    summary: summarizeRun(run),
    guessing: guessing(confusion, classes),
    confusion,
    perClass: perClass({ confusion, classes }),
    subjects: subjectResults(run),
    mistakes: verdicts.filter(({ truth, predicted }) => truth !== predicted).slice(0, mistakes),
    surest: classes.flatMap((name) => right.filter(({ truth }) => truth === name).slice(0, surest)),
    missing,
    environment: {
      hash,
      fingerprint,
      backend,
      ...(memory && { memory }),
      versions,
      hardware,
      created,
      seconds: folds.reduce((sum, { seconds }) => sum + seconds, 0),
    },
    experiment,
  };
}

/** Each sample once, the surest first. */
function verdictsOf({ manifest: { classes }, folds }: Run): Verdict[] {
  const found = new Map<string, Verdict[]>();
  for (const { fold, seed, predictions } of folds) {
    for (const { id, truth, predicted, logits } of predictions) {
      const confidence = softmax(logits)[predicted]!;
      const one = { id, seed, fold, truth: classes[truth]!, predicted: classes[predicted]!, confidence };
      found.set(id, [...(found.get(id) ?? []), { ...one, wrong: 0, seeds: 0 }]);
    }
  }
  return [...found.values()]
    .map((all) => {
      const wrong = all.filter(({ truth, predicted }) => truth !== predicted).length;
      const best = all.reduce((a, b) => (b.confidence > a.confidence ? b : a));
      return { ...best, wrong, seeds: all.length };
    })
    .sort((a, b) => b.confidence - a.confidence || (a.id < b.id ? -1 : 1));
}

function subjectResults({ folds }: Run): SubjectResult[] {
  const found = new Map<string, SubjectResult & { tested: number }>();
  for (const { seed, predictions } of folds) {
    for (const { dataset, subject, truth, predicted } of predictions) {
      const key = subjectKey({ dataset, subject });
      const result = found.get(key) ?? { dataset, subject, n: 0, accuracy: 0, perSeed: [], tested: 0 };
      found.set(key, result);
      let ofSeed = result.perSeed.find((other) => other.seed === seed);
      if (!ofSeed) result.perSeed.push((ofSeed = { seed, correct: 0 }));
      if (truth === predicted) ofSeed.correct += 1;
      result.tested += 1;
    }
  }
  return [...found.values()].map(({ tested, ...result }) => {
    const correct = result.perSeed.reduce((sum, seed) => sum + seed.correct, 0);
    return { ...result, n: tested / result.perSeed.length, accuracy: correct / tested };
  });
}
