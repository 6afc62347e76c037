import type { ClassScores } from '@mer/metrics';
import { classesOf, type LabelKind, type SampleLabel, sameLabel } from '@mer/training';
import type { ByScore } from './score-names.js';

/**
 * How samples of a label kind are scored: what is counted of each, and which scores follow from the sum of the counts. Any choice of subjects is scored by
 * adding up theirs, as resampling asks for tens of thousands.
 */
export interface Scoring {
  readonly labelKind: LabelKind;
  /** Numbers in a list of counts. */
  readonly size: number;
  /** Adds one sample to a list of counts. */
  add(counts: number[], truth: SampleLabel, predicted: SampleLabel): void;
  /** All scores: the same as those of @mer/metrics, without their checks. */
  scoresOf(counts: readonly number[]): ByScore<number>;
  /** The scores of each class or label. */
  perClass(counts: readonly number[], names: readonly string[]): ClassScores[];
  /** What is predicted by guessing: the most frequent class, the first of equal ones; or every label. */
  guess(counts: readonly number[]): SampleLabel;
}

/** The scoring of a label kind. */
export function scoringOf(classes: number, labelKind: LabelKind = 'single'): Scoring {
  return labelKind === 'single' ? oneLabel(classes) : anyLabels(classes);
}

/** Counts are the confusion matrix, row by row: the truth is the row, the prediction the column. */
function oneLabel(classes: number): Scoring {
  const row = (counts: readonly number[], c: number) => total(counts.slice(c * classes, (c + 1) * classes));
  const column = (counts: readonly number[], c: number) => {
    let sum = 0;
    for (let t = 0; t < classes; t++) sum += counts[t * classes + c]!;
    return sum;
  };
  return {
    labelKind: 'single',
    size: classes * classes,
    add: (counts, truth, predicted) => void (counts[(truth as number) * classes + (predicted as number)]! += 1),
    scoresOf(counts) {
      let [f1, recall, hits] = [0, 0, 0];
      for (let c = 0; c < classes; c++) {
        const hit = counts[c * classes + c]!;
        if (hit === 0) continue;
        const truth = row(counts, c);
        f1 += (2 * hit) / (truth + column(counts, c));
        recall += hit / truth;
        hits += hit;
      }
      return { uf1: f1 / classes, uar: recall / classes, accuracy: hits / total(counts) };
    },
    perClass: (counts, names) =>
      names.map((name, c) => classScores(name, counts[c * classes + c]!, row(counts, c), column(counts, c))),
    guess: (counts) => {
      const sums = Array.from({ length: classes }, (_, c) => row(counts, c));
      return sums.indexOf(Math.max(...sums));
    },
  };
}

/**
 * Counts are, for each label, samples that have it and are predicted to, that have it, and that are predicted to; then samples, those right as a whole, and
 * the sum of their F1.
 */
function anyLabels(labels: number): Scoring {
  const [samples, whole, f1s] = [3 * labels, 3 * labels + 1, 3 * labels + 2] as const;
  return {
    labelKind: 'multiple',
    size: 3 * labels + 3,
    add(counts, truth, predicted) {
      const [has, said] = [classesOf(truth), classesOf(predicted)];
      let hits = 0;
      for (const c of has) {
        counts[3 * c + 1]! += 1;
        if (!said.includes(c)) continue;
        counts[3 * c]! += 1;
        hits += 1;
      }
      for (const c of said) counts[3 * c + 2]! += 1;
      counts[samples]! += 1;
      if (sameLabel(truth, predicted)) counts[whole]! += 1;
      if (hits > 0) counts[f1s]! += (2 * hits) / (has.length + said.length);
    },
    scoresOf(counts) {
      let [f1, recall, hits, truth, predicted] = [0, 0, 0, 0, 0];
      for (let c = 0; c < labels; c++) {
        const [hit, has, said] = [counts[3 * c]!, counts[3 * c + 1]!, counts[3 * c + 2]!];
        if (hit > 0) {
          f1 += (2 * hit) / (has + said);
          recall += hit / has;
        }
        hits += hit;
        truth += has;
        predicted += said;
      }
      const n = counts[samples]!;
      return {
        uf1: f1 / labels,
        uar: recall / labels,
        accuracy: counts[whole]! / n,
        microF1: hits > 0 ? (2 * hits) / (truth + predicted) : 0,
        samplesF1: counts[f1s]! / n,
        hammingLoss: (truth + predicted - 2 * hits) / (n * labels),
      };
    },
    perClass: (counts, names) =>
      names.map((name, c) => classScores(name, counts[3 * c]!, counts[3 * c + 1]!, counts[3 * c + 2]!)),
    guess: () => Array.from({ length: labels }, (_, c) => c),
  };
}

function total(counts: readonly number[]): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}

/** A ratio without a denominator is 0. */
function classScores(name: string, hits: number, support: number, predicted: number): ClassScores {
  const over = (top: number, bottom: number) => (bottom > 0 ? top / bottom : 0);
  return {
    name,
    precision: over(hits, predicted),
    recall: over(hits, support),
    f1: over(2 * hits, support + predicted),
    support,
    predicted,
  };
}
