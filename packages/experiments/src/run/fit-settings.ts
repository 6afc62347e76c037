import type { TrainingSettings } from '@mer/training';
import type { ExperimentTraining } from '../schema/experiment.js';

/** Epochs that are trained, of a schedule that may be longer. */
export const epochsOf = ({ until, epochs }: Pick<ExperimentTraining, 'until' | 'epochs'>): number => until ?? epochs;

/**
 * What of an experiment's training `fit` of @mer/training takes: views of clips and held-out subjects are made before.
 *
 * @param training - `training` of an experiment
 * @returns settings of `fit`
 *
 * @example
 * ```ts
 * import { fitSettings, readExperiment } from '@mer/experiments';
 *
 * const { training } = await readExperiment('first-steps');
 * console.log(fitSettings(training).augmentation); // { images: [] }
 * ```
 */
export function fitSettings({
  augmentation,
  validationFraction: _,
  ...settings
}: ExperimentTraining): TrainingSettings {
  return { ...settings, augmentation: { images: augmentation.images } };
}
