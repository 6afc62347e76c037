import { existsSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { hashOf } from '@mer/options';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';

/** Where a worker has data: of data sets by name, and folders in which the paths of experiments hold. */
export interface WorkerData {
  readonly named: ReadonlyMap<string, string>;
  readonly folders: readonly string[];
}

/**
 * Reads where a worker has data.
 *
 * @param given - each `name=folder`, or a folder
 * @throws {@link ExperimentError} where there is no such folder
 */
export function workerData(given: readonly string[]): WorkerData {
  const named = new Map<string, string>();
  const folders: string[] = [];
  for (const text of given) {
    const [, name, path] = /^(?:([a-z0-9][a-z0-9-]*)=)?(.+)$/s.exec(text) ?? [];
    const folder = resolve(path ?? '');
    if (!path || !existsSync(folder)) {
      throw new ExperimentError(
        `Cannot use --data ${text} as it must be a folder of this machine, or the name of a data set and its folder (casme2=/data/CASME2): there is no ${folder}`,
      );
    }
    if (name === undefined) folders.push(realpathSync(folder));
    else named.set(name, folder);
  }
  return { named, folders };
}

/**
 * An experiment that came from another machine, with the paths of this one: what it names is read only where the worker was told that its data lies, and
 * what it would write goes to the worker's cache.
 *
 * @throws {@link ExperimentError} that names the data set, or the folder, and says how to give it
 */
export function onThisMachine(experiment: Experiment, data: WorkerData, cache: string): Experiment {
  const { stages } = experiment;
  return {
    ...experiment,
    data: dataHere(experiment.data, data, cache),
    ...(stages && {
      stages: stages.map((stage) => ({ ...stage, ...(stage.data && { data: dataHere(stage.data, data, cache) }) })),
    }),
  };
}

function dataHere(given: Experiment['data'], { named, folders }: WorkerData, cache: string): Experiment['data'] {
  const { name, root, landmarks, options } = given;
  const own = named.get(name);
  const within = (path: string) => folders.some((folder) => isWithin(folder, path));
  const missing = (what: string, cure: string) =>
    new ExperimentError(`Cannot use data set ${name} as this worker has not been told ${what}: start it with ${cure}`);
  if (own === undefined && root !== undefined && !within(root)) {
    throw missing('where it lies', `--data ${name}=<its folder here>, or with --data <a folder that holds ${root}>`);
  }
  const links = options['followLinks'];
  for (const link of Array.isArray(links) ? links : links === undefined ? [] : [links]) {
    if (typeof link === 'string' && within(link)) continue;
    throw missing(`of ${String(link)}, into which its links lead`, `--data <a folder that holds ${String(link)}>`);
  }
  if (typeof landmarks === 'string' && !within(landmarks)) {
    throw missing(`of its landmarks ${landmarks}`, `--data <a folder that holds ${landmarks}>`);
  }
  return {
    ...given,
    ...(root !== undefined || own !== undefined ? { root: own ?? root } : {}),
    ...(typeof landmarks === 'object' && {
      landmarks: { ...landmarks, folder: join(cache, 'landmarks', hashOf([name, landmarks]).slice(0, 32)) },
    }),
  };
}

/** Whether a path of another machine is, on this one, a folder or one below it; links are followed before that is asked. */
function isWithin(folder: string, path: string): boolean {
  if (!isAbsolute(path)) return false;
  let real: string;
  try {
    real = realpathSync(path);
  } catch {
    return false;
  }
  const way = relative(folder, real);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
