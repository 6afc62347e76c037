import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { ExperimentError, parseExperiment } from './parse.js';
import type { Experiment } from './schema.js';
import { setValue } from './set-value.js';

/** Options of {@link readExperiment}. */
export interface ReadExperimentOptions {
  /** Settings that override the file, each `key=value`; see {@link setValue}. */
  set?: readonly string[];
}

/**
 * Reads an experiment file (YAML or JSON), applies settings and checks the whole.
 *
 * @param path - the file
 * @param options - settings that override the file
 * @returns the complete experiment
 * @throws {@link ExperimentError} that names the file and the offending keys
 *
 * @example
 * ```ts
 * import { readExperiment } from '@mer/training';
 *
 * const experiment = await readExperiment('recipes/ststnet-megc2019.yaml', { set: ['training.epochs=5'] });
 * console.log(experiment.training.epochs); // 5
 * ```
 */
export async function readExperiment(path: string, { set = [] }: ReadExperimentOptions = {}): Promise<Experiment> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ExperimentError(`Cannot read the experiment as ${path} must be a readable file`, { cause });
  }
  let data: unknown;
  try {
    data = parse(text, { maxAliasCount: 100 });
  } catch (cause) {
    throw new ExperimentError(`Cannot read ${path} as it must be YAML or JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new ExperimentError(`Cannot use ${path} as it must hold an object with name, data, model and training`);
  }
  return parseExperiment(set.reduce<unknown>(setValue, data), { source: path });
}
