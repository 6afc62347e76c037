/** One of the scores that every table shows. */
export type ScoreName = 'uf1' | 'uar' | 'accuracy';

/** All of them, in the order of the columns. */
export const SCORE_NAMES: readonly ScoreName[] = ['uf1', 'uar', 'accuracy'];

/** How scores are written for people. */
export const SCORE_TITLES = { uf1: 'UF1', uar: 'UAR', accuracy: 'accuracy' } as const satisfies Record<
  ScoreName,
  string
>;

/** A value for each score. */
export function byScore<T>(make: (score: ScoreName) => T): Record<ScoreName, T> {
  return Object.fromEntries(SCORE_NAMES.map((score) => [score, make(score)])) as Record<ScoreName, T>;
}
