/**
 * The figures of a report, as SVG. They lie beside the index as they load what draws them.
 *
 * @module @mer/experiments/figures
 */

export {
  type ClassBars,
  type ClassScoresFigureOptions,
  classScoresFigure,
} from './report/figures/class-scores-figure.js';
export { type ConfusionMatrixFigureOptions, confusionMatrixFigure } from './report/figures/confusion-matrix-figure.js';
export { type LearningCurvesFigureOptions, learningCurvesFigure } from './report/figures/learning-curves-figure.js';
export { type ScoresFigureOptions, scoresFigure } from './report/figures/scores-figure.js';
export {
  type SubjectAccuracyFigureOptions,
  type SubjectBar,
  subjectAccuracyFigure,
} from './report/figures/subject-accuracy-figure.js';
export { pageTheme, paperTheme, type Theme } from './report/figures/theme.js';
export { type Timeline, type TimelineFigureOptions, timelineFigure } from './report/figures/timeline-figure.js';
