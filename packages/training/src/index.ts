/**
 * Leave-one-subject-out experiments as data: trained without leaks, resumable.
 *
 * @module @mer/training
 */

export type { FlowChannels } from './augment/affine.js';
export { viewPlan } from './augment/clips.js';
export { type DryRun, dryRun } from './experiment/dry-run.js';
export { type EvaluateExperimentOptions, type Evaluation, evaluateExperiment } from './experiment/evaluate.js';
export type { RunEvent } from './experiment/events.js';
export { type RunFoldOptions, runFold } from './experiment/fold.js';
export { mergeRuns } from './experiment/merge.js';
export { type InitialWeights, makeModel } from './experiment/model.js';
export { ExperimentError, type ParseExperimentOptions, parseExperiment } from './experiment/parse.js';
export { type PlannedFold, planFolds } from './experiment/plan.js';
export { type ClipPrediction, type PredictClipOptions, predictClip } from './experiment/predict-clip.js';
export { predictionsOf } from './experiment/predictions.js';
export {
  openExperimentData,
  type PrepareDataOptions,
  type PreparedDataset,
  prepareData,
} from './experiment/prepare.js';
export { type ReadExperimentOptions, readExperiment } from './experiment/read.js';
export { readRunSummary } from './experiment/read-summary.js';
export type { RowFile } from './experiment/row-file.js';
export { type RunExperimentOptions, runExperiment } from './experiment/run.js';
export {
  freeMemory,
  noRoomText,
  type PlannedMemory,
  planRunMemory,
  type RunMemory,
} from './experiment/run-memory.js';
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
  type ClipAugmentation,
  type Experiment,
  type ExperimentInput,
  experimentJsonSchema,
  experimentSchema,
  type ImageAugmentation,
  type LossSettings,
  type OptimizerSettings,
  type ScheduleSettings,
  type TrainingSettings,
} from './experiment/schema.js';
export { setValue } from './experiment/set-value.js';
export type { Source } from './experiment/source.js';
export {
  type RunSummary,
  type ScoreRow,
  type SeedSummary,
  type Spread,
  type SummariseOptions,
  summarise,
} from './experiment/summary.js';
export { summaryText } from './experiment/summary-text.js';
export type { HeatMap } from './explain.js';
export { type EpochRecord, type FitOptions, type FitResult, fit } from './fit.js';
export { experimentFolds, type FoldSample, holdOutValidation, subjectsOf } from './folds.js';
export { type GradientStepOptions, gradientStep } from './gradient-step.js';
export { type BatchLossOptions, type BatchTargets, batchLoss, classWeights } from './losses.js';
export * from './memory-plan.js';
export { MEMORY_STRATEGIES, type MemoryStrategy, memoryStrategyText } from './memory-strategy.js';
export { createUpdate, type Update } from './optimizer.js';
export { type PredictLogitsOptions, predictLogits, softmax } from './predict.js';
export { type PreparedData, type PreparedInput, takeBatch, type ViewPlan } from './prepared-data.js';
export { type RandomStream, randomOrder, randomStream, seedOf } from './random.js';
export * from './report/index.js';
export { learningRateShare } from './schedule.js';
export { packageVersion } from './version.js';
