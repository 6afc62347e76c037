import type { Part } from '@mer/options';
import { imageAugmentationsWith } from './augment/image-augmentations.js';
import type { LabelKind } from './label-kind.js';
import { imagesOption, optionsOfTraining, type TrainingSettings } from './settings.js';
import { faultsOf, labelKindFault, type SettingsFault } from './settings-faults.js';
import { trainingParts } from './training-parts.js';

/**
 * The option that lists changes of finished images, with parts beside ours.
 *
 * @param parts - anybody's own augmentations
 *
 * @example
 * ```ts
 * import { checkValue } from '@mer/options';
 * import { imageAugmentationOption } from '@mer/training';
 *
 * console.log(checkValue('train', 'images', imageAugmentationOption(), [{ name: 'flip' }])); // [ { name: 'flip', probability: 0.5 } ]
 * ```
 */
export function imageAugmentationOption(parts?: readonly Part[]) {
  return imagesOption(imageAugmentationsWith(parts));
}

/**
 * The options of training, with parts beside ours: of {@link fit}, and most of `training` in an experiment.
 *
 * @param parts - anybody's own optimizers, losses, schedules and augmentations
 *
 * @example
 * ```ts
 * import { checkOptions } from '@mer/options';
 * import { trainingOptions } from '@mer/training';
 *
 * console.log(checkOptions('train', trainingOptions(), { epochs: 3 }).optimizer.name); // adam
 * ```
 */
export function trainingOptions(parts?: readonly Part[]) {
  return optionsOfTraining(trainingParts(parts));
}

/**
 * What settings that fit one by one have wrong together, and for samples of a label kind; nothing where they fit.
 *
 * @param settings - every default filled in
 * @param parts - anybody's own parts
 * @param labelKind - whether samples have one label or any number; not looked at by default
 *
 * @example
 * ```ts
 * import { checkOptions } from '@mer/options';
 * import { settingsFaults, trainingOptions } from '@mer/training';
 *
 * const settings = checkOptions('train', trainingOptions(), { epochs: 3, earlyStopping: { patience: 2 } });
 * console.log(settingsFaults(settings)[0].path); // [ 'earlyStopping' ]
 * ```
 */
export function settingsFaults(
  settings: TrainingSettings,
  parts?: readonly Part[],
  labelKind?: LabelKind,
): SettingsFault[] {
  const registry = trainingParts(parts);
  const fault = labelKind && labelKindFault(settings, labelKind, registry);
  return [...faultsOf(settings, registry), ...(fault ? [fault] : [])];
}
