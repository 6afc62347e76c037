import { reserveMemory } from '@mer/backends';
import { exportWeights } from '@mer/models';
import { type EpochRecord, fit, seedOf } from '@mer/training';
import { NO_PARTS } from '../parts/own-modules.js';
import type { PreparedDataset } from '../prepare/prepare.js';
import type { Experiment } from '../schema/experiment.js';
import { fitSettings } from './fit-settings.js';
import type { RunFoldOptions } from './fold.js';
import { holdOutValidation } from './folds.js';
import { passFrozen } from './frozen-rows.js';
import { makeModel, startFrom } from './model.js';
import { beginFrom, type StageRecord, type StageUnit } from './stages.js';

/** Options of {@link runStage}. */
interface RunStageOptions extends Omit<RunFoldOptions, 'onEvent'> {
  /** Called after each epoch. */
  onEpoch?: (record: EpochRecord) => void;
}

/**
 * Trains one unit of a stage. Everything random depends on the seed, the stage and the subjects that are left out.
 *
 * @param experiment - the stage by itself, with its own data and training
 * @param data - its prepared samples
 * @param unit - which of them to train on
 * @param options - where to begin, progress and interruption
 * @returns weights and learning curve
 */
export async function runStage(
  experiment: Experiment,
  data: PreparedDataset,
  unit: StageUnit,
  { initial, begun, own = NO_PARTS, memory, onEpoch, signal }: RunStageOptions = {},
): Promise<StageRecord> {
  const begin = performance.now();
  const { training: settings } = experiment;
  const key = [unit.seed, 'stage', unit.stage, unit.name];
  const { train, validation } =
    settings.epochChoice === 'validation'
      ? holdOutValidation(data.samples, unit.train, { fraction: settings.validationFraction, key })
      : { train: unit.train, validation: [] };
  if (memory) reserveMemory(memory.step.blocks);
  const model = makeModel(experiment, data, seedOf([...key, 'weights']) >>> 0, own.parts);
  try {
    if (begun) beginFrom(model, begun, data.classes);
    else if (initial) startFrom(model, experiment, initial);
    const seen = await passFrozen(model, data, experiment, {
      own,
      samples: [...train, ...validation],
      shared: initial !== undefined && begun === undefined,
      signal,
    });
    const { epoch, history } = await fit(model, seen, {
      train,
      validation,
      ...fitSettings(settings),
      parts: own.parts,
      strategy: memory?.strategy,
      key,
      signal,
      ...(onEpoch && { onEpoch }),
    });
    const weights = await exportWeights(model);
    return { unit, epoch, history, weights, seconds: (performance.now() - begin) / 1000 };
  } finally {
    model.dispose();
  }
}
