import { join } from 'node:path';
import { checkSameModules, type OwnParts } from '../parts/own-modules.js';
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
 * Reads the manifest of a folder that must be a run's, and checks the whole of its experiment as that of a file is.
 *
 * @param dir - folder of the run
 * @param options - what is to be done; own parts
 * @throws {@link ExperimentError} where the folder holds no run, the run was made with other own parts, or its experiment is none of this version
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
  try {
    const source = `the experiment in ${join(dir, 'run.json')} (version ${manifest.versions['mer'] ?? 'unknown'})`;
    return { ...manifest, experiment: parseExperiment(manifest.experiment, { source, parts: own?.parts }) };
  } catch (cause) {
    if (!(cause instanceof ExperimentError)) throw cause;
    throw new ExperimentError(`${cause.message}\nRun the experiment again, or use the version of mer that wrote it.`, {
      cause,
    });
  }
}
