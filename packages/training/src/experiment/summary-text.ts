import type { RunSummary } from './summary.js';

/**
 * Prints the scores of a run as plain text: what was run, scores in all and per data set, confusion matrix, classes, published results.
 *
 * @param summary - as made by {@link summarise}
 * @returns lines joined by newlines, no newline at the end
 *
 * @example
 * ```ts no-run
 * import { readRunSummary, summaryText } from '@mer/training';
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
    published,
  } = summary;
  const lines = [
    name,
    ...table([
      ['data set', dataset],
      ['model', model],
      ['protocol', `${protocol}, ${folds.total / seeds.length} folds`],
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
      ...table([
        ['', 'UF1', 'UAR', 'accuracy', 'n', 'subjects'],
        ...scores.map((row) => [
          row.name,
          four(row.uf1),
          four(row.uar),
          four(row.accuracy),
          String(row.n),
          String(row.subjects),
        ]),
      ]),
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
        ['UF1', 'UAR', 'accuracy'],
        [overSeeds.uf1, overSeeds.uar, overSeeds.accuracy].map(({ mean, sd }) => `${four(mean)} ± ${four(sd)}`),
      ]),
    );
  }
  if (published.length > 0) {
    lines.push('', 'published, for comparison');
    for (const { source, caveat, uf1, uar, accuracy } of published) {
      const scores = Object.entries({ UF1: uf1, UAR: uar, accuracy }).filter(([, value]) => value !== undefined);
      lines.push(`  ${scores.map(([key, value]) => `${key} ${four(value!)}`).join('  ')}  ${source}`);
      if (caveat) lines.push(...wrap(caveat, 100).map((line) => `    ${line}`));
    }
  }
  return lines.join('\n');
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
