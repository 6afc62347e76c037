import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { OwnParts } from '../parts/own-modules.js';
import type { Predictor } from '../predict/predictor.js';
import { experimentOfRun, readRunManifest } from '../run/read-manifest.js';
import { finalFold, foldFolder } from '../run/run-store.js';
import { ExperimentError } from '../schema/experiment-error.js';
import type { ExportAsOptions } from './export-as.js';

/** Options of {@link openExportable}. */
export interface OpenExportableOptions {
  /** The network of this fold, named after the subject that it has not seen; that which was trained on all samples by default. */
  fold?: string | undefined;
  /** Of which seed; needed where there are several. */
  seed?: number | undefined;
  /** The own parts that the run was made with. */
  own?: OwnParts | undefined;
}

/** One network of a run. */
export interface Exportable extends Pick<ExportAsOptions, 'shapes' | 'member'> {
  predictor: Predictor;
}

/**
 * Opens one network of a run, to be exported.
 *
 * @param run - folder of a run
 * @param options - which network; own parts
 * @returns the network, and what {@link exportAs} is told of it
 * @throws {@link ExperimentError} where the folder holds no run or no such network, and where several are meant
 *
 * @example
 * ```ts no-run
 * import { exportAs, openExportable } from '@mer/experiments';
 *
 * const { predictor, ...options } = await openExportable('runs/quickstart', { fold: 'sub01' });
 * const { files } = await exportAs(predictor, 'onnx', options);
 * ```
 */
export async function openExportable(
  run: string,
  { fold, seed, own }: OpenExportableOptions = {},
): Promise<Exportable> {
  const manifest = await readRunManifest(run, { task: 'export the network of', own });
  const experiment = experimentOfRun(run, manifest, own);
  const { classes, labelKind, folds, inputs: shapes } = manifest;
  const name = fold ?? finalFold;
  const fileOf = (each: number) => join(foldFolder(run, each, name), 'weights.safetensors');
  const planned =
    fold === undefined ? experiment.seeds : folds.filter((one) => one.name === fold).map((one) => one.seed);
  if (planned.length === 0) {
    const names = [...new Set(folds.map((one) => one.name))];
    const shown = `${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`;
    throw new ExperimentError(`Cannot export fold ${fold} of ${run} as it must be one of ${shown}`);
  }
  const done = planned.filter((each) => existsSync(fileOf(each)));
  const seeds = seed === undefined ? done : done.filter((each) => each === seed);
  if (seeds.length === 0) {
    const which = seed === undefined ? '' : ` with seed ${seed}`;
    throw new ExperimentError(
      fold === undefined
        ? `Cannot export the network of ${run}${which} as one must be trained on all samples: mer train trains one, and mer run --final; --fold <subject> takes that of a fold`
        : `Cannot export fold ${fold} of ${run}${which} as it must be done: it has no weights`,
    );
  }
  if (seeds.length > 1) {
    throw new ExperimentError(
      `Cannot export ${run} as one network must be meant: say of which seed, ${seeds.join(' or ')}`,
    );
  }
  return {
    predictor: {
      experiment,
      classes,
      labelKind,
      weights: fold === undefined ? 'final' : 'folds',
      files: [fileOf(seeds[0]!)],
      own,
    },
    ...(shapes && { shapes }),
    member: { seed: seeds[0]!, fold: fold ?? null },
  };
}
