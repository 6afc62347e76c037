import type { TrainingSettings } from '@mer/training';
import type { ExperimentTraining } from '../schema/experiment.js';

/** What of an experiment's training concerns `fit`: views and held-out subjects have been made of the rest. */
export function fitSettings({
  augmentation,
  validationFraction: _,
  ...settings
}: ExperimentTraining): TrainingSettings {
  return { ...settings, augmentation: { images: augmentation.images } };
}
