import { SCORE_NAMES } from '../summaries/subject-intervals.js';
import type { RunSummary } from '../summaries/summary.js';
import { bootstrapText } from '../summaries/summary-text.js';
import { contextOf } from './context.js';

/** `table.tex`: rows for a table, below comments that say what they are of. */
export function tableTex(summary: RunSummary): string {
  const { name, model, dataset, backend, folds, perSeed, overSeeds, bootstrap, seeds } = summary;
  const single = seeds.length === 1;
  const sets = perSeed[0]!.scores.map((row) => row.name);
  const comments = [
    `Scores of the run "${name}", written by mer report.`,
    `${model} on ${dataset}: ${contextOf(summary)}; backend: ${backend}.`,
    ...(folds.done < folds.total ? [`INCOMPLETE: ${folds.done} of ${folds.total} folds are done.`] : []),
    single ? `In brackets: ${bootstrapText(bootstrap)}.` : `Mean and standard deviation over ${seeds.length} seeds.`,
    'Columns: model & UF1 & UAR & accuracy',
  ];
  const whole = SCORE_NAMES.map((score) => {
    if (overSeeds) return `${four(overSeeds[score].mean)} $\\pm$ ${four(overSeeds[score].std)}`;
    const row = perSeed[0]!.scores[0]!;
    const interval = row.intervals?.[score];
    return (
      four(row[score]) +
      (interval ? ` {\\footnotesize [${interval.lower.toFixed(3)}, ${interval.upper.toFixed(3)}]}` : '')
    );
  });
  const parts = sets.flatMap((_, i) =>
    (['uf1', 'uar'] as const).map((score) => four(mean(perSeed.map(({ scores }) => scores[i]![score])))),
  );
  const lines = [...comments.map((text) => `% ${oneLine(text)}`), row([model, ...whole])];
  if (sets.length > 1) {
    lines.push(
      `% Columns: model${sets.map((set) => ` & ${oneLine(set)} UF1 & ${oneLine(set)} UAR`).join('')}${single ? '' : ' (means over seeds)'}`,
      row([model, ...parts]),
    );
  }
  return `${lines.join('\n')}\n`;

  function row([first, ...cells]: string[]): string {
    return `${texText(first!)} & ${cells.join(' & ')} \\\\`;
  }
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

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function four(value: number): string {
  return value.toFixed(4);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
