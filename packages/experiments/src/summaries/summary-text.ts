import { guessing } from './guessing.js';
import { type Interval, SCORE_NAMES, SCORE_TITLES } from './subject-intervals.js';
import type { OracleSummary, RunSummary, ScoreRow } from './summary.js';

/**
 * Prints the scores of a run as plain text: what was run, scores with confidence intervals in all and per data set, confusion matrix, classes, published
 * results, and apart from all others what epochs chosen on the test subjects gave.
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
  const {
    name,
    dataset,
    model,
    protocol,
    epochChoice,
    epochs,
    backend,
    classes,
    n,
    subjects,
    seeds,
    folds,
    perSeed,
    overSeeds,
    bootstrap,
    oracle,
    published,
  } = summary;
  const lines = [
    name,
    ...table([
      ['data set', dataset],
      ['model', model],
      ['protocol', `${protocol}, ${folds.perSeed} folds`],
      ['epoch choice', epochChoice === 'given' ? 'weights as given' : `${epochChoice} of ${epochs}`],
      ['n', `${n} samples, ${subjects} subjects, ${classes.length} classes (${classes.join(', ')})`],
      [seeds.length > 1 ? 'seeds' : 'seed', seeds.join(', ')],
      ['backend', backend],
    ]),
  ];
  if (folds.done < folds.total)
    lines.push('', `INCOMPLETE: ${folds.done} of ${folds.total} folds are done; the scores cover these.`);
  for (const { seed, scores, confusion, perClass } of perSeed) {
    lines.push('', ...(perSeed.length > 1 ? [`seed ${seed}`] : []));
    lines.push(
      ...scoreTable(scores),
      '',
      ...table([
        ['truth \\ predicted', ...classes, 'recall', 'precision', 'F1'],
        ...confusion.map((row, i) => {
          const { recall, precision, f1 } = perClass[i]!;
          return [classes[i]!, ...row.map(String), four(recall), four(precision), four(f1)];
        }),
      ]),
    );
  }
  if (overSeeds) {
    lines.push('', `mean and standard deviation over ${seeds.length} seeds`);
    lines.push(
      ...table([
        SCORE_NAMES.map((score) => SCORE_TITLES[score]),
        SCORE_NAMES.map((score) => {
          const { mean, std, interval } = overSeeds[score];
          return `${four(mean)} ± ${four(std)}${between(interval)}`;
        }),
      ]),
    );
  }
  const { class: most, ...guessed } = guessing(perSeed[0]!.confusion, classes);
  lines.push(
    '',
    `always guessing ${most}, the most frequent class: ${SCORE_NAMES.map((score) => `${SCORE_TITLES[score]} ${four(guessed[score])}`).join('  ')}`,
  );
  if (perSeed.some(({ scores }) => scores.some(({ intervals }) => intervals)))
    lines.push('', `[ ] ${bootstrapText(bootstrap)}`);
  if (published.length > 0) {
    lines.push('', 'published, for comparison');
    for (const { source, caveat, uf1, uar, accuracy } of published) {
      const scores = Object.entries({ UF1: uf1, UAR: uar, accuracy }).filter(([, value]) => value !== undefined);
      lines.push(`  ${scores.map(([key, value]) => `${key} ${four(value!)}`).join('  ')}  ${source}`);
      if (caveat) lines.push(...wrap(caveat, 100).map((line) => `    ${line}`));
    }
  }
  if (oracle) lines.push('', ...oracleLines(oracle));
  return lines.join('\n');
}

/** How the intervals of a summary were made, in words. */
export function bootstrapText({ level, resamples, seed }: RunSummary['bootstrap']): string {
  return `${level * 100} % confidence interval: percentiles of ${resamples} bootstrap resamples of subjects (seed ${seed})`;
}

function scoreTable(scores: readonly ScoreRow[]): string[] {
  return table([
    ['', ...SCORE_NAMES.map((score) => SCORE_TITLES[score]), 'n', 'subjects'],
    ...scores.map((row) => [
      row.name,
      ...SCORE_NAMES.map((score) => four(row[score]) + between(row.intervals?.[score])),
      String(row.n),
      String(row.subjects),
    ]),
  ]);
}

function oracleLines({ note, perSeed }: OracleSummary): string[] {
  return [
    `ORACLE, ${note}`,
    ...perSeed.flatMap(({ seed, scores }) => [...(perSeed.length > 1 ? [`seed ${seed}`] : []), ...scoreTable(scores)]),
  ];
}

function between(interval: Interval | undefined): string {
  return interval ? ` [${interval.lower.toFixed(3)}, ${interval.upper.toFixed(3)}]` : '';
}

/** Rows as aligned columns: the first to the left, the others to the right when they are numbers. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    `  ${row.map((cell, column) => (column === 0 || row.length === 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')}`.trimEnd(),
  );
}

function four(value: number): string {
  return value.toFixed(4);
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
