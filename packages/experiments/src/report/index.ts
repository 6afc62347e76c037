export { type FinishedFold, type Run, readRun, readTrainedRun } from '../run/read-run.js';
export type { Guessing } from '../summaries/guessing.js';
export { summarizeRun } from '../summaries/read-summary.js';
export type { ScoreName } from '../summaries/score-names.js';
export type { BootstrapSettings, Interval } from '../summaries/subject-intervals.js';
export type { OracleSummary } from '../summaries/summary.js';
export { type BuildReportOptions, buildReport, writeReport } from './build-report.js';
export type { ComparedRun } from './comparable.js';
export { compareRuns, compareWithFirst, type RunComparison, type ScoreDifference } from './compare-runs.js';
export { comparisonsText, comparisonText } from './comparison-text.js';
export type { GalleryItem } from './gallery-item.js';
export { type MakeGalleryOptions, makeGallery } from './make-gallery.js';
export { type PredictedRow, type PredictionTable, readPredictions } from './read-predictions.js';
export {
  type ReportData,
  type ReportDataOptions,
  reportData,
  type SubjectResult,
  type Verdict,
} from './report-data.js';
export { buildTrainedReport, type TrainedReportData, trainedReportData } from './trained-report.js';
