import { type DatasetDefinition, datasets } from '@mer/datasets';
import { type ProtocolDefinition, protocols } from '@mer/metrics';
import { type ModelDefinition, models } from '@mer/models';
import { type Part, withParts } from '@mer/options';
import { type AnyStepDefinition, allSteps } from '@mer/representations';
import {
  allClipAugmentations,
  type ClipAugmentationDefinition,
  type TrainingParts,
  trainingParts,
} from '@mer/training';

/** Everything that an experiment can name, by kind. */
export interface ExperimentParts extends TrainingParts {
  readonly models: readonly ModelDefinition[];
  /** Representations too. */
  readonly steps: readonly AnyStepDefinition[];
  readonly datasets: readonly DatasetDefinition[];
  readonly protocols: readonly ProtocolDefinition[];
  readonly clipAugmentations: readonly ClipAugmentationDefinition[];
}

/** What a part of an experiment can be. */
export const partKinds: readonly string[] = [
  'model',
  'representation',
  'step',
  'dataset',
  'protocol',
  'optimizer',
  'loss',
  'schedule',
  'image-augmentation',
  'clip-augmentation',
  'spotter',
];

/**
 * Everything that an experiment can name: our parts, and those of a list.
 *
 * @param parts - anybody's own
 * @throws TypeError where two of a kind have one name
 *
 * @example
 * ```ts
 * import { experimentParts } from '@mer/experiments';
 *
 * console.log(experimentParts().protocols.map(({ name }) => name)[0]); // leave-one-subject-out
 * ```
 */
export function experimentParts(parts: readonly Part[] = []): ExperimentParts {
  return {
    models: withParts<ModelDefinition>(['model'], Object.values(models), parts),
    steps: allSteps(parts),
    datasets: withParts<DatasetDefinition>(['dataset'], Object.values(datasets), parts),
    protocols: withParts<ProtocolDefinition>(['protocol'], Object.values(protocols), parts),
    clipAugmentations: allClipAugmentations(parts),
    ...trainingParts(parts),
  };
}
