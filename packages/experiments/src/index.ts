/**
 * Leave-one-subject-out experiments as data: trained without leaks, resumable.
 *
 * @module @mer/experiments
 */

export { type LoadPartsOptions, loadParts, type OwnModule, type OwnParts } from './parts/own-modules.js';
export { type ExperimentParts, experimentParts } from './parts/part-kinds.js';
export type { HeatMap } from './predict/heat-maps.js';
export { type ClipPrediction, type PredictClipOptions, predictClip } from './predict/predict-clip.js';
export {
  openExperimentData,
  type PrepareDataOptions,
  type PreparedDataset,
  prepareData,
} from './prepare/prepare.js';
export type { RowFile } from './prepare/row-file.js';
export type { Source } from './prepare/source.js';
export * from './report/index.js';
export { type DryRun, dryRun } from './runs/dry-run.js';
export { type EvaluateExperimentOptions, type Evaluation, evaluateExperiment } from './runs/evaluate.js';
export type { RunEvent } from './runs/events.js';
export { fitSettings } from './runs/fit-settings.js';
export { type RunFoldOptions, runFold } from './runs/fold.js';
export { experimentFolds, type FoldSample, holdOutValidation } from './runs/folds.js';
export { mergeRuns } from './runs/merge.js';
export { type InitialWeights, makeModel } from './runs/model.js';
export { type PlannedFold, planFolds } from './runs/plan.js';
export { type RunExperimentOptions, runExperiment } from './runs/run.js';
export {
  freeMemory,
  noRoomText,
  type PlannedMemory,
  planRunMemory,
  type RunMemory,
} from './runs/run-memory.js';
export {
  type FoldPredictions,
  type FoldRecord,
  openRun,
  type Prediction,
  type RunManifest,
  readFold,
  readManifest,
  writeFold,
} from './runs/run-store.js';
export type {
  Experiment,
  ExperimentInput,
  ExperimentSettings,
  ExperimentStep,
  PublishedReference,
  PublishedScores,
} from './schema/experiment.js';
export { ExperimentError } from './schema/experiment-error.js';
export { type ParseExperimentOptions, parseExperiment } from './schema/parse.js';
export {
  type OpenExperimentOptions,
  openExperiment,
  type ReadExperimentOptions,
  readExperiment,
} from './schema/read.js';
export { experimentJsonSchema, experimentSchema } from './schema/schema.js';
export { setValue } from './schema/set-value.js';
export { readRunSummary } from './summaries/read-summary.js';
export {
  type RunSummary,
  type ScoreRow,
  type SeedSummary,
  type Spread,
  type SummarizeOptions,
  summarize,
} from './summaries/summary.js';
export { summaryText } from './summaries/summary-text.js';
