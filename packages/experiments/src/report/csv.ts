import { subjectKey } from '@mer/metrics';
import { softmax } from '@mer/training';
import type { Run } from '../runs/read-run.js';
import { SCORE_NAMES, type ScoreName } from '../summaries/subject-intervals.js';
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
  const text = /^\s*[=+\-@]|^[\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** `scores.csv`: results of each seed and data set, then what they are to be read beside. */
export function scoresCsv({ summary, guessing }: ReportData): string {
  const { name, model, protocol, epochChoice, classes, n, subjects, seeds, perSeed, overSeeds, oracle, published } =
    summary;
  const about = [name, model, protocol, epochChoice, classes.length];
  const header = ['kind', 'run', 'model', 'protocol', 'epoch_choice', 'classes', 'seed', 'set', 'n', 'subjects'];
  const scoreHeader = SCORE_NAMES.flatMap((score) => [score, `${score}_lower`, `${score}_upper`, `${score}_std`]);
  const scoreRows = (kind: string, epoch: string, list: typeof perSeed | NonNullable<typeof oracle>['perSeed']) =>
    list.flatMap(({ seed, scores }) =>
      scores.map((row) => [
        kind,
        ...about.with(3, epoch),
        seed,
        row.name,
        row.n,
        row.subjects,
        ...SCORE_NAMES.flatMap((score) => [
          row[score],
          row.intervals?.[score].lower,
          row.intervals?.[score].upper,
          undefined,
        ]),
      ]),
    );
  return csvText([
    [...header, ...scoreHeader, 'source', 'caveat'],
    ...scoreRows('result', epochChoice, perSeed),
    ...(overSeeds
      ? [
          [
            'mean of seeds',
            ...about,
            seeds.join(' '),
            'all',
            n,
            subjects,
            ...SCORE_NAMES.flatMap((score) => {
              const { mean, std, interval } = overSeeds[score];
              return [mean, interval?.lower, interval?.upper, std];
            }),
          ],
        ]
      : []),
    ...scoreRows('not comparable', 'oracle', oracle?.perSeed ?? []),
    ['guessing the most frequent class', ...about.with(3, ''), undefined, 'all', n, subjects, ...alone(guessing)],
    ...published.map((entry) => [
      'published',
      name,
      '',
      '',
      '',
      '',
      undefined,
      '',
      undefined,
      undefined,
      ...alone(entry),
      entry.source,
      entry.caveat,
    ]),
  ]);
}

function alone(scores: { [score in ScoreName]?: number | undefined }): Cell[] {
  return SCORE_NAMES.flatMap((score) => [scores[score], undefined, undefined, undefined]);
}

/** `predictions.csv`: every prediction with logits and probabilities. */
export function predictionsCsv({ manifest: { classes }, folds }: Run): string {
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
      ...classes.map((name) => `logit ${name}`),
      ...classes.map((name) => `probability ${name}`),
    ],
    ...folds.flatMap(({ seed, fold, predictions }) =>
      predictions.map(({ id, dataset, subject, clip, truth, predicted, logits }) => [
        seed,
        fold,
        id,
        dataset,
        subject,
        clip,
        classes[truth]!,
        classes[predicted]!,
        truth === predicted ? 1 : 0,
        ...logits,
        ...softmax(logits),
      ]),
    ),
  ]);
}

/** `per-subject.csv`: right predictions of each subject, for each seed. */
export function perSubjectCsv({ subjects, summary: { seeds } }: ReportData): string {
  return csvText([
    ['dataset', 'subject', 'key', 'n', 'accuracy', ...seeds.map((seed) => `correct seed ${seed}`)],
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
