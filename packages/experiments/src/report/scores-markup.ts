import { type Interval, SCORE_NAMES } from '../summaries/subject-intervals.js';
import type { RunSummary, ScoreRow } from '../summaries/summary.js';
import { contextOf } from './context.js';
import { type Content, type Markup, markup } from './markup.js';
import type { ReportData } from './report-data.js';
import { four, tableMarkup } from './table-markup.js';

/** Scores of each seed and data set, their mean, and below them what they are to be read beside. */
export function scoresSection({ summary, guessing }: ReportData, figure: Content): Markup {
  const { perSeed, overSeeds, seeds, published, n, subjects } = summary;
  const mean = overSeeds && [
    markup`<tr class="total"><th scope="row">mean of ${seeds.length} seeds</th><td>all</td>${counts(n, subjects)}${SCORE_NAMES.map(
      (score) => {
        const { mean: value, std, interval } = overSeeds[score];
        return cell(value, interval, `std ${four(std)}`);
      },
    )}</tr>`,
  ];
  return markup`${figure}${scoreTable({
    caption: 'Scores, with confidence intervals below them',
    summary,
    bodies: [
      markup`<tbody>${seedRows(perSeed)}${mean}</tbody>`,
      markup`<tbody><tr><th scope="row">guessing</th><td colspan="3">always “${guessing.class}”</td>${SCORE_NAMES.map((score) => cell(guessing[score]))}</tr></tbody>`,
      markup`${published.length > 0 && markup`<tbody><tr><th scope="rowgroup" colspan="7" class="group">Published, for comparison; none of it was measured here</th></tr>${published.map((entry) => publishedRow(entry))}</tbody>`}`,
    ],
  })}`;
}

/** What epochs chosen on the test subjects gave, in a place of its own. */
export function oracleSection(summary: RunSummary): Markup | undefined {
  const { oracle } = summary;
  if (!oracle) return undefined;
  return markup`<div class="warning"><p><strong>Oracle, ${oracle.note}.</strong> In each fold the epoch with the most right predictions on the held-out subject itself was taken. Such scores are too
high by construction: even a network that has learned nothing ends above chance. They stand here only because much published code scores in this way.</p>
${scoreTable({ caption: `Oracle scores (${oracle.note})`, summary: { ...summary, epochChoice: 'oracle' }, bodies: [markup`<tbody>${seedRows(oracle.perSeed)}</tbody>`] })}</div>`;
}

/** A warning above everything else where folds are missing. */
export function missingNote({ summary: { folds } }: ReportData): Markup | undefined {
  if (folds.done >= folds.total) return undefined;
  return markup`<p class="warning"><strong>INCOMPLETE:</strong> ${folds.done} of ${folds.total} folds are done. Everything below covers these alone; subjects that are missing may be easier or harder.</p>`;
}

interface ScoreTable {
  caption: string;
  summary: RunSummary;
  bodies: readonly Markup[];
}

function scoreTable({ caption, summary, bodies }: ScoreTable): Markup {
  return tableMarkup(
    caption,
    markup`<caption><span>${caption}</span><small>${contextOf(summary)}</small></caption>
<thead><tr><th scope="col">seed</th><th scope="col">set</th><th scope="col" class="number">n</th><th scope="col" class="number">subjects</th><th scope="col" class="number">UF1</th><th scope="col" class="number">UAR</th><th scope="col" class="number">accuracy</th></tr></thead>
${bodies}`,
  );
}

function seedRows(perSeed: readonly { seed: number; scores: readonly ScoreRow[] }[]): Markup[] {
  return perSeed.flatMap(({ seed, scores }) =>
    scores.map(
      (row, i) =>
        markup`<tr${i === 0 && markup` class="whole"`}><th scope="row">${i === 0 && seed}</th><td>${row.name}</td>${counts(row.n, row.subjects)}${SCORE_NAMES.map((score) => cell(row[score], row.intervals?.[score]))}</tr>\n`,
    ),
  );
}

function publishedRow({ source, caveat, ...scores }: RunSummary['published'][number]): Markup {
  return markup`<tr><th scope="row" colspan="4" class="source">${source}<small>${caveat ?? 'No caveat is given: protocol and epoch choice behind these numbers were not checked.'}</small></th>${SCORE_NAMES.map((score) => cell(scores[score]))}</tr>\n`;
}

function counts(n: number, subjects: number): Markup {
  return markup`<td class="number">${n}</td><td class="number">${subjects}</td>`;
}

function cell(value: number | undefined, interval?: Interval, more?: string): Markup {
  const below = [interval && `${interval.lower.toFixed(3)} – ${interval.upper.toFixed(3)}`, more].filter(
    (text) => text !== undefined,
  );
  return markup`<td class="number">${value === undefined ? '–' : four(value)}${below.map((text) => markup`<small>${text}</small>`)}</td>`;
}
