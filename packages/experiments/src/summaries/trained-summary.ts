import { visible } from '@mer/options';
import type { ExpectedScore } from '@mer/predictor';
import type { LabelKind } from '@mer/training';
import { epochsOf } from '../run/fit-settings.js';
import type { RunData } from '../run/run-data.js';
import type { Expected, FoldPredictions, RunStage } from '../run/run-store.js';
import type { Experiment } from '../schema/experiment.js';
import { dataText, saysSomething } from './data-text.js';
import { type ScoreName, scoreTitles } from './score-names.js';
import type { ScoreCell } from './score-table.js';
import { cellText } from './score-text.js';
import { type RunStart, startOf } from './start-text.js';

/** What came of training on all subjects: networks, and no score. */
export interface TrainedSummary {
  /** Tells it from the summary of a run that tests. */
  tests: false;
  /** Name of the experiment. */
  name: string;
  /** Data set. */
  dataset: string;
  /** Model. */
  model: string;
  /** Protocol, which tests nobody. */
  protocol: string;
  /** Epochs trained, and over how many the schedule was laid. */
  epochs: number;
  schedule: number;
  /** Backend that ran. */
  backend: string;
  /** What the samples were read from. */
  data?: RunData;
  /** Where the run began, where that matters. */
  start?: RunStart;
  /** Class names, in the order of the logits. */
  classes: string[];
  /** `multiple` where samples have any number of labels; else absent. */
  labelKind?: LabelKind;
  /** Classes that no training sample has. */
  untrained: string[];
  /** Samples trained on. */
  n: number;
  /** Seeds, each a network. */
  seeds: number[];
  /** Networks done and planned. */
  networks: { done: number; total: number };
  /** What to expect of it on new people. */
  expected: Expected;
}

/** What {@link summarizeTraining} must know. */
export interface SummarizeTrainingOptions {
  experiment: Experiment;
  data?: RunData | undefined;
  classes: readonly string[];
  labelKind?: LabelKind | undefined;
  backend: string;
  stages?: readonly RunStage[] | undefined;
  expected: Expected;
}

/** What there is to say of a network that was trained on all subjects. */
export const NO_SCORE =
  'No score of its own belongs to this network: it was trained on every subject, so that nobody is left to test it on.';

/** Says what was trained, from the records of the trainings that are done. */
export function summarizeTraining(
  trainings: readonly FoldPredictions[],
  { experiment, data, classes, labelKind, backend, stages, expected }: SummarizeTrainingOptions,
): TrainedSummary {
  const { name, data: source, model, protocol, training, seeds } = experiment;
  const start = startOf(experiment, stages);
  const untrained = new Set(trainings.flatMap((one) => one.untrained ?? []));
  return {
    tests: false,
    name,
    dataset: source.name,
    model: model.name,
    protocol: protocol.name,
    epochs: epochsOf(training),
    schedule: training.epochs,
    backend,
    ...(data && { data }),
    ...(start && { start }),
    classes: [...classes],
    ...(labelKind === 'multiple' && { labelKind }),
    untrained: classes.filter((_, c) => untrained.has(c)),
    n: trainings[0]?.trained ?? 0,
    seeds: [...seeds],
    networks: { done: trainings.length, total: seeds.length },
    expected,
  };
}

/** What was trained as rows of a term and its text, and what to expect as a row for each score. */
export function trainedRows(summary: TrainedSummary): { about: [string, string][]; scores: [string, string][] } {
  const { dataset, model, protocol, epochs, schedule, backend, data, start, classes, n, seeds, networks } = summary;
  const { evaluation } = summary.expected;
  const subjects = data?.sets?.reduce((sum, set) => sum + set.subjects, 0);
  return {
    about: [
      ['data set', dataset],
      ['model', model],
      ['protocol', `${protocol}: trained on all subjects, tested on none`],
      ...(start ? [['start', start.text.replace('start: ', '')] as [string, string]] : []),
      ['epochs', epochs < schedule ? `${epochs}, of a schedule of ${schedule}` : String(epochs)],
      [
        'n',
        `${n} samples${subjects === undefined ? '' : `, ${subjects} subjects`}, ${classes.length} ${summary.labelKind === 'multiple' ? 'labels' : 'classes'} (${classes.join(', ')})`,
      ],
      ...(summary.untrained.length > 0
        ? [['untrained', `no training sample has ${summary.untrained.join(', ')}`] as [string, string]]
        : []),
      ...(data && saysSomething(data) ? [['clips', dataText(data)] as [string, string]] : []),
      [seeds.length > 1 ? 'seeds' : 'seed', seeds.join(', ')],
      ['networks', `${networks.done} of ${networks.total}${networks.done < networks.total ? ': INCOMPLETE' : ''}`],
      ['backend', backend],
    ],
    scores: scoreTitles(summary.labelKind).flatMap(({ name, title }) => {
      const score = evaluation?.scores[name as ScoreName];
      return score ? [[title, cellText(cellOf(score))] as [string, string]] : [];
    }),
  };
}

/** A score that is expected, as tables show scores. */
export function cellOf({ value, interval }: ExpectedScore): ScoreCell {
  return { value, ...(interval && { interval: { lower: interval[0], upper: interval[1] } }) };
}

/** What the evaluating run was, in words; undefined where there is none. */
export function evaluationText({ evaluation }: Expected): string | undefined {
  if (!evaluation) return undefined;
  const { run, protocol, dataset, n, subjects, seeds, hash } = evaluation;
  return `${run} on ${dataset}: ${protocol}, n = ${n} (${subjects} subjects), ${seeds.length > 1 ? `mean of seeds ${seeds.join(', ')}` : `seed ${seeds[0] ?? 'not known'}`}, run ${hash.slice(0, 12)}`;
}

/**
 * Prints what was trained on all subjects as plain text, and what to expect of it.
 *
 * @param summary - what {@link trainNetwork} gives
 * @returns lines joined by newlines, no newline at the end
 */
export function trainedText(summary: TrainedSummary): string {
  const { about, scores } = trainedRows(summary);
  const wide = Math.max(...about.map(([term]) => term.length));
  const by = evaluationText(summary.expected);
  const long = Math.max(0, ...scores.map(([name]) => name.length));
  return [
    visible(summary.name),
    ...about.map(([term, text]) => visible(`  ${term.padEnd(wide)}  ${text}`)),
    '',
    visible(summary.expected.note),
    ...(by === undefined ? [] : ['', visible(`  ${by}`)]),
    ...scores.map(([name, text]) => `  ${name.padEnd(long)}  ${text}`),
  ].join('\n');
}
