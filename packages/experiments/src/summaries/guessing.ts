import type { ByScore } from './score-names.js';
import type { Scoring } from './scoring.js';
import { type Outcome, scoresOf, subjectCounts, sumOf } from './subject-counts.js';

/** The scores of always guessing the same. */
export type Guessing = ByScore<number> & {
  /** The most frequent class; absent where samples have any number of labels, as every one is guessed. */
  class?: string;
};

/** What always guessing the most frequent class, or every label, would give. */
export function guessing(outcomes: readonly Outcome[], scoring: Scoring, classes: readonly string[]): Guessing {
  const guess = scoring.guess(sumOf(subjectCounts(outcomes, scoring)));
  const guessed = outcomes.map((outcome) => ({ ...outcome, predicted: guess }));
  return {
    ...(typeof guess === 'number' && { class: classes[guess]! }),
    ...scoresOf(subjectCounts(guessed, scoring)),
  };
}

/** What is guessed, in words. */
export function guessText({ class: most }: Guessing): string {
  return most === undefined ? 'always every label' : `always “${most}” (the most frequent class)`;
}
