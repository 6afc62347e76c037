import { isPart, type Part, partsByName } from '@mer/options';
import { clipAugmentations } from './augment/clip-augmentations.js';
import type { ClipAugmentationDefinition, ImageAugmentationDefinition } from './augment/define-augmentation.js';
import { imageAugmentations } from './augment/image-augmentations.js';
import type { LossDefinition } from './losses/define-loss.js';
import { losses } from './losses/losses.js';
import type { OptimizerDefinition } from './optimizers/define-optimizer.js';
import { optimizers } from './optimizers/optimizers.js';
import type { ScheduleDefinition } from './schedules/define-schedule.js';
import { schedules } from './schedules/schedules.js';

/** The parts of training, by kind. */
export interface TrainingParts {
  readonly optimizers: readonly OptimizerDefinition[];
  readonly losses: readonly LossDefinition[];
  readonly schedules: readonly ScheduleDefinition[];
  readonly imageAugmentations: readonly ImageAugmentationDefinition[];
  readonly clipAugmentations: readonly ClipAugmentationDefinition[];
}

const ours: TrainingParts = { optimizers, losses, schedules, imageAugmentations, clipAugmentations };

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
export function trainingParts(parts: readonly Part[] = []): TrainingParts {
  if (parts.length === 0) return ours;
  const withOthers = <P extends Part>(known: readonly P[], kind: string): readonly P[] => {
    const all = [...known, ...parts.filter((part): part is P => isPart(part, kind))];
    partsByName(all);
    return all;
  };
  return {
    optimizers: withOthers(optimizers, 'optimizer'),
    losses: withOthers<LossDefinition>(losses, 'loss'),
    schedules: withOthers<ScheduleDefinition>(schedules, 'schedule'),
    imageAugmentations: withOthers<ImageAugmentationDefinition>(imageAugmentations, 'image-augmentation'),
    clipAugmentations: withOthers<ClipAugmentationDefinition>(clipAugmentations, 'clip-augmentation'),
  };
}
