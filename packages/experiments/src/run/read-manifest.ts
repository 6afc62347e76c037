import { join } from 'node:path';
import { checkSameModules, type OwnParts } from '../parts/own-modules.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { parseExperiment } from '../schema/parse.js';
import { type RunManifest, readManifest } from './run-store.js';

/** Options of {@link readRunManifest}. */
export interface ReadRunManifestOptions {
  /** What is to be done with the run, in messages: `report on`. */
  task: string;
  /** The own parts that the run was made with. */
  own?: OwnParts | undefined;
}

/**
 * Reads the manifest of a folder that must be a run's. Its numbers can be read whatever version or parts made it; what is to be made again with its
 * experiment asks {@link experimentOfRun} first.
 *
 * @param dir - folder of the run
 * @param options - what is to be done; own parts
 * @throws {@link ExperimentError} where the folder holds no run, or the run was made with other own parts
 *
 * @example
 * ```ts no-run
 * import { readRunManifest } from '@mer/experiments';
 *
 * const { experiment, classes } = await readRunManifest('runs/quickstart', { task: 'look at' });
 * ```
 */
export async function readRunManifest(dir: string, { task, own }: ReadRunManifestOptions): Promise<RunManifest> {
  const manifest = await readManifest(dir);
  if (!manifest) {
    throw new ExperimentError(`Cannot ${task} ${dir} as it must be the folder of a run: it holds no run.json`);
  }
  checkSameModules(dir, manifest.parts, own);
  return manifest;
}

/**
 * The experiment of a run, the whole of it checked as that of a file is: enough to prepare clips and make the network with.
 *
 * @param dir - folder of the run
 * @param manifest - its manifest
 * @param own - the own parts that the run was made with
 * @throws {@link ExperimentError} where the experiment is none of this version, with the keys
 *
 * @example
 * ```ts no-run
 * import { experimentOfRun, readRunManifest } from '@mer/experiments';
 *
 * const dir = 'runs/quickstart';
 * const { data } = experimentOfRun(dir, await readRunManifest(dir, { task: 'look at' }));
 * ```
 */
export function experimentOfRun(dir: string, { experiment, versions }: RunManifest, own?: OwnParts): Experiment {
  try {
    const source = `the experiment in ${join(dir, 'run.json')} (version ${versions['mer'] ?? 'unknown'})`;
    return parseExperiment(experiment, { source, parts: own?.parts });
  } catch (cause) {
    if (!(cause instanceof ExperimentError)) throw cause;
    throw new ExperimentError(`${cause.message}\nRun the experiment again, or use the version of mer that wrote it.`, {
      cause,
    });
  }
}
