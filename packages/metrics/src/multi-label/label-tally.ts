import { type Classes, classNames, type Label, labelIndices } from '../labels.js';

/** What was true and what was predicted of samples that have any number of labels: for each sample a list. */
export interface MultiLabelPredictions {
  /** The annotated labels of every sample, in any order; empty for a sample that has none. */
  truth: readonly (readonly Label[])[];
  /** The predicted labels of every sample, in the same order of samples. */
  predicted: readonly (readonly Label[])[];
  /** All labels of the experiment, also those that no sample has. */
  classes: Classes;
}

/** Predictions of several labels, counted: for each label over the samples, and for each sample over the labels. */
export interface LabelTally {
  /** Names of the labels. */
  classes: readonly string[];
  /** For each label: samples that have it and are predicted to, that have it, and that are predicted to. */
  labels: readonly { hits: number; support: number; predicted: number }[];
  /** For each sample: labels that it has and is predicted to have, that it has, and that it is predicted to have. */
  samples: readonly { hits: number; support: number; predicted: number }[];
}

/** What every score of several labels takes: predictions, or what {@link labelTally} or {@link multiLabelScores} counted. */
export type MultiLabelOutcome = MultiLabelPredictions | LabelTally;

/**
 * Counts predictions of several labels; every score of several labels follows from these counts.
 *
 * @throws RangeError for a label outside `classes` or twice in a sample, lists of different length, or no sample at all.
 * @throws TypeError for a sample whose labels are no list.
 *
 * @example
 * ```ts
 * import { labelTally } from '@mer/metrics';
 *
 * const { labels } = labelTally({ truth: [['AU4', 'AU7'], []], predicted: [['AU4'], ['AU7']], classes: ['AU4', 'AU7'] });
 * console.log(labels[0]); // { hits: 1, support: 1, predicted: 1 }
 * console.log(labels[1]); // { hits: 0, support: 1, predicted: 1 }
 * ```
 */
export function labelTally(outcome: MultiLabelOutcome): LabelTally {
  if ('labels' in outcome) return outcome;
  const { truth, predicted, classes } = outcome;
  const names = classNames(classes);
  const [rows, columns] = [labelSets(truth, classes, 'truth'), labelSets(predicted, classes, 'predicted')];
  if (rows.length !== columns.length) {
    throw new RangeError(
      `Cannot count labels as predicted must be as long as truth (${rows.length}): current value is ${columns.length}`,
    );
  }
  if (rows.length === 0) {
    throw new RangeError('Cannot score predictions as there must be at least one sample: current value is none');
  }
  const labels = names.map(() => ({ hits: 0, support: 0, predicted: 0 }));
  const samples = rows.map((row, index) => {
    const column = columns[index]!;
    let hits = 0;
    for (const label of row) {
      labels[label]!.support += 1;
      if (!column.has(label)) continue;
      labels[label]!.hits += 1;
      hits += 1;
    }
    for (const label of column) labels[label]!.predicted += 1;
    return { hits, support: row.size, predicted: column.size };
  });
  return { classes: names, labels, samples };
}

function labelSets(lists: MultiLabelPredictions['truth'], classes: Classes, argument: string): Set<number>[] {
  if (!Array.isArray(lists)) {
    throw new TypeError(`Cannot read labels as ${argument} must be an array: current value is ${String(lists)}`);
  }
  return lists.map((list: readonly Label[], index) => {
    const indices = labelIndices(list, classes, `${argument}[${index}]`);
    const set = new Set(indices);
    if (set.size === indices.length) return set;
    throw new RangeError(
      `Cannot read labels as ${argument}[${index}] must hold each label once: current value is [${list.join(', ')}]`,
    );
  });
}
