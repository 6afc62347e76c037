import type { LabelKind } from '@mer/training';
import { guessText } from './guessing.js';
import { byScore, type ScoreName, scoreTitles } from './score-names.js';
import { spread } from './spread.js';
import type { Interval } from './subject-intervals.js';
import type { RunSummary, ScoreRow } from './summary.js';

/** One score in the table. */
export interface ScoreCell {
  /** The score. */
  value: number;
  /** Standard deviation over seeds. */
  std?: number | undefined;
  /** Confidence interval, drawing subjects. */
  interval?: Interval | undefined;
}

/** What the scores of a row are. */
export type ScoreRowKind =
  | 'result'
  | 'mean of seeds'
  | 'guessing the most frequent class'
  | 'guessing every label'
  | 'published'
  | 'not comparable';

/** One row of the table; what does not apply is left out. */
export interface ScoreTableRow {
  kind: ScoreRowKind;
  /** Name of the run. */
  run: string;
  model?: string;
  protocol?: string;
  epochChoice?: string;
  /** Where the run began, where that matters. */
  start?: string;
  /** Number of classes. */
  classes?: number;
  /** The seed; several as text, with spaces between them. */
  seed?: number | string;
  /** What the row is called in print. */
  label: string;
  /** `all`, or a data set within a composite set. */
  set?: string;
  scores: { readonly [name in ScoreName]?: ScoreCell | undefined };
  /** Samples. */
  n?: number;
  /** Subjects. */
  subjects?: number;
  /** Where the scores are from, if not from the run. */
  source?: string;
  /** What to know of the source. */
  caveat?: string | undefined;
}

/** Every score of a run and what it is to be read beside, as rows: what text, CSV, HTML, LaTeX and the figure draw. */
export interface ScoreTable {
  /** Each seed, all samples first, then each data set; then the means of the seeds. */
  measured: ScoreTableRow[];
  /** Always the most frequent class, or every label. */
  guessing: ScoreTableRow;
  /** As the experiment gives them. */
  published: ScoreTableRow[];
  /** Epochs chosen on the test subjects: never in one body with the others. */
  oracle: ScoreTableRow[];
}

/** One column of the table. */
export type ScoreColumn = {
  /** Name in files. */
  key: string;
  /** Heading in print. */
  title: string;
  /** Whether it stands in print, in files that programs read, or in both. */
  where: 'print' | 'file' | 'both';
} & (
  | { type: 'text'; of: (row: ScoreTableRow) => string | number | undefined }
  | { type: 'count'; of: (row: ScoreTableRow) => number | undefined }
  | { type: 'score'; of: (row: ScoreTableRow) => ScoreCell | undefined }
);

const columnsOf = (labelKind: LabelKind | undefined): readonly ScoreColumn[] => [
  { key: 'kind', title: 'kind', where: 'file', type: 'text', of: ({ kind }) => kind },
  { key: 'run', title: 'run', where: 'file', type: 'text', of: ({ run }) => run },
  { key: 'model', title: 'model', where: 'file', type: 'text', of: ({ model }) => model },
  { key: 'protocol', title: 'protocol', where: 'file', type: 'text', of: ({ protocol }) => protocol },
  { key: 'epoch_choice', title: 'epoch choice', where: 'file', type: 'text', of: ({ epochChoice }) => epochChoice },
  { key: 'start', title: 'start', where: 'file', type: 'text', of: ({ start }) => start },
  { key: 'classes', title: 'classes', where: 'file', type: 'count', of: ({ classes }) => classes },
  { key: 'seed', title: 'seed', where: 'file', type: 'text', of: ({ seed }) => seed },
  { key: 'label', title: 'scores of', where: 'print', type: 'text', of: ({ label }) => label },
  { key: 'set', title: 'set', where: 'both', type: 'text', of: ({ set }) => set },
  ...scoreTitles(labelKind).map(
    ({ name, key, title, fileOnly }): ScoreColumn => ({
      key,
      title,
      where: fileOnly ? 'file' : 'both',
      type: 'score',
      of: ({ scores }) => scores[name],
    }),
  ),
  { key: 'n', title: 'n', where: 'both', type: 'count', of: ({ n }) => n },
  { key: 'subjects', title: 'subjects', where: 'both', type: 'count', of: ({ subjects }) => subjects },
  { key: 'source', title: 'source', where: 'file', type: 'text', of: ({ source }) => source },
  { key: 'caveat', title: 'caveat', where: 'file', type: 'text', of: ({ caveat }) => caveat },
];

/** The columns for print, or for files, of a run of a label kind. */
export function scoreColumns(
  where: 'print' | 'file',
  { labelKind }: Pick<RunSummary, 'labelKind'> = {},
): ScoreColumn[] {
  return columnsOf(labelKind).filter((column) => column.where === where || column.where === 'both');
}

/** The table of a run. */
export function scoreTable(summary: RunSummary): ScoreTable {
  const { name, model, protocol, epochChoice, classes, labelKind, n, subjects, perSeed, oracle, published, start } =
    summary;
  const about = { run: name, model, protocol, classes: classes.length };
  const began = start && { start: start.text.replace('start: ', ''), ...(start.lacks && { caveat: start.text }) };
  return {
    measured: [
      ...seedRows(perSeed, { ...about, ...began, kind: 'result', epochChoice }, labelKind),
      ...meanRows(summary, { ...about, ...began, kind: 'mean of seeds', epochChoice }),
    ],
    guessing: {
      ...about,
      kind: labelKind === 'multiple' ? 'guessing every label' : 'guessing the most frequent class',
      label: 'guessing',
      set: 'all',
      n,
      subjects,
      source: guessText(summary.guessing),
      scores: cells(summary.guessing, labelKind),
    },
    published: published.map(({ source, caveat, ...scores }) => ({
      kind: 'published',
      run: name,
      label: 'published',
      source,
      caveat,
      scores: cells(scores, labelKind),
    })),
    oracle: seedRows(
      oracle?.perSeed ?? [],
      { ...about, ...began, kind: 'not comparable', epochChoice: 'oracle' },
      labelKind,
    ),
  };
}

/** What a paper quotes: all samples, then each data set; the means where there are several seeds. */
export function headlineRows({ measured }: ScoreTable): [whole: ScoreTableRow, ...sets: ScoreTableRow[]] {
  const means = measured.filter(({ kind }) => kind === 'mean of seeds');
  return (means.length > 0 ? means : measured) as [ScoreTableRow, ...ScoreTableRow[]];
}

type About = Pick<
  ScoreTableRow,
  'kind' | 'run' | 'model' | 'protocol' | 'epochChoice' | 'start' | 'caveat' | 'classes'
>;

function seedRows(
  perSeed: readonly { seed: number; scores: readonly ScoreRow[] }[],
  about: About,
  labelKind: LabelKind | undefined,
): ScoreTableRow[] {
  return perSeed.flatMap(({ seed, scores }) =>
    scores.map(({ name, n, subjects, intervals, ...values }) => ({
      ...about,
      seed,
      label: `seed ${seed}`,
      set: name,
      n,
      subjects,
      scores: byScore(labelKind, (score) => ({ value: values[score]!, interval: intervals?.[score] })),
    })),
  );
}

/** All samples, and each data set, over the seeds that tested it. */
function meanRows({ perSeed, overSeeds, labelKind }: RunSummary, about: About): ScoreTableRow[] {
  if (!overSeeds) return [];
  const sets = [...new Set(perSeed.flatMap(({ scores }) => scores.map(({ name }) => name)))];
  return sets.flatMap((set, i) => {
    const rows = perSeed.flatMap(({ seed, scores }) =>
      scores.filter(({ name }) => name === set).map((row) => ({ seed, row })),
    );
    if (rows.length < 2) return [];
    return {
      ...about,
      seed: rows.map(({ seed }) => seed).join(' '),
      label: `mean of ${rows.length} seeds`,
      set,
      n: rows[0]!.row.n,
      subjects: rows[0]!.row.subjects,
      scores: byScore(labelKind, (score) => {
        const { mean, std } = spread(rows.map(({ row }) => row[score]!));
        return { value: mean, std, interval: i === 0 ? overSeeds[score]!.interval : undefined };
      }),
    };
  });
}

function cells(
  scores: { readonly [name in ScoreName]?: number | undefined },
  labelKind: LabelKind | undefined,
): ScoreTableRow['scores'] {
  return byScore(labelKind, (score) => (scores[score] === undefined ? undefined : { value: scores[score] }));
}
