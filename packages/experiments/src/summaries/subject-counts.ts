import { subjectKey } from '@mer/metrics';
import type { SampleLabel } from '@mer/training';
import type { Scoring } from './scoring.js';

/** A tested sample, as far as scores need it. */
export interface Outcome {
  /** Data set of the sample. */
  dataset: string;
  /** Subject of the sample. */
  subject: string;
  /** Class index annotated, or those of all labels. */
  truth: SampleLabel;
  /** Class index predicted, or those of all labels. */
  predicted: SampleLabel;
}

/** The counts of each subject; a score of any choice of subjects is the score of the sum of theirs. */
export interface SubjectCounts {
  /** Each subject once, in order of first appearance. */
  subjects: { dataset: string; subject: string }[];
  /** For each of them what `scoring` counts. */
  counts: number[][];
  /** What is counted, and which scores follow. */
  scoring: Scoring;
}

/** Counts truth and prediction for each subject. */
export function subjectCounts(outcomes: readonly Outcome[], scoring: Scoring): SubjectCounts {
  const places = new Map<string, number>();
  const subjects: SubjectCounts['subjects'] = [];
  const counts: number[][] = [];
  for (const { dataset, subject, truth, predicted } of outcomes) {
    const key = subjectKey({ dataset, subject });
    const place = places.get(key) ?? places.size;
    if (place === places.size) {
      places.set(key, place);
      subjects.push({ dataset, subject });
      counts.push(new Array<number>(scoring.size).fill(0));
    }
    scoring.add(counts[place]!, truth, predicted);
  }
  return { subjects, counts, scoring };
}

/** The counts of a choice of subjects, by default of all; one that is chosen twice counts twice. */
export function sumOf({ counts, scoring }: SubjectCounts, chosen?: readonly number[]): number[] {
  const sum = new Array<number>(scoring.size).fill(0);
  const add = (each: readonly number[]) => {
    for (let i = 0; i < sum.length; i++) sum[i]! += each[i]!;
  };
  if (chosen) for (const subject of chosen) add(counts[subject]!);
  else counts.forEach(add);
  return sum;
}

/** The scores of a choice of subjects, by default of all. */
export function scoresOf(table: SubjectCounts, chosen?: readonly number[]) {
  return table.scoring.scoresOf(sumOf(table, chosen));
}

/** The confusion matrix of all subjects; none where samples have any number of labels. */
export function confusionOf(table: SubjectCounts): number[][] | undefined {
  if (table.scoring.labelKind === 'multiple') return undefined;
  const sum = sumOf(table);
  const classes = Math.sqrt(sum.length);
  return Array.from({ length: classes }, (_, row) => sum.slice(row * classes, (row + 1) * classes));
}
