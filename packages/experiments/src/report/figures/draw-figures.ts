import type { Run } from '../../run/read-run.js';
import type { ReportData } from '../report-data.js';
import { classScoresFigure } from './class-scores-figure.js';
import { confusionMatrixFigure } from './confusion-matrix-figure.js';
import { learningCurvesFigure } from './learning-curves-figure.js';
import { scoresFigure } from './scores-figure.js';
import { subjectAccuracyFigure } from './subject-accuracy-figure.js';
import type { Theme } from './theme.js';

/** Every figure of a report by its name, as SVG. */
export function drawFigures(
  { folds }: Run,
  { summary, confusion, perClass, subjects }: ReportData,
  theme: Theme,
): Record<string, string> {
  const { classes, perSeed } = summary;
  const histories = folds.map(({ history }) => history).filter((history) => history.length > 0);
  const tested = subjects.reduce((sum, { n }) => sum + n, 0);
  const overall = subjects.reduce((sum, { n, accuracy }) => sum + n * accuracy, 0) / tested;
  return {
    scores: scoresFigure(summary, { theme }),
    ...(confusion && { 'confusion-matrix': confusionMatrixFigure(confusion, { classes, theme }) }),
    ...(confusion &&
      perSeed.length > 1 &&
      Object.fromEntries(
        perSeed.map(({ seed, confusion: ofSeed }) => [
          `confusion-matrix-seed-${seed}`,
          confusionMatrixFigure(ofSeed!, { classes, theme, title: `Confusion matrix, seed ${seed}` }),
        ]),
      )),
    'class-scores': classScoresFigure(perClass, {
      theme,
      ...(summary.labelKind === 'multiple' && { title: 'Recall, precision and F1 of each label' }),
    }),
    'subject-accuracy': subjectAccuracyFigure(
      subjects.map(({ dataset, subject, accuracy, n }) => ({ name: subject, dataset, accuracy, n })),
      { overall, theme, ...(summary.labelKind === 'multiple' && { title: 'Right labels of each subject' }) },
    ),
    ...(histories.length > 0 && {
      'learning-curves-loss': learningCurvesFigure(histories, { measure: 'loss', theme }),
      'learning-curves-accuracy': learningCurvesFigure(histories, { measure: 'accuracy', theme }),
    }),
  };
}
