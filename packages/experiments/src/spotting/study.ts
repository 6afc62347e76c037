import { readFile } from 'node:fs/promises';
import { systemErrorText } from '@mer/io';
import {
  choice,
  group,
  integer,
  named,
  option,
  optionIssues,
  optionsSchema,
  type Part,
  text,
  withParts,
} from '@mer/options';
import { type SpotterDefinition, type SpotterLearning, spotters } from '@mer/spotting';
import * as v from 'valibot';
import { experimentParts } from '../parts/part-kinds.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { parseYaml, YamlError } from '../schema/parse-yaml.js';
import { listStudies } from '../schema/recipes.js';
import { RUN_NAME } from '../schema/schema.js';
import { setValue } from '../schema/set-value.js';

/** A study of a spotter, complete: a data set of long videos, a spotter, and the options that are chosen on training subjects. */
export interface SpottingStudy {
  /** Names the folder of the study. */
  readonly name: string;
  readonly description?: string | undefined;
  readonly data: {
    readonly name: string;
    readonly root?: string | undefined;
    /** Folder of landmark files: `<subject>/<recording>.json` and so on. */
    readonly landmarks?: string | undefined;
    readonly options: Readonly<Record<string, unknown>>;
  };
  readonly spotter: {
    readonly name: string;
    readonly options: Readonly<Record<string, unknown>>;
    /** Of one that learns: files of weights that its networks begin with; `{subject}` and `{number}` stand for the test subject and its number. */
    readonly weights?: Readonly<Record<string, string>> | undefined;
  };
  /** What networks begin with and are shown, where the spotter learns. */
  readonly seed: number;
  /** For each option the values that are tried, each with each. */
  readonly choose: Readonly<Record<string, readonly unknown[]>>;
  /** What F1 options are chosen by. */
  readonly by: 'all' | 'micro' | 'macro';
}

/** Options of {@link readSpottingStudy}. */
export interface ReadStudyOptions {
  /** Settings that override the file, each `key=value`. */
  set?: readonly string[];
  /** Anybody's own parts, which the study may name. */
  parts?: readonly Part[] | undefined;
}

/** Every spotter that a study can name. */
export function allSpotters(parts: readonly Part[] = []): readonly SpotterDefinition[] {
  return withParts(['spotter'], spotters, parts) as readonly SpotterDefinition[];
}

/** Files of weights to begin with, by network. */
const weightsOf = ({ networks }: SpotterLearning) =>
  group(
    'Weights that its networks begin with, safetensors, PyTorch or Keras, relative to the working directory; `{subject}` in a path is the test subject, `{number}` its number among the subjects, from 1. With 0 epochs they stay as they are.',
    Object.fromEntries(
      Object.keys(networks).map((network) => [network, text(`Those of the network ${network}.`, { optional: true })]),
    ),
    { optional: true },
  );

function entriesOf(parts: readonly Part[] | undefined) {
  const sets = experimentParts(parts).datasets.filter(({ samples }) => samples === 'recordings');
  const where = {
    root: text('Folder of the release; `--data` overrides it. Relative to the working directory.', { optional: true }),
    landmarks: text(
      'Folder of landmark files, `<subject>/<recording>.json`, .pts, .txt or .csv with 68 points of a frame or several. Relative to the working directory.',
      { optional: true },
    ),
  };
  return {
    name: text('Names the study: `runs/<name>`.', {
      pattern: RUN_NAME,
      expected: 'letters, digits, dots, dashes and underscores, 100 at most, as it names a folder',
    }),
    description: text('What it is.', { optional: true }),
    data: named(
      'The data set of long videos.',
      Object.fromEntries(
        sets.map(({ name, options }) => [name, { ...where, options: group('Options of the data set.', options) }]),
      ),
      {},
    ),
    spotter: named(
      'The spotter.',
      Object.fromEntries(
        allSpotters(parts).map(({ name, options, learning }) => [
          name,
          { ...(learning && { weights: weightsOf(learning) }), options: group('Options of the spotter.', options) },
        ]),
      ),
      {},
    ),
    seed: integer('What the networks of a spotter that learns begin with, and which moments they are shown.', {
      min: 0,
      default: 0,
    }),
    choose: option(
      'For each option of the spotter the values that are tried, each with each, on the training subjects of each fold.',
      v.record(v.string(), v.pipe(v.array(v.unknown()), v.minLength(1))),
      'lists of values by option',
      { default: {} },
    ),
    by: choice('What F1 they are chosen by.', ['all', 'micro', 'macro'], { default: 'all' }),
  };
}

/**
 * Checks plain data against the form of a study of a spotter, and fills in the defaults.
 *
 * @param data - what a YAML or JSON file holds
 * @param source - what messages call it
 * @param parts - anybody's own parts
 * @throws {@link ExperimentError} that lists every offending key
 *
 * @example
 * ```ts
 * import { parseSpottingStudy } from '@mer/experiments';
 *
 * const study = parseSpottingStudy({
 *   name: 'region-flow',
 *   data: { name: 'cas-me2-recordings', root: 'data/CASME2-long' },
 *   spotter: { name: 'region-flow' },
 *   choose: { sensitivity: [0.7, 1, 1.4] },
 * });
 * console.log(study.by); // all
 * ```
 */
export function parseSpottingStudy(data: unknown, source = 'the study', parts?: readonly Part[]): SpottingStudy {
  const schema = optionsSchema(entriesOf(parts));
  const result = v.safeParse(schema as v.GenericSchema, data);
  const lines = result.success
    ? []
    : optionIssues(schema, data).map(({ path, text }) => `  ${path.join('.') || 'the whole'} ${text}`);
  const study = result.output as SpottingStudy;
  if (result.success) lines.push(...candidateFaults(study, parts));
  if (lines.length > 0) throw new ExperimentError(`Cannot use ${source}:\n${[...new Set(lines)].join('\n')}`);
  return study;
}

/** Candidates that are no options of the spotter, need a new measurement, or have wrong values. */
function candidateFaults({ spotter, choose }: SpottingStudy, parts: readonly Part[] | undefined): string[] {
  const { options, decides } = allSpotters(parts).find(({ name }) => name === spotter.name)!;
  return Object.entries(choose).flatMap(([name, values]) => {
    if (!decides.includes(name)) {
      return [
        `  choose.${name} must be one of ${decides.join(', ')}: those of ${spotter.name} that need no new measurement`,
      ];
    }
    return values.flatMap((value, i) => {
      const [issue] = optionIssues(optionsSchema({ [name]: options[name]! }), { [name]: value });
      return issue ? [`  choose.${name}.${i} ${issue.text}`] : [];
    });
  });
}

/**
 * Reads a study of a spotter from a file (YAML or JSON), or one that comes with this package by its name (`region-flow-cas-me2`), with settings.
 *
 * @throws {@link ExperimentError} that names the file and the offending keys
 */
export async function readSpottingStudy(
  given: string,
  { set = [], parts }: ReadStudyOptions = {},
): Promise<SpottingStudy> {
  const path = (await listStudies()).find(({ name }) => name === given)?.path ?? given;
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ExperimentError(`Cannot read ${path} as ${systemErrorText(cause)}`, { cause });
  }
  let data: unknown;
  try {
    data = parseYaml(content);
  } catch (cause) {
    if (!(cause instanceof YamlError)) throw cause;
    throw new ExperimentError(`Cannot read ${path} as it must be YAML or JSON: ${cause.message}`, { cause });
  }
  return parseSpottingStudy(set.reduce<unknown>(setValue, data), path, parts);
}
