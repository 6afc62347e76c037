import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '@mer/io';
import type { Run } from '../runs/read-run.js';
import { perSubjectCsv, predictionsCsv, scoresCsv } from './csv.js';
import { classScoresFigure } from './figures/class-scores-figure.js';
import { confusionMatrixFigure } from './figures/confusion-matrix-figure.js';
import { learningCurvesFigure } from './figures/learning-curves-figure.js';
import { scoresFigure } from './figures/scores-figure.js';
import { subjectAccuracyFigure } from './figures/subject-accuracy-figure.js';
import { pageTheme, paperTheme, type Theme } from './figures/theme.js';
import type { GalleryItem } from './gallery-item.js';
import { reportHtml } from './html.js';
import { tableTex } from './latex.js';
import { type ReportData, reportData } from './report-data.js';

/** Options of {@link buildReport}. */
export interface BuildReportOptions {
  /** Samples with pictures; none by default. */
  gallery?: readonly GalleryItem[];
  /** What the report shows; made of the run by default. */
  data?: ReportData;
}

/**
 * Makes the files of a report: `report.html` (one page with everything, nothing loaded from elsewhere), `report.json`, `scores.csv`, `predictions.csv`,
 * `per-subject.csv`, `table.tex`, and every figure as `figures/<name>.svg`.
 *
 * @param run - as read by {@link readRun}
 * @param options - samples with pictures
 * @returns the content of each file by its path within the report
 *
 * @example
 * ```ts no-run
 * import { buildReport, readRun } from '@mer/experiments';
 *
 * const files = buildReport(await readRun('runs/quickstart'));
 * console.log(files['table.tex']);
 * ```
 */
export function buildReport(
  run: Run,
  { gallery = [], data = reportData(run) }: BuildReportOptions = {},
): Record<string, string> {
  const figures = figuresOf(run, data);
  return {
    'report.html': reportHtml(data, { figures: drawn(figures, pageTheme), gallery }),
    'report.json': `${JSON.stringify(data, null, 1)}\n`,
    'scores.csv': scoresCsv(data),
    'predictions.csv': predictionsCsv(run),
    'per-subject.csv': perSubjectCsv(data),
    'table.tex': tableTex(data.summary),
    ...Object.fromEntries(
      Object.entries(drawn(figures, paperTheme)).map(([name, svg]) => [`figures/${name}.svg`, svg]),
    ),
  };
}

/**
 * Writes the files of a report, each whole or not at all.
 *
 * @param dir - folder, made where it is not there
 * @param files - as made by {@link buildReport}
 *
 * @example
 * ```ts no-run
 * import { buildReport, readRun, writeReport } from '@mer/experiments';
 *
 * await writeReport('report', buildReport(await readRun('runs/quickstart')));
 * ```
 */
export async function writeReport(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFileAtomic(join(dir, path), content);
  }
}

type Figures = Record<string, (theme: Theme) => string>;

function drawn(figures: Figures, theme: Theme): Record<string, string> {
  return Object.fromEntries(Object.entries(figures).map(([name, draw]) => [name, draw(theme)]));
}

function figuresOf({ folds }: Run, { summary, confusion, perClass, subjects }: ReportData): Figures {
  const { classes, perSeed } = summary;
  const histories = folds.map(({ history }) => history).filter((history) => history.length > 0);
  const correct = confusion.reduce((sum, row, i) => sum + row[i]!, 0);
  return {
    scores: (theme) => scoresFigure(summary, { theme }),
    'confusion-matrix': (theme) => confusionMatrixFigure(confusion, { classes, theme }),
    ...(perSeed.length > 1 &&
      Object.fromEntries(
        perSeed.map(({ seed, confusion: ofSeed }) => [
          `confusion-matrix-seed-${seed}`,
          (theme: Theme) => confusionMatrixFigure(ofSeed, { classes, theme, title: `Confusion matrix, seed ${seed}` }),
        ]),
      )),
    'class-scores': (theme) => classScoresFigure(perClass, { theme }),
    'subject-accuracy': (theme) =>
      subjectAccuracyFigure(
        subjects.map(({ dataset, subject, accuracy, n }) => ({ name: subject, dataset, accuracy, n })),
        { overall: correct / confusion.flat().reduce((sum, count) => sum + count, 0), theme },
      ),
    ...(histories.length > 0 && {
      'learning-curves-loss': (theme: Theme) => learningCurvesFigure(histories, { measure: 'loss', theme }),
      'learning-curves-accuracy': (theme: Theme) => learningCurvesFigure(histories, { measure: 'accuracy', theme }),
    }),
  };
}
