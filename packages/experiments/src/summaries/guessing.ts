import type { ScoreName } from './score-names.js';
import { scoresOf } from './subject-counts.js';

/** The scores of always guessing one class. */
export type Guessing = Record<ScoreName, number> & {
  /** The most frequent class. */
  class: string;
};

/** What always guessing the most frequent class would give. */
export function guessing(confusion: readonly (readonly number[])[], classes: readonly string[]): Guessing {
  const sums = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const most = sums.indexOf(Math.max(...sums));
  const guessed = sums.map((sum) => sums.map((_, column) => (column === most ? sum : 0)));
  return { class: classes[most]!, ...scoresOf(guessed) };
}
