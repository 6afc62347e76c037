import { dirname, join } from 'node:path';
import { makeFolder, writeFileAtomic } from '@mer/io';
import type { Run } from '../run/read-run.js';
import { perSubjectCsv, predictionsCsv, scoresCsv } from './csv.js';
import { pageTheme, paperTheme } from './figures/theme.js';
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
 * const files = await buildReport(await readRun('runs/quickstart'));
 * console.log(files['table.tex']);
 * ```
 */
export async function buildReport(
  run: Run,
  { gallery = [], data = reportData(run) }: BuildReportOptions = {},
): Promise<Record<string, string>> {
  // what draws is loaded where something is drawn
  const { drawFigures } = await import('./figures/draw-figures.js');
  return {
    'report.html': reportHtml(data, { figures: drawFigures(run, data, pageTheme), gallery }),
    'report.json': `${JSON.stringify(data, null, 1)}\n`,
    'scores.csv': scoresCsv(data),
    'predictions.csv': predictionsCsv(run),
    'per-subject.csv': perSubjectCsv(data),
    'table.tex': tableTex(data.summary),
    ...Object.fromEntries(
      Object.entries(drawFigures(run, data, paperTheme)).map(([name, svg]) => [`figures/${name}.svg`, svg]),
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
 * await writeReport('report', await buildReport(await readRun('runs/quickstart')));
 * ```
 */
export async function writeReport(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await makeFolder(dirname(join(dir, path)));
    await writeFileAtomic(join(dir, path), content);
  }
}
