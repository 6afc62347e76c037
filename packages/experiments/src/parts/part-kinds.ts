import { type DatasetDefinition, datasets } from '@mer/datasets';
import { type ProtocolDefinition, protocols } from '@mer/metrics';
import { type ModelDefinition, models } from '@mer/models';
import { isPart, type Part, partsByName } from '@mer/options';
import { type StepDefinition, steps } from '@mer/representations';
import { type TrainingParts, trainingParts } from '@mer/training';

/** Everything that an experiment can name, by kind. */
export interface ExperimentParts extends TrainingParts {
  readonly models: readonly ModelDefinition[];
  /** Representations too. */
  readonly steps: readonly StepDefinition[];
  readonly datasets: readonly DatasetDefinition[];
  readonly protocols: readonly ProtocolDefinition[];
}

const kindsOf: Readonly<Record<keyof ExperimentParts, readonly string[]>> = {
  models: ['model'],
  steps: ['step', 'representation'],
  datasets: ['dataset'],
  protocols: ['protocol'],
  optimizers: ['optimizer'],
  losses: ['loss'],
  schedules: ['schedule'],
  imageAugmentations: ['image-augmentation'],
  clipAugmentations: ['clip-augmentation'],
};

/** What a part of an experiment can be. */
export const partKinds: readonly string[] = Object.values(kindsOf).flat();

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
  const ours: ExperimentParts = {
    models: Object.values(models),
    steps: Object.values(steps),
    datasets: Object.values(datasets),
    protocols: Object.values(protocols),
    ...trainingParts(),
  };
  if (parts.length === 0) return ours;
  const all = Object.entries(ours).map(([name, known]: [string, readonly Part[]]) => {
    const kinds = kindsOf[name as keyof ExperimentParts];
    const together = [...known, ...parts.filter((part) => isPart(part) && kinds.includes(part.kind))];
    partsByName(together);
    return [name, together];
  });
  return Object.fromEntries(all) as unknown as ExperimentParts;
}
