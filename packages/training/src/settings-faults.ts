import type { Part } from '@mer/options';
import type { LabelKind } from './label-kind.js';
import type { LossDefinition } from './losses/define-loss.js';
import { DEFAULT_LOSSES, type TrainingSettings } from './settings.js';
import type { TrainingParts } from './training-parts.js';

/** What settings that fit one by one have wrong together. */
export interface SettingsFault {
  /** Where. */
  readonly path: readonly string[];
  /** What, in words that follow the path. */
  readonly text: string;
}

/** What is wrong with settings for samples with one label, or with any number. */
export function labelKindFault(
  { loss: { name } }: Pick<TrainingSettings, 'loss'>,
  labelKind: LabelKind,
  { losses }: Pick<TrainingParts, 'losses'>,
): SettingsFault | undefined {
  const kindOf = (loss: LossDefinition | undefined) => loss?.labelKind ?? 'single';
  if (kindOf(losses.find((loss) => loss.name === name)) === labelKind) return undefined;
  const samples = labelKind === 'multiple' ? 'any number of labels' : 'one label';
  const fitting = losses.filter((loss) => kindOf(loss) === labelKind).map((loss) => loss.name);
  return {
    path: ['loss'],
    text: `${name} is not for samples with ${samples}: use ${fitting.join(' or ') || DEFAULT_LOSSES[labelKind]}`,
  };
}

/** What settings that fit one by one have wrong together. */
export function faultsOf(settings: TrainingSettings, registry: TrainingParts): SettingsFault[] {
  const { augmentation, loss } = settings;
  const partOf = <P extends Part>(list: readonly P[], { name }: { name: string }) =>
    list.find((part) => part.name === name);
  const mixes = augmentation.images.some((each) => partOf(registry.imageAugmentations, each)?.mix);
  const faults: SettingsFault[] = [];
  if (settings.earlyStopping && settings.epochChoice !== 'validation') {
    faults.push({
      path: ['earlyStopping'],
      text: 'needs epochChoice: validation, as it must not look at the test subject',
    });
  }
  if (settings.until !== undefined && (settings.until > settings.epochs || settings.epochChoice !== 'last')) {
    faults.push({ path: ['until'], text: `must be at most epochs (${settings.epochs}), beside epochChoice: last` });
  }
  const { positiveWeights = [] } = loss as { positiveWeights?: readonly number[] };
  if (positiveWeights.length > 0 && settings.classWeights !== 'none') {
    faults.push({ path: ['classWeights'], text: 'must be none beside loss.positiveWeights, which weigh instead' });
  }
  if (mixes && partOf(registry.losses, loss)?.mixable === false) {
    faults.push({ path: ['loss'], text: `${loss.name} has no meaning for mixed samples: leave mixup out` });
  }
  return faults;
}
