import { subjectKey } from '@mer/metrics';
import { labelText } from '@mer/predictor';
import { probabilitiesOf, sameLabel } from '@mer/training';
import type { Run } from '../run/read-run.js';
import type { FoldPredictions } from '../run/run-store.js';
import { scoreColumns, scoreTable } from '../summaries/score-table.js';
import type { ReportData } from './report-data.js';

type Cell = string | number | undefined;

/**
 * Rows as CSV (RFC 4180: comma, CRLF, quotes doubled). A text that a spreadsheet would take for a formula (it begins with =, +, -, @, tab or return) gets an
 * apostrophe before it; numbers stay as they are. Rows shorter than the first are filled up.
 */
export function csvText(rows: readonly (readonly Cell[])[]): string {
  const columns = rows[0]?.map((_, i) => i) ?? [];
  return rows.map((row) => `${columns.map((i) => cellText(row[i])).join(',')}\r\n`).join('');
}

function cellText(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  const text = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** `scores.csv`: every row of the table of scores, those that are not comparable last. */
export function scoresCsv({ summary }: Pick<ReportData, 'summary'>): string {
  const { measured, guessing, published, oracle } = scoreTable(summary);
  const columns = scoreColumns('file', summary);
  return csvText([
    columns.flatMap(({ key, type }) =>
      type === 'score' ? [key, `${key}_lower`, `${key}_upper`, `${key}_std`] : [key],
    ),
    ...[...measured, guessing, ...published, ...oracle].map((row) =>
      columns.flatMap((column): Cell[] => {
        if (column.type !== 'score') return [column.of(row)];
        const { value, interval, std } = column.of(row) ?? {};
        return [value, interval?.lower, interval?.upper, std];
      }),
    ),
  ]);
}

/** What {@link predictionsCsv} needs of a run or an evaluation. */
export interface PredictedFolds {
  manifest: Pick<Run['manifest'], 'classes' | 'labelKind'>;
  folds: readonly Pick<FoldPredictions, 'seed' | 'fold' | 'predictions'>[];
}

/**
 * `predictions.csv`: every prediction with the annotation of its clip (frame numbers of the data set; empty where there is none), logits and probabilities.
 */
export function predictionsCsv({ manifest: { classes, labelKind }, folds }: PredictedFolds): string {
  return csvText([
    [
      'seed',
      'fold',
      'id',
      'dataset',
      'subject',
      'clip',
      'truth',
      'predicted',
      'correct',
      'onset',
      'apex',
      'offset',
      'fps',
      ...classes.map((name) => `logit ${name}`),
      ...classes.map((name) => `probability ${name}`),
    ],
    ...folds.flatMap(({ seed, fold, predictions }) =>
      predictions.map(({ id, dataset, subject, clip, truth, predicted, logits, marks }) => [
        seed,
        fold,
        id,
        dataset,
        subject,
        clip,
        labelText(truth, classes),
        labelText(predicted, classes),
        sameLabel(truth, predicted) ? 1 : 0,
        marks?.onset,
        marks?.apex ?? undefined,
        marks?.offset,
        marks?.fps,
        ...logits,
        ...probabilitiesOf(logits, { labelKind }),
      ]),
    ),
  ]);
}

/** `per-subject.csv`: right predictions of each subject, of any number of labels right decisions about them, for each seed. */
export function perSubjectCsv({ subjects, summary: { seeds, labelKind } }: ReportData): string {
  const correct = labelKind === 'multiple' ? 'correct labels' : 'correct';
  return csvText([
    ['dataset', 'subject', 'key', 'n', 'accuracy', ...seeds.map((seed) => `${correct} seed ${seed}`)],
    ...subjects.map(({ dataset, subject, n, accuracy, perSeed }) => [
      dataset,
      subject,
      subjectKey({ dataset, subject }),
      n,
      accuracy,
      ...seeds.map((seed) => perSeed.find((other) => other.seed === seed)?.correct),
    ]),
  ]);
}
