export { type FinishedFold, type Run, readRun } from '../runs/read-run.js';
export type { Guessing } from '../summaries/guessing.js';
export { summarizeRun } from '../summaries/read-summary.js';
export type { ScoreName } from '../summaries/score-names.js';
export type { BootstrapSettings, Interval } from '../summaries/subject-intervals.js';
export type { OracleSummary } from '../summaries/summary.js';
export { type BuildReportOptions, buildReport, writeReport } from './build-report.js';
export { type ComparedRun, compareRuns, type RunComparison, type ScoreDifference } from './compare-runs.js';
export { comparisonText } from './comparison-text.js';
export { type ClassBars, type ClassScoresFigureOptions, classScoresFigure } from './figures/class-scores-figure.js';
export { type ConfusionMatrixFigureOptions, confusionMatrixFigure } from './figures/confusion-matrix-figure.js';
export { type LearningCurvesFigureOptions, learningCurvesFigure } from './figures/learning-curves-figure.js';
export { type ScoresFigureOptions, scoresFigure } from './figures/scores-figure.js';
export {
  type SubjectAccuracyFigureOptions,
  type SubjectBar,
  subjectAccuracyFigure,
} from './figures/subject-accuracy-figure.js';
export { pageTheme, paperTheme, type Theme } from './figures/theme.js';
export type { GalleryItem } from './gallery-item.js';
export { type MakeGalleryOptions, makeGallery } from './make-gallery.js';
export {
  type ReportData,
  type ReportDataOptions,
  reportData,
  type SubjectResult,
  type Verdict,
} from './report-data.js';
