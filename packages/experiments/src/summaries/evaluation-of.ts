import type { Evaluation } from '@mer/predictor';
import { scoreTitles } from './score-names.js';
import { headlineRows, scoreTable } from './score-table.js';
import type { RunSummary } from './summary.js';

/** What a run says about networks of the same experiment: the scores of all its samples, of several seeds their mean. */
export function evaluationOf(summary: RunSummary, hash: string): Evaluation {
  const { name, protocol, epochChoice, dataset, n, subjects, seeds, labelKind } = summary;
  const [{ scores }] = headlineRows(scoreTable(summary));
  return {
    run: name,
    hash,
    protocol,
    epochChoice,
    dataset,
    n,
    subjects,
    seeds,
    scores: Object.fromEntries(
      scoreTitles(labelKind).flatMap(({ name: score }) => {
        const cell = scores[score];
        if (!cell) return [];
        const { value, interval } = cell;
        return [[score, { value, ...(interval && { interval: [interval.lower, interval.upper] as const }) }] as const];
      }),
    ),
  };
}
