import { ExperimentError } from '../schema/experiment-error.js';
import type { FoldPredictions, Prediction } from './run-store.js';

/**
 * Checks that the predictions of folds make one table: each sample tested once for each seed, and of one subject and class wherever it stands.
 *
 * @param task - what cannot be done otherwise, in words that follow "Cannot"
 * @param folds - the folds that are done
 * @throws {@link ExperimentError} that names sample, folds and seed
 */
export function checkPredictions(task: string, folds: readonly FoldPredictions[]): void {
  const tested = new Map<string, string>();
  const known = new Map<string, { who: string; place: string }>();
  for (const { fold, seed, predictions, oracle } of folds) {
    const place = `fold ${fold}, seed ${seed}`;
    for (const { id } of predictions) {
      const before = tested.get(`${seed} ${id}`);
      if (before !== undefined) {
        throw new ExperimentError(
          `Cannot ${task} as each sample must be tested once per seed: ${id} is in fold ${before} and in fold ${fold}, seed ${seed}`,
        );
      }
      tested.set(`${seed} ${id}`, fold);
    }
    for (const prediction of [...predictions, ...(oracle?.predictions ?? [])]) {
      const who = identityOf(prediction);
      const before = known.get(prediction.id) ?? { who, place };
      if (before.who !== who) {
        throw new ExperimentError(
          `Cannot ${task} as a sample must be of one data set, subject and class: ${prediction.id} is ${before.who} in ${before.place}, and ${who} in ${place}`,
        );
      }
      known.set(prediction.id, before);
    }
  }
}

/** Of whom a sample is, as a message shows it. */
export function identityOf({ dataset, subject, truth }: Prediction): string {
  const label = typeof truth === 'number' ? `of class ${truth}` : `with the labels ${truth.join(', ') || 'none'}`;
  return `${JSON.stringify([dataset, subject])} ${label}`;
}
