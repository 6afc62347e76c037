import { subjectKey } from '@mer/metrics';
import type { ScoreName } from './score-names.js';

/** A tested sample, as far as scores need it. */
export interface Outcome {
  /** Data set of the sample. */
  dataset: string;
  /** Subject of the sample. */
  subject: string;
  /** Class index annotated. */
  truth: number;
  /** Class index predicted. */
  predicted: number;
}

/** The confusion matrix of each subject; a score of any choice of subjects is the score of the sum of theirs. */
export interface SubjectCounts {
  /** Each subject once, in order of first appearance. */
  subjects: { dataset: string; subject: string }[];
  /** For each of them truth (rows) and prediction (columns), flat. */
  counts: number[][];
  /** Number of classes. */
  classes: number;
}

/** Counts truth and prediction for each subject. */
export function subjectCounts(outcomes: readonly Outcome[], classes: number): SubjectCounts {
  const places = new Map<string, number>();
  const subjects: SubjectCounts['subjects'] = [];
  const counts: number[][] = [];
  for (const { dataset, subject, truth, predicted } of outcomes) {
    const key = subjectKey({ dataset, subject });
    const place = places.get(key) ?? places.size;
    if (place === places.size) {
      places.set(key, place);
      subjects.push({ dataset, subject });
      counts.push(new Array<number>(classes * classes).fill(0));
    }
    counts[place]![truth * classes + predicted]! += 1;
  }
  return { subjects, counts, classes };
}

/** The confusion matrix of a choice of subjects, by default of all; one that is chosen twice counts twice. */
export function confusionOf({ counts, classes }: SubjectCounts, chosen?: readonly number[]): number[][] {
  const sum = new Array<number>(classes * classes).fill(0);
  const add = (matrix: readonly number[]) => {
    for (let i = 0; i < sum.length; i++) sum[i]! += matrix[i]!;
  };
  if (chosen) for (const subject of chosen) add(counts[subject]!);
  else counts.forEach(add);
  return Array.from({ length: classes }, (_, row) => sum.slice(row * classes, (row + 1) * classes));
}

/**
 * All scores of a confusion matrix: the same as `uf1`, `uar` and `accuracy` of @mer/metrics, without their checks, as resampling asks for tens of thousands.
 */
export function scoresOf(confusion: readonly (readonly number[])[]): Record<ScoreName, number> {
  const size = confusion.length;
  let [f1, recall, hits, all] = [0, 0, 0, 0];
  for (let c = 0; c < size; c++) {
    const hit = confusion[c]![c]!;
    let [truth, predicted] = [0, 0];
    for (let other = 0; other < size; other++) {
      truth += confusion[c]![other]!;
      predicted += confusion[other]![c]!;
    }
    if (hit > 0) {
      f1 += (2 * hit) / (truth + predicted);
      recall += hit / truth;
    }
    hits += hit;
    all += truth;
  }
  return { uf1: f1 / size, uar: recall / size, accuracy: hits / all };
}
