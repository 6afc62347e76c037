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

/**
 * Text with every character that TeX takes for a command, or for another character, written as one. Of characters beyond those that LaTeX knows in its old fonts some are
 * set in mathematics; XeTeX and LuaTeX set the others as they are, pdfTeX their numbers, instead of refusing the document.
 */
export function texText(text: string): string {
  const commands: Record<string, string> = {
    '\\': '\\textbackslash{}',
    '~': '\\textasciitilde{}',
    '^': '\\textasciicircum{}',
    '<': '\\textless{}',
    '>': '\\textgreater{}',
    '|': '\\textbar{}',
  };
  return oneLine(text)
    .replace(/[\\~^&%$#_{}<>|]/g, (character) => commands[character] ?? `\\${character}`)
    .replace(/-(?=-)/g, '-{}')
    .replace(/[^\x20-\x7E]/gu, unusualCharacter);
}

/** What pdfTeX sets without packages, in the fonts that LaTeX begins with. */
const KNOWN =
  /[\xA1-\xAA\xAC-\xBA\xBC-\xCF\xD1-\xDD\xDF-\xEF\xF1-\xFD\xFF-\u0103\u0106-\u010F\u0112-\u0117\u011A-\u0125\u0128-\u012D\u0130-\u0137\u0139-\u013E\u0141-\u0148\u014C-\u0165\u0168-\u0171\u0174-\u017E\u2013\u2014\u2018-\u201A\u201C-\u201E\u2020-\u2022\u2026\u20AC\u2122]/;

const MATHEMATICS: Readonly<Record<string, string>> = {
  '≤': 'leq',
  '≥': 'geq',
  '≠': 'neq',
  '≈': 'approx',
  '−': '-',
  '→': 'rightarrow',
  '←': 'leftarrow',
  '∞': 'infty',
  '√': 'surd',
  '∆': 'Delta',
  ...Object.fromEntries(
    'α alpha β beta γ gamma δ delta ε varepsilon ζ zeta η eta θ theta κ kappa λ lambda μ mu ν nu ξ xi π pi ρ rho σ sigma τ tau φ varphi χ chi ψ psi ω omega Γ Gamma Δ Delta Θ Theta Λ Lambda Σ Sigma Φ Phi Ψ Psi Ω Omega'
      .split(' ')
      .flatMap((name, i, all) => (i % 2 === 0 ? [[name, all[i + 1]!]] : [])),
  ),
};

function unusualCharacter(character: string): string {
  if (KNOWN.test(character)) return character;
  const name = MATHEMATICS[character];
  if (name !== undefined) return name === '-' ? '$-$' : `$\\${name}$`;
  const number = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return `\\ifdefined\\Umathcode ${character}\\else[U+${number}]\\fi{}`;
}

/** On one line, without characters that TeX does not read. */
function oneLine(text: string): string {
  return visible(text.replace(/\s+/g, ' '));
}
