import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { findDataset } from '@mer/datasets';
import { systemErrorText } from '@mer/io';
import type { LabelKind } from '@mer/training';
import type { OwnParts } from '../parts/own-modules.js';
import { makeSteps } from '../prepare/image-makers.js';
import { openExperimentData } from '../prepare/prepare.js';
import { experimentOfRun, readRunManifest } from '../run/read-manifest.js';
import { finalFold, foldFolder, readManifest } from '../run/run-store.js';
import { WEIGHT_ENDINGS } from '../run/weight-endings.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';

/** A network with its weights, and how clips are made ready for it. */
export interface Predictor {
  /** How clips are made ready, and the network. */
  experiment: Experiment;
  /** Class names. */
  classes: readonly string[];
  /** `multiple` where a clip has any number of labels; else absent. */
  labelKind?: LabelKind | undefined;
  /** Whose weights: trained on all samples, of all folds, or given. */
  weights: 'final' | 'folds' | 'given';
  /** Their files. */
  files: readonly string[];
  /** Where the state dict lies in each; found where one fits. */
  entry?: string | undefined;
  /** The own parts that it is made with. */
  own?: OwnParts | undefined;
}

/**
 * Whether an experiment's own steps need the landmarks of a face, as `align` does. Where none does, its network was trained on pictures as its data set has them.
 *
 * @param experiment - its steps
 * @param own - anybody's own parts
 *
 * @example
 * ```ts
 * import { needsLandmarks, readExperiment } from '@mer/experiments';
 *
 * console.log(needsLandmarks(await readExperiment('ststnet-megc2019'))); // false
 * ```
 */
export function needsLandmarks({ preprocessing, inputs }: Experiment, own?: OwnParts): boolean {
  const steps = [preprocessing, ...inputs.map((input) => input.steps)].flatMap((list) =>
    makeSteps(list, 'steps', own?.parts),
  );
  return steps.some(({ traits }) => traits.needsLandmarks === true);
}

/** Options of {@link openRunPredictor}. */
export interface OpenRunOptions {
  /**
   * Whose weights: `final`, trained on all samples, `folds`, the mean probability over the weights of all folds that are done, or `auto` (default):
   * `final` where the run has it.
   */
  weights?: 'auto' | 'final' | 'folds';
  /** The own parts that the run was made with. */
  own?: OwnParts | undefined;
}

/**
 * Opens the network of a run.
 *
 * @param run - folder of a run
 * @param options - whose weights; own parts
 * @throws {@link ExperimentError} where the folder holds no run or no weights
 *
 * @example
 * ```ts no-run
 * import { openRunPredictor, predictSources } from '@mer/experiments';
 *
 * const [{ predicted }] = await predictSources(await openRunPredictor('runs/quickstart'), [clip]);
 * ```
 */
export async function openRunPredictor(
  run: string,
  { weights = 'auto', own }: OpenRunOptions = {},
): Promise<Predictor> {
  const given = (await readManifest(run)) ? undefined : await weightFilesIn(run);
  if (given && given.length > 0) {
    throw new ExperimentError(
      `Cannot predict with ${run} as it must be the folder of a run: it holds weights (${given[0]}); say of which experiment: mer predict <experiment> <clip> --weights ${run}`,
    );
  }
  const manifest = await readRunManifest(run, { task: 'predict with', own });
  const experiment = experimentOfRun(run, manifest, own);
  const { kind, files } = chooseWeights(run, manifest.folds, experiment.seeds, weights);
  const { classes, labelKind } = manifest;
  return { experiment, classes, labelKind, weights: kind, files, own };
}

/**
 * Opens the network of an experiment with weights of anybody's, such as those that its authors publish. The data set is not needed where its classes are known.
 *
 * @param experiment - complete experiment; its training part is not used
 * @param weights - a file (safetensors, PyTorch, Keras), a folder of such, whose mean probability counts, or the folder of a run
 * @param options - `entry`: where the state dict lies in each file, found by itself where one fits; own parts
 * @throws {@link ExperimentError} where there are no weights, or the classes are not known without the data set
 *
 * @example
 * ```ts no-run
 * import { openWeights, predictSources, readExperiment } from '@mer/experiments';
 *
 * const ststnet = await openWeights(await readExperiment('ststnet-megc2019'), 'flow28/ststnet-fold-weights');
 * const [{ predicted }] = await predictSources(ststnet, [clip]);
 * ```
 */
export async function openWeights(
  experiment: Experiment,
  weights: string,
  { entry, own }: { entry?: string | undefined; own?: OwnParts | undefined } = {},
): Promise<Predictor> {
  const info = await stat(weights).catch((cause) => {
    throw new ExperimentError(`Cannot read the weights ${weights} as ${systemErrorText(cause)}`, { cause });
  });
  let files = [weights];
  if (info.isDirectory()) {
    const manifest = await readManifest(weights);
    files = manifest
      ? chooseWeights(weights, manifest.folds, manifest.experiment.seeds, 'auto').files
      : (await weightFilesIn(weights)).map((name) => join(weights, name));
    if (files.length === 0) {
      throw new ExperimentError(
        `Cannot predict as ${weights} must hold weights (${WEIGHT_ENDINGS.join(', ')}), or be the folder of a run: it holds none`,
      );
    }
  }
  return { experiment, ...(await classesOf(experiment, own)), weights: 'given', files, entry, own };
}

/** Weight files of a folder, in order. */
async function weightFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const found = names.filter((name) => WEIGHT_ENDINGS.some((ending) => name.endsWith(ending)));
  return found.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** The classes of an experiment: as its class scheme says, or else as its data set has them. */
async function classesOf(
  experiment: Experiment,
  own: OwnParts | undefined,
): Promise<{ classes: readonly string[]; labelKind?: LabelKind }> {
  const { name, root, options } = experiment.data;
  const { schemes = {} } = findDataset(name, { parts: own?.parts }).traits;
  const asked = options['classes'];
  const scheme = schemes[(asked ?? Object.keys(schemes)[0]) as string];
  if (scheme) {
    return { classes: Object.keys(scheme.classes), ...(scheme.labelKind && { labelKind: scheme.labelKind }) };
  }
  if (Array.isArray(asked) && asked.every((one) => typeof one === 'string')) return { classes: asked };
  try {
    const { classes, labelKind } = await openExperimentData(experiment, own);
    return { classes, ...(labelKind && { labelKind }) };
  } catch (cause) {
    throw new ExperimentError(
      `Cannot tell the classes of ${experiment.name} as the data set ${name} must be there${root === undefined ? ' (say where: --data <folder>)' : ''}: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function chooseWeights(
  run: string,
  folds: readonly { seed: number; name: string }[],
  seeds: readonly number[],
  asked: 'auto' | 'final' | 'folds',
): { kind: 'final' | 'folds'; files: string[] } {
  const there = (list: readonly { seed: number; name: string }[]) =>
    list.map(({ seed, name }) => join(foldFolder(run, seed, name), 'weights.safetensors')).filter(existsSync);
  const final = there(seeds.map((seed) => ({ seed, name: finalFold })));
  if (asked === 'final' || (asked === 'auto' && final.length > 0)) {
    if (final.length === 0) {
      throw new ExperimentError(
        `Cannot predict with weights trained on all samples as ${run} has none: mer train trains such a network, and so does mer run --final`,
      );
    }
    return { kind: 'final', files: final };
  }
  if (folds.length === 0) {
    throw new ExperimentError(
      `Cannot predict with the folds of ${run} as it trains on all subjects and has none${asked === 'folds' ? ': leave --weights out' : ': it is not done yet'}`,
    );
  }
  const files = there(folds);
  if (files.length === 0) throw new ExperimentError(`Cannot predict as no fold of ${run} is done yet`);
  return { kind: 'folds', files };
}
