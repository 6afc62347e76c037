import { visible } from '@mer/options';
import { scoreTitles } from '../summaries/score-names.js';
import { resamplesText } from '../summaries/score-text.js';
import type { RunComparison } from './compare-runs.js';

/**
 * Prints a comparison as plain text.
 *
 * @param comparison - as made by {@link compareRuns}
 * @returns lines joined by newlines, no newline at the end
 *
 * @example
 * ```ts no-run
 * import { comparisonText, compareRuns, readRun } from '@mer/experiments';
 *
 * console.log(comparisonText(compareRuns(await readRun('runs/a'), await readRun('runs/b'))));
 * ```
 */
export function comparisonText(comparison: RunComparison): string {
  const { first, second, seeds, n, subjects, classes, warnings, scores, mcNemar, bootstrap } = comparison;
  const several = seeds.length > 1;
  const { labelKind } = comparison;
  const anyNumber = labelKind === 'multiple';
  const rows = scoreTitles(labelKind).map(({ name, title }) => {
    const { first: a, second: b, difference, interval, permutation } = scores[name]!;
    return [
      title,
      a.toFixed(4),
      b.toFixed(4),
      signed(difference, 4),
      interval ? `[${signed(interval.lower, 3)}, ${signed(interval.upper, 3)}]` : 'none',
      probability(permutation.pValue),
    ];
  });
  const { exact, permutations, differing } = scores.uf1.permutation;
  const swaps = exact ? `all ${permutations} swaps` : `${permutations} swaps drawn`;
  const together = several ? ', all seeds of a subject drawn together' : '';
  const atOnce = several ? ' (all seeds at once)' : '';
  return [
    ...aligned([
      ['A', first.name, describe(first), first.dir],
      ['B', second.name, describe(second), second.dir],
    ]),
    `  n = ${n} samples, ${subjects} subjects, ${classes.length} ${anyNumber ? 'labels' : 'classes'} (${visible(classes.join(', '))}); ${several ? 'seeds' : 'seed'} ${seeds.join(', ')}`,
    ...warnings.map((warning) => `  WARNING: ${visible(warning)}`),
    '',
    ...aligned([['', 'A', 'B', 'B - A', `${bootstrap.level * 100} % interval`, 'p'], ...rows]),
    '',
    ...(several
      ? [`  Scores are means over the ${seeds.length} seeds; each seed of A is paired with the same seed of B.`]
      : []),
    `  interval: ${resamplesText(bootstrap)}${together}`,
    `  p: permutation test, A and B swapped per subject${atOnce}: ${swaps} of the ${differing} subjects that differ`,
    '',
    `  McNemar, exact, two-sided: ${anyNumber ? 'subset accuracy' : 'accuracy'} alone, samples taken as independent`,
    ...aligned([
      ['seed', 'only A right', 'only B right', 'p'],
      ...mcNemar.map(({ seed, onlyFirst, onlySecond, pValue }) => [
        String(seed),
        String(onlyFirst),
        String(onlySecond),
        probability(pValue),
      ]),
    ]),
    ...(several ? ['  One test for each seed; they are not combined, as all seeds test the same samples.'] : []),
  ].join('\n');
}

function describe({ model, protocol, epochChoice, epochs, backend }: RunComparison['first']): string {
  if (model === undefined) return 'a table of predictions';
  return `${model}; ${protocol}; epoch ${epochChoice} of ${epochs}; ${backend}`;
}

function signed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) > 0 ? `+${text}` : text;
}

function probability(p: number): string {
  return p < 0.0001 ? '< 0.0001' : p.toFixed(4);
}

function aligned(texts: readonly (readonly string[])[]): string[] {
  const rows = texts.map((row) => row.map(visible));
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const number = (column: number) => rows.slice(1).every((row) => /^[-+<\d.[\], ]+$/.test(row[column]!));
  return rows.map((row) =>
    `  ${row.map((cell, column) => (number(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join('  ')}`.trimEnd(),
  );
}

/**
 * Prints comparisons of many runs with the first as plain text: each, and where there are several their p-values side by side, corrected for their number.
 *
 * @param comparisons - as made by {@link compareWithFirst}; at least one
 * @returns lines joined by newlines, no newline at the end
 *
 * @example
 * ```ts no-run
 * import { comparisonsText, compareWithFirst, readRun } from '@mer/experiments';
 *
 * console.log(comparisonsText(compareWithFirst(await readRun('runs/a'), [await readRun('runs/b')])));
 * ```
 */
export function comparisonsText(comparisons: readonly RunComparison[]): string {
  const parts = comparisons.map(comparisonText);
  if (comparisons.length < 2) return parts.join('\n\n');
  const titles = scoreTitles(comparisons[0]!.labelKind);
  return [
    ...parts,
    [
      `${comparisons.length} comparisons with ${visible(comparisons[0]!.first.name)}: differences, and p corrected by Holm for their number`,
      ...aligned([
        ['', ...titles.flatMap(({ title }) => [title, 'p'])],
        ...comparisons.map(({ second, scores }) => [
          second.name,
          ...titles.flatMap(({ name }) => {
            const { difference, permutation } = scores[name]!;
            return [signed(difference, 4), probability(permutation.pCorrected ?? permutation.pValue)];
          }),
        ]),
      ]),
    ].join('\n'),
  ].join('\n\n');
}
