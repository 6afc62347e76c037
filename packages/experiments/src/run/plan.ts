import type { Dataset } from '@mer/datasets';
import type { Fold } from '@mer/metrics';
import type { Part } from '@mer/options';
import type { Experiment } from '../schema/experiment.js';
import { experimentFolds, type FoldSample } from './folds.js';

/** One fold of one seed. */
export interface PlannedFold extends Fold {
  /** Seed of the fold. */
  seed: number;
  /** The training of the last stage from which it begins; absent where there are no stages. */
  begins?: { stage: string; unit: string } | undefined;
}

/**
 * Lists every fold of an experiment: for each seed, the folds of the protocol.
 *
 * @param experiment - protocol and seeds
 * @param samples - all samples of the data set
 * @param parts - anybody's own parts
 * @returns folds in the order in which they run
 * @throws RangeError where the samples do not allow the protocol
 *
 * @example
 * ```ts
 * import { planFolds, readExperiment } from '@mer/experiments';
 *
 * const experiment = await readExperiment('first-steps', { set: ['seeds=[0, 1]'] });
 * const samples = ['a', 'b'].map((subject) => ({ dataset: 'x', subject, label: 0 }));
 * console.log(planFolds(experiment, samples).length); // 4
 * ```
 */
export function planFolds(
  { protocol, seeds }: Pick<Experiment, 'protocol' | 'seeds'>,
  samples: readonly FoldSample[],
  parts?: readonly Part[],
): PlannedFold[] {
  return seeds.flatMap((seed) => experimentFolds(samples, protocol, seed, parts).map((fold) => ({ ...fold, seed })));
}

/** For each seed the training on all samples. */
export function finalFolds({ seeds }: Pick<Experiment, 'seeds'>, dataset: Pick<Dataset, 'samples'>): PlannedFold[] {
  return planFolds({ protocol: { name: 'all' }, seeds }, dataset.samples);
}
