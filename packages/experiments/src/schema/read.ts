import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemErrorText } from '@mer/io';
import { loadParts, NO_PARTS, type OwnParts } from '../parts/own-modules.js';
import type { Experiment } from './experiment.js';
import { ExperimentError } from './experiment-error.js';
import { withoutResultsOfOthers } from './others-results.js';
import { parseExperiment } from './parse.js';
import { parseYaml } from './parse-yaml.js';
import { experimentFile, recipeHint } from './recipes.js';
import { setValue } from './set-value.js';

/** Options of {@link readExperiment}. */
export interface ReadExperimentOptions {
  /** Settings that override the file, each `key=value`: `training.epochs=5`; the value is read as YAML. */
  set?: readonly string[];
  /** Told what a reader should know: published results that are left out as they are of another model than the settings name. */
  onNote?: ((text: string) => void) | undefined;
  /** Anybody's own parts, loaded by {@link loadParts}; needed where the file names modules under `use`. */
  own?: OwnParts | undefined;
}

/**
 * Reads an experiment file (YAML or JSON) with the files that it extends, applies settings and checks the whole. No code is loaded: an experiment that
 * names modules of own parts is read by {@link openExperiment}, or with these given as `own`.
 *
 * @param path - the file, or the name of a recipe ({@link listRecipes})
 * @param options - settings that override the file; own parts
 * @returns the complete experiment
 * @throws {@link ExperimentError} that names the file and the offending keys
 *
 * @example
 * ```ts
 * import { readExperiment } from '@mer/experiments';
 *
 * const experiment = await readExperiment('ststnet-megc2019', { set: ['training.epochs=5'] });
 * console.log(experiment.training.epochs); // 5
 * ```
 */
export async function readExperiment(
  path: string,
  { set = [], own, onNote }: ReadExperimentOptions = {},
): Promise<Experiment> {
  const { settings } = await readSettings(path, []);
  const data = set.reduce<unknown>(setValue, settings);
  const uses = usesOf(data);
  if (uses.length > 0 && !own) {
    throw new ExperimentError(
      `Cannot read ${path} as it names modules (use: ${uses.join(', ')}), whose code this function does not load: use openExperiment, or give them as own`,
    );
  }
  const parts = own?.parts;
  return parseExperiment(withoutResultsOfOthers(data, { before: settings, set, parts, onNote }), {
    source: path,
    parts,
  });
}

/** Options of {@link openExperiment}. */
export interface OpenExperimentOptions {
  /** Settings that override the file, each `key=value`. */
  set?: readonly string[];
  /** Further modules of own parts, relative to the working directory. */
  use?: readonly string[];
  /** Told what a reader should know: published results that are left out as they are of another model than the settings name. */
  onNote?: ((text: string) => void) | undefined;
}

/**
 * Reads an experiment file and loads the modules that it names under `use`, relative to the file that names them. This runs their code: open only
 * experiments of people whose code you would run.
 *
 * @param path - the file, or the name of a recipe ({@link listRecipes})
 * @param options - settings that override the file, further modules
 * @returns the complete experiment, and the parts that it may name
 * @throws {@link ExperimentError} that names the file and the offending keys, or the module that cannot be used
 *
 * @example
 * ```ts
 * import { openExperiment } from '@mer/experiments';
 *
 * const { experiment, own } = await openExperiment('first-steps');
 * console.log(experiment.name, own.parts.length); // first-steps 0
 * ```
 */
export async function openExperiment(
  path: string,
  { set = [], use = [], onNote }: OpenExperimentOptions = {},
): Promise<{ experiment: Experiment; own: OwnParts }> {
  const { settings, own, parse } = await openSettings(path, { use, set, onNote });
  return { experiment: parse(set.reduce<unknown>(setValue, settings), { source: path, set }), own };
}

/** An experiment file before its settings are checked, and what checks them once they are changed. */
export interface OpenSettings {
  /** What the files hold. */
  settings: unknown;
  /** The parts that it may name. */
  own: OwnParts;
  /** Checks data that the settings became by what was `set`. */
  parse(data: unknown, how: { source: string; set: readonly string[] }): Experiment;
}

/** Reads an experiment file and loads the modules that it names, with settings that may name others. */
export async function openSettings(
  path: string,
  { set = [], use = [], onNote }: OpenExperimentOptions = {},
): Promise<OpenSettings> {
  const { settings, usedBy } = await readSettings(path, []);
  const data = set.reduce<unknown>(setValue, settings);
  const own = joined([await loadParts(usesOf(data), { from: dirname(usedBy) }), await loadParts(use)]);
  const { parts } = own;
  return {
    settings,
    own,
    parse: (changed, { source, set: changes }) =>
      parseExperiment(withoutResultsOfOthers(changed, { before: settings, set: changes, parts, onNote }), {
        source,
        parts,
      }),
  };
}

/** The modules that settings name; what is wrong with them is told with everything else. */
function usesOf(data: unknown): string[] {
  const { use } = data as { use?: unknown };
  return Array.isArray(use) ? use.filter((each): each is string => typeof each === 'string' && each !== '') : [];
}

function joined(all: readonly OwnParts[]): OwnParts {
  const modules = all.flatMap((own) => own.modules);
  const seen = new Set<string>();
  const once = modules.filter(({ url }) => !seen.has(url) && seen.add(url));
  if (once.length === 0) return NO_PARTS;
  return { parts: [...new Set(all.flatMap((own) => own.parts))], modules: once };
}

/** The settings of a file, laid over those of the file that it extends. */
async function readSettings(
  path: string,
  above: readonly string[],
): Promise<{ settings: Settings /** The file whose `use` holds. */; usedBy: string }> {
  const here = await experimentFile(path);
  if (above.includes(here)) {
    throw new ExperimentError(
      `Cannot read ${above[0]} as its files extend one another in a circle: ${path} is one of them`,
    );
  }
  const settings = await readYaml(here, path);
  const base = settings['extends'];
  if (base === undefined) return { settings, usedBy: here };
  if (typeof base !== 'string') {
    throw new ExperimentError(`Cannot use ${path} as extends must be the path of another experiment file`);
  }
  const below = await readSettings(await experimentFile(base, dirname(here)), [...above, here]);
  return {
    settings: overlay(below.settings, settings),
    usedBy: Object.hasOwn(settings, 'use') ? here : below.usedBy,
  };
}

type Settings = Record<string, unknown>;

function isObject(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Objects are merged key by key, unless `name` tells that they are settings of different things. */
function overlay(below: Settings, above: Settings, top = true): Settings {
  if (!top && Object.hasOwn(above, 'name') && above['name'] !== below['name']) return above;
  const merged = new Map(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    const under = merged.get(key);
    merged.set(key, isObject(value) && isObject(under) ? overlay(under, value, false) : value);
  }
  // made of entries, a key __proto__ is a key like others, which the schema does not know
  return Object.fromEntries(merged);
}

/** Most bytes of an experiment file. */
const LONGEST = 4 * 2 ** 20;

async function readYaml(file: string, path: string): Promise<Settings> {
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > LONGEST) {
      throw new ExperimentError(
        `Cannot read the experiment ${path} as it must have at most ${LONGEST} bytes: it has ${size}`,
      );
    }
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof ExperimentError) throw cause;
    throw new ExperimentError(
      `Cannot read the experiment as ${path} must be a readable file: ${systemErrorText(cause)}${await recipeHint(path)}`,
      { cause },
    );
  }
  let data: unknown;
  try {
    data = parseYaml(text);
  } catch (cause) {
    throw new ExperimentError(`Cannot read ${path} as it must be YAML or JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new ExperimentError(`Cannot use ${path} as it must hold an object with name, data, model and training`);
  }
  return data as Settings;
}
