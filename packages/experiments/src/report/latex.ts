import { visible } from '@mer/options';
import { contextOf } from '../summaries/context.js';
import { headlineRows, type ScoreCell, scoreColumns, scoreTable } from '../summaries/score-table.js';
import { bootstrapText, ends, four } from '../summaries/score-text.js';
import type { RunSummary } from '../summaries/summary.js';

/** `table.tex`: rows for a table, below comments that say what they are of. */
export function tableTex(summary: RunSummary): string {
  const { name, model, dataset, backend, folds, bootstrap, seeds } = summary;
  const [whole, ...sets] = headlineRows(scoreTable(summary));
  const columns = scoreColumns('print', summary).flatMap((column) => (column.type === 'score' ? [column] : []));
  const single = seeds.length === 1;
  const bySet = [whole, ...sets].flatMap((row) =>
    columns
      .filter(({ key }) => key !== 'accuracy')
      .map(({ title, of }) => ({ title: `${row.set} ${title}`, cell: of(row) })),
  );
  const comments = [
    `Scores of the run "${name}", written by mer report.`,
    `${model} on ${dataset}: ${contextOf(summary)}; backend: ${backend}.`,
    ...(folds.done < folds.total ? [`INCOMPLETE: ${folds.done} of ${folds.total} folds are done.`] : []),
    single ? `In brackets: ${bootstrapText(bootstrap)}.` : `Mean and standard deviation over ${seeds.length} seeds.`,
    `Columns: model & ${columns.map(({ title }) => title).join(' & ')}`,
  ];
  const lines = [
    ...comments.map(comment),
    row(
      model,
      columns.map(({ of }) => cellTex(of(whole))),
    ),
  ];
  if (sets.length > 0) {
    lines.push(
      comment(`Columns: model & ${bySet.map(({ title }) => title).join(' & ')}${single ? '' : ' (means over seeds)'}`),
      row(
        model,
        bySet.map(({ cell }) => (cell ? four(cell.value) : '')),
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** A score with its standard deviation where there are several seeds, else with its interval. */
function cellTex(cell: ScoreCell | undefined): string {
  if (!cell) return '';
  const { value, std, interval } = cell;
  if (std !== undefined) return `${four(value)} $\\pm$ ${four(std)}`;
  return `${four(value)}${interval ? ` {\\footnotesize [${ends(interval).join(', ')}]}` : ''}`;
}

function row(first: string, cells: readonly string[]): string {
  return `${texText(first)} & ${cells.join(' & ')} \\\\`;
}

function comment(text: string): string {
  return `% ${oneLine(text)}`;
}

/** Text with every character that TeX takes for a command written as one. */
export function texText(text: string): string {
  const commands: Record<string, string> = {
    '\\': '\\textbackslash{}',
    '~': '\\textasciitilde{}',
    '^': '\\textasciicircum{}',
  };
  return oneLine(text).replace(/[\\~^&%$#_{}]/g, (character) => commands[character] ?? `\\${character}`);
}

/** On one line, without characters that TeX does not read. */
function oneLine(text: string): string {
  return visible(text.replace(/\s+/g, ' '));
}
