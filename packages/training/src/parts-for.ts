import type { Part } from '@mer/options';
import { crossEntropy } from './losses/cross-entropy.js';
import { adam } from './optimizers/adam.js';
import { constant } from './schedules/constant.js';
import type { TrainingOptions } from './settings.js';
import type { TrainingParts } from './training-parts.js';

/** What options of training name, and parts beside ours. */
type Naming = Pick<TrainingOptions, 'optimizer' | 'loss' | 'schedule' | 'augmentation'> & {
  readonly parts?: readonly Part[] | undefined;
};

/**
 * The parts that options may mean: of a kind of which they name no other than the default that part alone, and else the whole list, which is loaded. With
 * parts beside ours all lists are, which they are checked against.
 */
export async function partsFor({
  optimizer,
  loss,
  schedule,
  augmentation,
  parts = [],
}: Naming): Promise<TrainingParts> {
  const isDefault = (given: unknown, { name }: Part) =>
    parts.length === 0 &&
    (given === undefined || given === name || (given as { name?: unknown } | null)?.name === name);
  const changes = augmentation !== undefined || parts.length > 0;
  return {
    optimizers: isDefault(optimizer, adam)
      ? [adam]
      : (await import('./optimizers/optimizers.js')).optimizersWith(parts),
    losses: isDefault(loss, crossEntropy) ? [crossEntropy] : (await import('./losses/losses.js')).lossesWith(parts),
    schedules: isDefault(schedule, constant)
      ? [constant]
      : (await import('./schedules/schedules.js')).schedulesWith(parts),
    imageAugmentations: changes ? (await import('./augment/image-augmentations.js')).imageAugmentationsWith(parts) : [],
  };
}

/** The part of a name that is known to be in a list. */
export function named<P extends Part>(parts: readonly P[], { name }: { readonly name: string }): P {
  return parts.find((part) => part.name === name)!;
}
