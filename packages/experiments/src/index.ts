/**
 * Leave-one-subject-out experiments as data: trained without leaks, resumable.
 *
 * @module @mer/experiments
 */

export type { HeatMap, Source } from '@mer/predictor';
export { type AskChatOptions, askChat } from './explain/ask-chat.js';
export {
  type ExportNetworkOptions,
  type ExportSource,
  exportNetwork,
  type FoldScores,
  type NetworkExport,
} from './export/export-network.js';
export { type LoadPartsOptions, loadParts, type OwnModule, type OwnParts } from './parts/own-modules.js';
export { type ExperimentParts, experimentParts } from './parts/part-kinds.js';
export {
  type ClipPrediction,
  type ClipPredictorOptions,
  clipPredictor,
  type PredictClipOptions,
  type PredictSourcesOptions,
  predictClip,
  predictSources,
} from './predict/predict-clip.js';
export {
  needsLandmarks,
  type OpenRunOptions,
  openRunPredictor,
  openWeights,
  type Predictor,
} from './predict/predictor.js';
export {
  type FaceSettings,
  landmarkFileText,
  type WriteLandmarksOptions,
  type WrittenLandmarks,
  writeLandmarks,
} from './prepare/detect-landmarks.js';
export { withDetectedLandmarks, withLandmarks } from './prepare/landmarks.js';
export {
  openExperimentData,
  type PrepareDataOptions,
  type PreparedDataset,
  prepareData,
} from './prepare/prepare.js';
export type { RowFile } from './prepare/row-file.js';
export { type CancelledRuns, cancelWaiting } from './queue/cancel-waiting.js';
export { type FetchedFolds, type FetchFoldsOptions, fetchFolds } from './queue/fetch-folds.js';
export { openQueuePage, type QueuePage } from './queue/queue-page.js';
export { openQueueRunner, type QueueRunner, type QueueRunnerOptions } from './queue/queue-runner.js';
export {
  type ActiveTraining,
  type FailedTraining,
  type KindStatus,
  type QueueStatus,
  queueStatus,
} from './queue/queue-status.js';
export { type RunWorkerOptions, runWorker, type WorkerEvent } from './queue/run-worker.js';
export * from './report/index.js';
export { type DryRun, dryRun } from './run/dry-run.js';
export { type EvaluateExperimentOptions, type Evaluation, evaluateExperiment } from './run/evaluate.js';
export type { EndedEpoch, RunEvent } from './run/events.js';
export { fitSettings } from './run/fit-settings.js';
export { type RunFoldOptions, runFold } from './run/fold.js';
export { FolderInUseError, type FolderLock, type LockFolderOptions, lockFolder } from './run/folder-lock.js';
export { experimentFolds, type FoldSample, holdOutValidation, testsSubjects } from './run/folds.js';
export { removeHalfWritten } from './run/half-written.js';
export { mergeRuns } from './run/merge.js';
export { type InitialWeights, makeModel } from './run/model.js';
export { type PlannedFold, planFolds } from './run/plan.js';
export { experimentOfRun, type ReadRunManifestOptions, readRunManifest } from './run/read-manifest.js';
export { type RunExperimentOptions, type RunFoldsOptions, runExperiment } from './run/run.js';
export type { DataCount, RunData } from './run/run-data.js';
export {
  freeMemory,
  noRoomText,
  type PlannedMemory,
  planRunMemory,
  type RunMemory,
} from './run/run-memory.js';
export {
  type Expected,
  type FoldPredictions,
  type FoldRecord,
  fileNameOf,
  type ImageQuality,
  openRun,
  type Prediction,
  type RunManifest,
  type RunStage,
  readFold,
  readManifest,
  writeFold,
} from './run/run-store.js';
export type { StageWeights } from './run/stages.js';
export { type TrainNetworkOptions, trainNetwork } from './run/train-network.js';
export {
  type ExportAsOptions,
  exportAs,
  type NetworkDescription,
  type NetworkFiles,
  RUNTIMES,
  type Runtime,
} from './runtimes/export-as.js';
export { type Exportable, type OpenExportableOptions, openExportable } from './runtimes/open-exportable.js';
export type {
  Experiment,
  ExperimentInput,
  ExperimentSettings,
  ExperimentStage,
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
export { listRecipes, listStudies, type Recipe } from './schema/recipes.js';
export { experimentJsonSchema, experimentSchema } from './schema/schema.js';
export { setValue } from './schema/set-value.js';
export type { LearningEvent } from './spotting/learn-fold.js';
export {
  type RecognizedPrediction,
  type RecognizedStudy,
  type RecognizeEvent,
  type RecognizeStudyOptions,
  recognizeStudy,
} from './spotting/recognize-study.js';
export { recognizedText } from './spotting/recognized-text.js';
export {
  type RunStudyOptions,
  runSpottingStudy,
  type StudyEvent,
  type StudyPrediction,
  type StudyResult,
} from './spotting/run-study.js';
export { type ApexStudy, type ScoreApexesOptions, scoreApexes } from './spotting/score-apexes.js';
export { parseSpottingStudy, type ReadStudyOptions, readSpottingStudy, type SpottingStudy } from './spotting/study.js';
export { studyText } from './spotting/study-text.js';
export { type TaughtSpotter, withWeightFiles } from './spotting/with-weight-files.js';
export { type OpenStoreOptions, openStore, type Store, type StoreOptions } from './store/store.js';
export { type KubernetesManifestOptions, kubernetesManifest } from './submit/kubernetes-manifest.js';
export { type PlanTasksOptions, planTasks, type TaskGroup, type TaskPlan } from './submit/plan-tasks.js';
export { shellWord } from './submit/shell-text.js';
export { hasSlurm, slurmTasks, submitFolder, submitToSlurm } from './submit/slurm-jobs.js';
export { type SlurmArray, type SlurmScriptOptions, slurmArrays, slurmScript } from './submit/slurm-script.js';
export type { TaskCommand } from './submit/task-script.js';
export { dataText, saysSomething } from './summaries/data-text.js';
export type { DrawnSummary } from './summaries/drawn-images.js';
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
export { type TrainedSummary, trainedText } from './summaries/trained-summary.js';
export { type SweepCell, type SweepSettings, sweepCells } from './sweep/cells.js';
export { type DryRunSweepOptions, dryRunSweep, type SweepDryRun } from './sweep/dry-run-sweep.js';
export { type OpenSweepOptions, openSweep, type Sweep } from './sweep/open-sweep.js';
export {
  type RunSweepOptions,
  runSweep,
  type SweepEvent,
  type SweepResult,
  sweepFailure,
} from './sweep/run-sweep.js';
export { type FolderStatus, type RunStatus, readStatus } from './sweep/status.js';
export { type ReadRunsOptions, readRuns } from './tables/read-runs.js';
export {
  type ResultTable,
  type ResultTableOptions,
  resultTable,
  type TableCell,
  type TableData,
  type TableRow,
  type TableScore,
} from './tables/result-table.js';
export { resultTableCsv, resultTableMarkdown } from './tables/table-files.js';
export type { GridOptions } from './tables/table-grid.js';
export { resultTableLatex } from './tables/table-latex.js';
export { resultTableHtml, type TablePageOptions } from './tables/table-page.js';
export { resultTableText } from './tables/table-text.js';
export { writeMlflow } from './tracking/mlflow.js';
export {
  type OpenTensorboardOptions,
  openTensorboard,
  type TensorboardLog,
  writeTensorboard,
} from './tracking/tensorboard.js';
export {
  findKeptWeights,
  type KeepWeightsOptions,
  type KeptWeights,
  keepWeights,
  weightsFolder,
} from './weights/kept-weights.js';
