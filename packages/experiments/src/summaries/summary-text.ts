import { visible } from '@mer/options';
import { classesText, epochText, NESTED, untrainedText } from './context.js';
import { dataText, saysSomething } from './data-text.js';
import { drawnText } from './drawn-images.js';
import { type ScoreTableRow, scoreColumns, scoreTable } from './score-table.js';
import { bootstrapText, cellText, four } from './score-text.js';
import type { RunSummary, SeedSummary } from './summary.js';

/**
 * Prints the scores of a run as plain text: what was run, scores with confidence intervals in all and per data set, what guessing would give, published
 * results, confusion matrix, classes, and apart from all others what epochs chosen on the test subjects gave.
 *
 * @param summary - as made by {@link summarize}
 * @returns lines joined by newlines, no newline at the end
 *
 * @example
 * ```ts no-run
 * import { readRunSummary, summaryText } from '@mer/experiments';
 *
 * console.log(summaryText(await readRunSummary('runs/quickstart')));
 * ```
 */
export function summaryText(summary: RunSummary): string {
  const { name, folds, perSeed, oracle } = summary;
  const { measured, guessing, published, oracle: chosen } = scoreTable(summary);
  return [
    visible(name),
    ...aboutLines(summary),
    ...(folds.done < folds.total
      ? ['', `INCOMPLETE: ${folds.done} of ${folds.total} folds are done; the scores cover these.`]
      : []),
    '',
    ...scoreLines(summary, [...measured, guessing, ...published]),
    ...noteLines(summary),
    ...perSeed.flatMap((seed) => ['', ...classLines(seed, summary)]),
    ...(oracle ? ['', `ORACLE, ${oracle.note}`, ...scoreLines(summary, chosen)] : []),
  ].join('\n');
}

function aboutLines(summary: RunSummary): string[] {
  const { dataset, model, protocol, epochChoice, epochs, backend, classes, n, subjects, seeds, folds, data } = summary;
  const { untrained = [], start } = summary;
  return aligned(
    [
      ['data set', dataset],
      ['model', model],
      ['protocol', `${protocol}, ${folds.perSeed} folds`],
      ...(start ? [['start', start.text.replace('start: ', '')] as const] : []),
      [
        'epoch choice',
        epochChoice === 'given' || epochChoice === NESTED ? epochText(summary) : `${epochChoice} of ${epochs}`,
      ],
      ['n', `${n} samples, ${subjects} subjects, ${classesText(summary)} (${classes.join(', ')})`],
      ...(untrained.length > 0 ? [['untrained', untrainedText(untrained)] as const] : []),
      ...(data && saysSomething(data) ? [['clips', dataText(data)] as const] : []),
      [seeds.length > 1 ? 'seeds' : 'seed', seeds.join(', ')],
      ['backend', backend],
      ...(summary.drawn ? [['drawn images', drawnText(summary.drawn)] as const] : []),
    ],
    2,
  );
}

/** The rows in columns, and to the right of each where it is from, below it what to know of that. */
function scoreLines(summary: RunSummary, rows: readonly ScoreTableRow[]): string[] {
  const columns = scoreColumns('print', summary);
  const text = columns.findIndex(({ type }) => type !== 'text');
  const cells = rows.map((row) => [
    ...columns.map((column) => (column.type === 'score' ? cellText(column.of(row)) : String(column.of(row) ?? ''))),
    row.source ?? '',
  ]);
  const [head, ...lines] = aligned([[...columns.map(({ title }) => title), ''], ...cells], text, columns.length);
  return [
    head!,
    ...rows.flatMap(({ caveat }, i) => [
      lines[i]!,
      ...(caveat ? wrapped(caveat, 100).map((line) => `      ${line}`) : []),
    ]),
  ];
}

function noteLines({ seeds, perSeed, overSeeds, bootstrap }: RunSummary): string[] {
  const intervals = perSeed.some(({ scores }) => scores.some((row) => row.intervals));
  return [
    ...(overSeeds || intervals ? [''] : []),
    ...(overSeeds ? [`  ± standard deviation over ${seeds.length} seeds`] : []),
    ...(intervals ? [`  [ ] ${bootstrapText(bootstrap)}`] : []),
  ];
}

/** The confusion matrix with the scores of each class; of any number of labels, which have none, the scores of each label. */
function classLines({ seed, confusion, perClass }: SeedSummary, { classes, seeds }: RunSummary): string[] {
  const several = seeds.length > 1 ? [`seed ${seed}`] : [];
  if (!confusion) {
    return [
      ...several,
      ...aligned([
        ['label', 'samples', 'predicted', 'recall', 'precision', 'F1'],
        ...perClass.map(({ name, support, predicted, recall, precision, f1 }) => {
          return [name, String(support), String(predicted), four(recall), four(precision), four(f1)];
        }),
      ]),
    ];
  }
  return [
    ...several,
    ...aligned([
      ['truth \\ predicted', ...classes, 'recall', 'precision', 'F1'],
      ...confusion.map((row, i) => {
        const { recall, precision, f1 } = perClass[i]!;
        return [classes[i]!, ...row.map(String), four(recall), four(precision), four(f1)];
      }),
    ]),
  ];
}

/** Rows as aligned columns: the first `text` of them to the left, numbers to the right, those from `last` on to the left again. */
function aligned(texts: readonly (readonly string[])[], text = 1, last = Number.POSITIVE_INFINITY): string[] {
  const rows = texts.map((row) => row.map(visible));
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    `  ${row.map((cell, column) => (column < text || column >= last ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')}`.trimEnd(),
  );
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of visible(text.trim().replace(/\s+/g, ' ')).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
