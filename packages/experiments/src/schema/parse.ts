import { findModel } from '@mer/models';
import { checkValue, findPart, optionIssues, type Part } from '@mer/options';
import {
  allClipAugmentations,
  type LabelKind,
  type SettingsFault,
  settingsFaults,
  trainingOptions,
} from '@mer/training';
import * as v from 'valibot';
import { experimentParts } from '../parts/part-kinds.js';
import type { Experiment, ExperimentSettings, ExperimentStage } from './experiment.js';
import { ExperimentError } from './experiment-error.js';
import { oldForms } from './old-forms.js';
import { expandPublished, publishedIssues } from './published.js';
import { DERIVED_OPTIONS, experimentSchema } from './schema.js';

/** Options of {@link parseExperiment}. */
export interface ParseExperimentOptions {
  /** What error messages call the experiment; a file name, as a rule. */
  source?: string;
  /** Anybody's own parts, which the experiment may name. */
  parts?: readonly Part[] | undefined;
}

/**
 * Checks plain data against the experiment schema and fills in the defaults.
 *
 * @param data - what a YAML or JSON file holds
 * @param options - how messages name the source; own parts
 * @returns the complete experiment
 * @throws {@link ExperimentError} that lists every offending key with its allowed values
 *
 * @example
 * ```ts
 * import { parseExperiment } from '@mer/experiments';
 *
 * const experiment = parseExperiment({
 *   name: 'tiny',
 *   data: { name: 'synthetic' },
 *   model: { name: 'ststnet' },
 *   training: { epochs: 1 },
 * });
 * console.log(experiment.protocol.name); // 'leave-one-subject-out'
 * ```
 */
export function parseExperiment(
  data: unknown,
  { source = 'the experiment', parts }: ParseExperimentOptions = {},
): Experiment {
  const old = oldForms(data);
  if (old.length > 0) {
    throw new ExperimentError(
      `Cannot use ${source} as it is written for an earlier version:\n${old.map((line) => `  ${line}`).join('\n')}`,
    );
  }
  const schema = experimentSchema(parts);
  const result = v.safeParse(schema, data);
  if (!result.success) {
    const lines = optionIssues(schema, data).flatMap(({ path, text }) => {
      if (path[0] === 'published' && path.length > 1) {
        return publishedLines(data, path[1] as number, parts) ?? line(path, text);
      }
      const derived = path[0] === 'model' && path[1] === 'options' && DERIVED_OPTIONS.includes(String(path[2]));
      return line(path, derived ? 'follows from the data and the seeds of the experiment: leave it out' : text);
    });
    throw new ExperimentError(`Cannot use ${source}:\n${[...new Set(lines)].join('\n')}`);
  }
  const wrong = result.output.published.flatMap((_, i) => publishedLines(data, i, parts) ?? []);
  if (wrong.length > 0) throw new ExperimentError(`Cannot use ${source}:\n${wrong.join('\n')}`);
  // options of a model stay as given: a preset may stand below them
  const { options = {} } = (data as { model: { options?: Experiment['model']['options'] } }).model;
  const { model, published } = result.output;
  const labelKind = labelKindOf(result.output, parts);
  const experiment: Experiment = {
    ...result.output,
    ...(labelKind === 'multiple' && defaultsForLabels(data, result.output, parts)),
    model: { ...model, options },
    published: expandPublished(published, findModel(model.name, { parts })),
  };
  const { stages: rawStages } = data as { stages?: unknown[] };
  const stages = experiment.stages?.map((stage, i) => withLabelDefaults(rawStages?.[i], stage, experiment, parts));
  const whole = stages ? { ...experiment, stages } : experiment;
  const faults = [...settingsFaults(experiment.training, parts, labelKind), ...viewFaults(experiment, parts)];
  const lines = [
    ...faults.map(({ path, text }) => line(['training', ...path], text)),
    ...(stages ?? []).flatMap((stage, i) => stageLines(stage, i, whole, parts)),
  ];
  if (lines.length === 0) return whole;
  throw new ExperimentError(`Cannot use ${source}:\n${lines.join('\n')}`);
}

/** The training of a stage, with the loss for the labels that its samples have where it names none. */
function withLabelDefaults(
  given: unknown,
  stage: ExperimentStage,
  { data }: Pick<Experiment, 'data'>,
  parts?: readonly Part[],
): ExperimentStage {
  const own = labelKindOf({ data: stage.data ?? data }, parts);
  if (own !== 'multiple' || (given as { training: { loss?: unknown } }).training.loss !== undefined) return stage;
  const loss = checkValue('train', 'loss', trainingOptions(parts).loss, 'binary-cross-entropy');
  return { ...stage, training: { ...stage.training, loss } };
}

/** What is wrong with a stage, one line each. */
function stageLines(stage: ExperimentStage, i: number, experiment: Experiment, parts?: readonly Part[]): string[] {
  const training = { ...stage.training, oracle: false };
  const labelKind = labelKindOf({ data: stage.data ?? experiment.data }, parts);
  const faults = [...settingsFaults(training, parts, labelKind), ...viewFaults({ training }, parts)];
  const twice = experiment.stages!.findIndex(({ name }) => name === stage.name) < i;
  return [
    ...faults.map(({ path, text }) => line(['stages', i, 'training', ...path], text)),
    ...(twice ? [line(['stages', i, 'name'], `must be another than that of a stage before: ${stage.name}`)] : []),
  ];
}

/** Whether the samples of an experiment have one label or any number, as its data set says; undefined where it does not say. */
function labelKindOf({ data }: Pick<Experiment, 'data'>, parts?: readonly Part[]): LabelKind | undefined {
  const { traits } = findPart('data set', experimentParts(parts).datasets, data.name);
  return traits.labelKind?.(data.options);
}

/** What holds for samples with any number of labels where the experiment says nothing: loss and threshold. */
function defaultsForLabels(given: unknown, { training, threshold }: ExperimentSettings, parts?: readonly Part[]) {
  const named = (given as { training: { loss?: unknown } }).training.loss !== undefined;
  const loss = named ? training.loss : checkValue('train', 'loss', trainingOptions(parts).loss, 'binary-cross-entropy');
  return { training: { ...training, loss }, threshold: threshold ?? 0.5 };
}

/** What is wrong with one published result, by the form that it has; undefined where nothing is. */
function publishedLines(data: unknown, i: number, parts?: readonly Part[]): string[] | undefined {
  const { model, published } = data as { model?: { name?: unknown }; published?: readonly unknown[] };
  const named = experimentParts(parts).models.find(({ name }) => name === model?.name);
  const issues = publishedIssues(published?.[i], named);
  return issues.length > 0 ? issues.map(({ path, text }) => line(['published', i, ...path], text)) : undefined;
}

/** A mean over phases needs phases. */
function viewFaults(
  { training: { augmentation } }: Pick<Experiment, 'training'>,
  parts?: readonly Part[],
): SettingsFault[] {
  const known = allClipAugmentations(parts);
  const several = augmentation.clips.some(
    (each) => (known.find(({ name }) => name === each.name)?.groups(each).length ?? 0) > 1,
  );
  if (augmentation.test !== 'mean' || several) return [];
  return [{ path: ['augmentation', 'test'], text: '`mean` needs phases among augmentation.clips' }];
}

const line = (path: readonly (string | number)[], text: string) => `  ${path.join('.') || 'the experiment'} ${text}`;
