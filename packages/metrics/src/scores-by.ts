import type { AbsentOptions } from './absent.js';
import { labelIndices } from './labels.js';
import type { Predictions } from './predictions.js';
import { indicesBy } from './protocols/samples.js';
import { type Scores, scores } from './scores.js';

/** Predictions with the part of the set, usually the data set, that each sample belongs to. */
export interface PredictionsBy extends Predictions {
  /** The name of the part, sample by sample. */
  by: readonly string[];
}

/**
 * All scores for each part of a composite set, for instance for each data set of MEGC2019.
 *
 * Parts come in order of first appearance. Scores of the whole come from {@link scores}; they are not the mean of the
 * parts. Every part is scored over all `classes`: where a part lacks a class, choose what it contributes with `absent`.
 *
 * @throws RangeError for a label outside `classes`, lists of different length, or no sample at all.
 *
 * @example
 * ```ts
 * import { scoresBy } from '@mer/metrics';
 *
 * const parts = scoresBy({
 *   truth: [0, 1, 0, 1],
 *   predicted: [0, 1, 1, 1],
 *   classes: ['negative', 'positive'],
 *   by: ['casme2', 'casme2', 'samm', 'samm'],
 * });
 * console.log(parts.casme2.uar, parts.samm.uar); // 1 0.5
 * ```
 */
export function scoresBy(
  { truth, predicted, classes, by }: PredictionsBy,
  options: AbsentOptions = {},
): Record<string, Scores> {
  const rows = labelIndices(truth, classes, 'truth');
  const columns = labelIndices(predicted, classes, 'predicted');
  if (rows.length !== columns.length || rows.length !== by.length) {
    throw new RangeError(
      `Cannot score by part as predicted and by must be as long as truth (${rows.length}): current value is ${columns.length} and ${by.length}`,
    );
  }
  if (rows.length === 0) {
    throw new RangeError('Cannot score by part as there must be at least one sample: current value is none');
  }
  return Object.fromEntries(
    Array.from(indicesBy(by), ([part, indices]) => [
      part,
      scores(
        { truth: indices.map((index) => rows[index]!), predicted: indices.map((index) => columns[index]!), classes },
        options,
      ),
    ]),
  );
}
