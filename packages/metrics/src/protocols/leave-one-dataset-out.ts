import { type Fold, foldOf, indicesBy, type SubjectSample, subjectsToSplit } from './samples.js';

/**
 * Leave-one-data-set-out: one fold per data set of a composite set, tested on that data set, trained on all others.
 *
 * Folds come in order of first appearance and are named after the data set that is tested.
 *
 * @throws TypeError for a sample without subject or data set.
 * @throws RangeError for an empty list or fewer than two data sets.
 *
 * @example
 * ```ts
 * import { leaveOneDatasetOut } from '@mer/metrics';
 *
 * const folds = leaveOneDatasetOut([
 *   { dataset: 'casme2', subject: 'sub01' },
 *   { dataset: 'samm', subject: '006' },
 *   { dataset: 'samm', subject: '007' },
 * ]);
 * console.log(folds[1]); // { name: 'samm', train: [ 0 ], test: [ 1, 2 ] }
 * ```
 */
export function leaveOneDatasetOut(samples: readonly SubjectSample[]): Fold[] {
  const task = 'leave one data set out';
  subjectsToSplit(samples, task, 1);
  if (samples[0]!.dataset === undefined) {
    throw new TypeError(`Cannot ${task} as every sample must name its dataset: current value is undefined`);
  }
  const datasets = indicesBy(samples.map(({ dataset }) => dataset!));
  if (datasets.size < 2) {
    throw new RangeError(
      `Cannot ${task} as samples must come from at least 2 data sets: current value is ${datasets.size} (${[...datasets.keys()].join(', ')})`,
    );
  }
  return Array.from(datasets, ([name, test]) => foldOf(name, test, samples.length));
}
