import { reserveMemory } from '@mer/backends';
import { exportWeights } from '@mer/models';
import type { MemoryPlan } from '@mer/training';
import { fit, predictLogits, seedOf } from '@mer/training';
import { NO_PARTS, type OwnParts } from '../parts/own-modules.js';
import type { PreparedDataset } from '../prepare/prepare.js';
import type { Experiment } from '../schema/experiment.js';
import { predictionsOf } from '../summaries/predictions.js';
import type { RunEvent } from './events.js';
import { epochsOf, fitSettings } from './fit-settings.js';
import { holdOutValidation, subjectsOf } from './folds.js';
import { passFrozen } from './frozen-rows.js';
import { imageQualities } from './image-qualities.js';
import { type InitialWeights, makeModel, startFrom } from './model.js';
import type { PlannedFold } from './plan.js';
import type { FoldRecord } from './run-store.js';
import { beginFrom, type StageWeights } from './stages.js';
import { untrainedClasses } from './untrained.js';

/** Options of {@link runFold}. */
export interface RunFoldOptions {
  /** Weights to begin with; none by default. */
  initial?: InitialWeights | undefined;
  /** What the last stage before hands on, in place of these. */
  begun?: StageWeights | undefined;
  /** Anybody's own parts, which the experiment may name; see {@link loadParts}. */
  own?: OwnParts | undefined;
  /** How to keep to the memory there is. */
  memory?: MemoryPlan | undefined;
  /** Called as the work goes on. */
  onEvent?: (event: RunEvent) => void;
  /** Ends the work by throwing the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Trains on the training part of one fold and tests on the held-out samples.
 *
 * @param experiment - complete experiment
 * @param data - prepared samples
 * @param fold - index lists and seed
 * @param options - weights to begin with, progress and interruption
 * @returns predictions, learning curve, weights and time
 *
 * @example
 * ```ts
 * import { experimentFolds, openExperimentData, prepareData, readExperiment, runFold } from '@mer/experiments';
 *
 * const experiment = await readExperiment('first-steps', {
 *   set: ['data.options={ subjects: 2, clipsPerSubject: 3 }', 'training.epochs=1'],
 * });
 * const data = await prepareData(await openExperimentData(experiment), experiment);
 * const [fold] = experimentFolds(data.samples, experiment.protocol, 0);
 * const { predictions } = await runFold(experiment, data, { ...fold, seed: 0 });
 * console.log(predictions.predictions.length); // 3
 * ```
 */
export async function runFold(
  experiment: Experiment,
  data: PreparedDataset,
  fold: PlannedFold,
  { initial, begun: handedOn, own = NO_PARTS, memory, onEvent = () => {}, signal }: RunFoldOptions = {},
): Promise<FoldRecord> {
  const begun = performance.now();
  const used = process.cpuUsage();
  const { training: settings } = experiment;
  const key = [fold.seed, fold.name];
  const { train, validation } =
    settings.epochChoice === 'validation'
      ? holdOutValidation(data.samples, fold.train, { fraction: settings.validationFraction, key })
      : { train: fold.train, validation: [] };
  if (memory) reserveMemory(memory.step.blocks);
  const model = makeModel(experiment, data, seedOf([...key, 'weights']) >>> 0, own.parts);
  try {
    if (handedOn) beginFrom(model, handedOn, data.classes);
    else if (initial) startFrom(model, experiment, initial);
    const seen = await passFrozen(model, data, experiment, {
      own,
      samples: [...train, ...validation, ...fold.test],
      shared: initial !== undefined && handedOn === undefined,
      onProgress: (done, total) => onEvent({ type: 'frozen', seed: fold.seed, fold: fold.name, done, total }),
      signal,
    });
    const { epoch, history, oracle } = await fit(model, seen, {
      train,
      validation,
      test: fold.test,
      ...fitSettings(settings),
      threshold: experiment.threshold,
      parts: own.parts,
      strategy: memory?.strategy,
      key,
      signal,
      onEpoch: (record) =>
        onEvent({
          type: 'epoch',
          seed: fold.seed,
          fold: fold.name,
          attempt: 1,
          epochs: epochsOf(settings),
          time: Date.now(),
          record,
        }),
    });
    const logits = await predictLogits(model, seen, fold.test, memory && { batchSize: memory.testBatch });
    const { threshold } = experiment;
    const drawn = await imageQualities(model, seen, fold.test, {
      ...{ loss: settings.loss, parts: own.parts, batchSize: memory?.testBatch },
    });
    const untrained = untrainedClasses(data.samples, train, data.classes.length);
    return {
      predictions: {
        fold: fold.name,
        seed: fold.seed,
        epochChoice: settings.epochChoice,
        epoch,
        trained: train.length,
        validationSubjects: subjectsOf(data.samples, validation),
        ...(untrained.length > 0 && { untrained }),
        predictions: predictionsOf(data, fold.test, logits, { threshold, drawn }),
        ...(oracle && {
          oracle: { epoch: oracle.epoch, predictions: predictionsOf(data, fold.test, oracle.logits, { threshold }) },
        }),
      },
      history,
      weights: await exportWeights(model),
      seconds: (performance.now() - begun) / 1000,
      processorSeconds: processorSeconds(process.cpuUsage(used)),
    };
  } finally {
    model.dispose();
  }
}

/** Seconds of all cores that a process has used: what other programs do at the same time does not count. */
const processorSeconds = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1e6;
