import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
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
 * Reads an experiment file (YAML or JSON) with the files that it extends, applies settings and checks the whole.
 *
 * @param path - the file
 * @param options - settings that override the file
 * @returns the complete experiment
 * @throws {@link ExperimentError} that names the file and the offending keys
 *
 * @example
 * ```ts
 * import { readExperiment } from '@mer/experiments';
 *
 * const experiment = await readExperiment('recipes/ststnet-megc2019.yaml', { set: ['training.epochs=5'] });
 * console.log(experiment.training.epochs); // 5
 * ```
 */
export async function readExperiment(path: string, { set = [] }: ReadExperimentOptions = {}): Promise<Experiment> {
  const data = await readSettings(path, []);
  return parseExperiment(set.reduce<unknown>(setValue, data), { source: path });
}

/** The settings of a file, laid over those of the file that it extends. */
async function readSettings(path: string, above: readonly string[]): Promise<Settings> {
  const here = resolve(path);
  if (above.includes(here)) {
    throw new ExperimentError(
      `Cannot read ${above[0]} as its files extend one another in a circle: ${path} is one of them`,
    );
  }
  const settings = await readYaml(path);
  const base = settings['extends'];
  if (base === undefined) return settings;
  if (typeof base !== 'string') {
    throw new ExperimentError(`Cannot use ${path} as extends must be the path of another experiment file`);
  }
  return overlay(await readSettings(resolve(dirname(here), base), [...above, here]), settings);
}

type Settings = Record<string, unknown>;

function isObject(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Objects are merged key by key, unless `name` tells that they are settings of different things. */
function overlay(below: Settings, above: Settings, top = true): Settings {
  if (!top && 'name' in above && above['name'] !== below['name']) return above;
  const merged = { ...below };
  for (const [key, value] of Object.entries(above)) {
    if (key === '__proto__') continue;
    const under = below[key];
    merged[key] = isObject(value) && isObject(under) ? overlay(under, value, false) : value;
  }
  return merged;
}

async function readYaml(path: string): Promise<Settings> {
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
  return data as Settings;
}
