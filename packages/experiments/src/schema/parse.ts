import { optionIssues, type Part } from '@mer/options';
import { settingsFaults } from '@mer/training';
import * as v from 'valibot';
import { type Experiment, experimentSchema } from './schema.js';

/**
 * Thrown when an experiment, its options or its run folder cannot be used as given: the person who wrote them can mend it, and nothing has
 * been started.
 *
 * @example
 * ```ts
 * import { ExperimentError, parseExperiment } from '@mer/experiments';
 *
 * try {
 *   parseExperiment({ name: 'x' }, { source: 'x.yaml' });
 * } catch (error) {
 *   console.log(error instanceof ExperimentError); // true
 * }
 * ```
 */
export class ExperimentError extends Error {
  override name = 'ExperimentError';
}

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
  const schema = experimentSchema(parts);
  const result = v.safeParse(schema, data);
  const faults = result.success
    ? settingsFaults(result.output.training, parts).map(({ path, text }) => ({ path: ['training', ...path], text }))
    : optionIssues(schema, data);
  if (result.success && faults.length === 0) return result.output;
  const lines = faults.map(({ path, text }) => `  ${path.join('.') || 'the file'} ${text}`);
  throw new ExperimentError(`Cannot use ${source}:\n${lines.join('\n')}`);
}
