/**
 * Leave-one-subject-out experiments as data: trained without leaks, resumable.
 *
 * @module @mer/training
 */

export { type EvaluateExperimentOptions, type Evaluation, evaluateExperiment } from './experiment/evaluate.js';
export type { RunEvent } from './experiment/events.js';
export { makeModel } from './experiment/model.js';
export { ExperimentError, type ParseExperimentOptions, parseExperiment } from './experiment/parse.js';
export { type PlannedFold, planFolds } from './experiment/plan.js';
export { predictionsOf } from './experiment/predictions.js';
export {
  openExperimentData,
  type PrepareDataOptions,
  type PreparedDataset,
  prepareData,
} from './experiment/prepare.js';
export { type ReadExperimentOptions, readExperiment } from './experiment/read.js';
export { readRunSummary } from './experiment/read-summary.js';
export { type RunExperimentOptions, runExperiment, runFold } from './experiment/run.js';
export {
  experimentHash,
  type FoldPredictions,
  type FoldRecord,
  fileNameOf,
  foldFolder,
  openRun,
  type Prediction,
  type RunManifest,
  readFold,
  readManifest,
  writeFold,
  writeJson,
} from './experiment/run-store.js';
export {
  type Experiment,
  type ExperimentInput,
  experimentJsonSchema,
  experimentSchema,
  type OptimizerSettings,
  type TrainingSettings,
} from './experiment/schema.js';
export { setValue } from './experiment/set-value.js';
export {
  type RunSummary,
  type ScoreRow,
  type SeedSummary,
  type Spread,
  type SummariseOptions,
  summarise,
} from './experiment/summary.js';
export { summaryText } from './experiment/summary-text.js';
export { type EpochRecord, type FitOptions, type FitResult, fit } from './fit.js';
export { experimentFolds, type FoldSample, holdOutValidation, subjectsOf } from './folds.js';
export { createOptimizer } from './optimizer.js';
export { type PredictLogitsOptions, predictLogits, softmax } from './predict.js';
export { type PreparedData, type PreparedInput, takeBatch } from './prepared-data.js';
export { type RandomStream, randomOrder, randomStream, seedOf } from './random.js';
export { packageVersion } from './version.js';
