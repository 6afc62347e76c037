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
  const correct = confusion.reduce((sum, row, i) => sum + row[i]!, 0);
  return {
    scores: scoresFigure(summary, { theme }),
    'confusion-matrix': confusionMatrixFigure(confusion, { classes, theme }),
    ...(perSeed.length > 1 &&
      Object.fromEntries(
        perSeed.map(({ seed, confusion: ofSeed }) => [
          `confusion-matrix-seed-${seed}`,
          confusionMatrixFigure(ofSeed, { classes, theme, title: `Confusion matrix, seed ${seed}` }),
        ]),
      )),
    'class-scores': classScoresFigure(perClass, { theme }),
    'subject-accuracy': subjectAccuracyFigure(
      subjects.map(({ dataset, subject, accuracy, n }) => ({ name: subject, dataset, accuracy, n })),
      { overall: correct / confusion.flat().reduce((sum, count) => sum + count, 0), theme },
    ),
    ...(histories.length > 0 && {
      'learning-curves-loss': learningCurvesFigure(histories, { measure: 'loss', theme }),
      'learning-curves-accuracy': learningCurvesFigure(histories, { measure: 'accuracy', theme }),
    }),
  };
}
