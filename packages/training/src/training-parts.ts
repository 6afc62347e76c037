import type { Part } from '@mer/options';
import type { ImageAugmentationDefinition } from './augment/define-augmentation.js';
import { imageAugmentationsWith } from './augment/image-augmentations.js';
import type { LossDefinition } from './losses/define-loss.js';
import { lossesWith } from './losses/losses.js';
import type { OptimizerDefinition } from './optimizers/define-optimizer.js';
import { optimizersWith } from './optimizers/optimizers.js';
import type { ScheduleDefinition } from './schedules/define-schedule.js';
import { schedulesWith } from './schedules/schedules.js';

/** The parts of {@link fit}, by kind. */
export interface TrainingParts {
  readonly optimizers: readonly OptimizerDefinition[];
  readonly losses: readonly LossDefinition[];
  readonly schedules: readonly ScheduleDefinition[];
  readonly imageAugmentations: readonly ImageAugmentationDefinition[];
}

/**
 * The parts of training: ours, and those of a list that are such parts.
 *
 * @param parts - anybody's own; of other kinds none are taken
 * @throws TypeError where two of a kind have one name
 *
 * @example
 * ```ts
 * import { trainingParts } from '@mer/training';
 *
 * console.log(trainingParts().optimizers.map(({ name }) => name)); // [ 'adam', 'adamw', 'sgd' ]
 * ```
 */
export function trainingParts(parts?: readonly Part[]): TrainingParts {
  return {
    optimizers: optimizersWith(parts),
    losses: lossesWith(parts),
    schedules: schedulesWith(parts),
    imageAugmentations: imageAugmentationsWith(parts),
  };
}
