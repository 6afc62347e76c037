import type { Run } from '../run/read-run.js';
import type { Experiment } from '../schema/experiment.js';
import {
  evaluationText,
  NO_SCORE,
  summarizeTraining,
  type TrainedSummary,
  trainedRows,
} from '../summaries/trained-summary.js';
import { pageTheme, paperTheme, type Theme } from './figures/theme.js';
import { environmentSection } from './html.js';
import { markup } from './markup.js';
import { pageHead } from './page-head.js';
import { environmentOf, type ReportData } from './report-data.js';
import { dataTable, figureMarkup } from './table-markup.js';

/** Everything that the report of a training on all subjects shows, as plain data. */
export interface TrainedReportData extends Pick<ReportData, 'environment' | 'missing'> {
  /** Version of this layout. */
  format: 1;
  /** What was trained, and what to expect of it. */
  summary: TrainedSummary;
  experiment: Experiment;
}

/**
 * Collects what a report of a training on all subjects shows.
 *
 * @param run - as read by {@link readTrainedRun}
 */
export function trainedReportData(run: Run): TrainedReportData {
  const { manifest, folds, missing } = run;
  const { experiment, data, classes, labelKind, backend, stages } = manifest;
  const expected = manifest.expected ?? { note: NO_SCORE, evaluation: null };
  const about = { experiment, data, classes, labelKind, backend: backend.name, stages, expected };
  return {
    format: 1,
    summary: summarizeTraining(folds, about),
    missing,
    environment: environmentOf(run),
    experiment,
  };
}

/**
 * Makes the files of the report of a training on all subjects: `report.html`, `report.json`, and its learning curves as `figures/<name>.svg`. There are no
 * tables of scores, as it has none of its own.
 *
 * @param run - as read by {@link readTrainedRun}
 * @param data - what the report shows; made of the run by default
 * @returns the content of each file by its path within the report
 */
export async function buildTrainedReport(
  run: Run,
  data: TrainedReportData = trainedReportData(run),
): Promise<Record<string, string>> {
  const { learningCurvesFigure } = await import('./figures/learning-curves-figure.js');
  const histories = run.folds.map(({ history }) => history).filter((history) => history.length > 0);
  const draw = (theme: Theme): Record<string, string> =>
    histories.length === 0
      ? {}
      : {
          'learning-curves-loss': learningCurvesFigure(histories, { measure: 'loss', theme }),
          'learning-curves-accuracy': learningCurvesFigure(histories, { measure: 'accuracy', theme }),
        };
  return {
    'report.html': trainedHtml(data, draw(pageTheme)),
    'report.json': `${JSON.stringify(data, null, 1)}\n`,
    ...Object.fromEntries(Object.entries(draw(paperTheme)).map(([name, svg]) => [`figures/${name}.svg`, svg])),
  };
}

function trainedHtml(data: TrainedReportData, figures: Readonly<Record<string, string>>): string {
  const { summary, experiment, environment } = data;
  const { about, scores } = trainedRows(summary);
  const by = evaluationText(summary.expected);
  const title = (term: string) => (term === 'n' ? 'Samples' : term.slice(0, 1).toUpperCase() + term.slice(1));
  return markup`${pageHead(`${summary.name}: trained on all subjects`, 'img-src data:')}
<body>
<main>
<header>
<h1>${summary.name}</h1>
${experiment.description !== undefined && markup`<p class="lead">${experiment.description}</p>`}
<dl>${about.map(([term, text]) => markup`<div><dt>${title(term)}</dt><dd>${text}</dd></div>`)}</dl>
</header>
<section id="expected"><h2>What to expect of it</h2>
<p>${summary.expected.note}</p>
${by !== undefined && dataTable({ caption: 'Scores of the evaluating run', context: by, header: ['score', 'value and interval'], rows: scores })}</section>
${
  figures['learning-curves-loss'] !== undefined &&
  markup`<section id="curves"><h2>Learning curves</h2><div class="side">${figureMarkup('learning-curves-loss', figures['learning-curves-loss'])}${figureMarkup('learning-curves-accuracy', figures['learning-curves-accuracy']!)}</div>
<p class="note">Of the training samples alone: nobody is left to validate or test on.</p></section>`
}
<section id="environment"><h2>Environment</h2>${environmentSection(data)}</section>
<footer><p class="note">Written by mer ${environment.versions['mer'] ?? ''}.</p></footer>
</main>
</body>
</html>
`.text;
}
