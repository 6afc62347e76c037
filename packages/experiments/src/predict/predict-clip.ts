import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@mer/backends';
import { readWeights } from '@mer/io';
import { loadWeights } from '@mer/models';
import { copyRows, type LabelKind, ONE_VIEW, type PreparedData, predictLogits, probabilitiesOf } from '@mer/training';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { OwnParts } from '../parts/own-modules.js';
import { prepareSource } from '../prepare/prepare.js';
import type { Source } from '../prepare/source.js';
import { makeModel } from '../run/model.js';
import { experimentOfRun, readRunManifest } from '../run/read-manifest.js';
import { finalFold, foldFolder } from '../run/run-store.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { labelAt, labelText } from '../summaries/label-text.js';
import { type HeatMap, heatMapsOf } from './heat-maps.js';

/** Options of {@link predictClip}. */
export interface PredictClipOptions {
  /**
   * Whose weights: `final`, trained on all samples, `folds`, the mean probability over the weights of all folds that are done, or `auto` (default):
   * `final` where the run has it.
   */
  weights?: 'auto' | 'final' | 'folds';
  /** The own parts that the run was made with. */
  own?: OwnParts | undefined;
  /** Backend; that of the run by default. */
  backend?: Experiment['backend'];
  /** Whether to make heat maps (Grad-CAM); false by default. */
  heatMaps?: boolean;
  /** Called after each set of weights. */
  onProgress?: (done: number, total: number) => void;
  /** Ends the work by throwing the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** A prediction for one new clip. */
export interface ClipPrediction {
  /** Class names. */
  classes: string[];
  /** Mean probability of each class. */
  probabilities: number[];
  /** Standard deviation of each over the sets of weights; 0 for one. */
  std: number[];
  /** `multiple` where a clip has any number of labels; else absent. */
  labelKind?: LabelKind;
  /** The class with the largest probability; of any number of labels those above the threshold, joined by +, or `none`. */
  predicted: string;
  /** Whose weights. */
  weights: 'final' | 'folds';
  /** How many sets of weights. */
  members: number;
  /** What the network saw: for each input its name and image. */
  inputs: { name: string; shape: number[]; values: Float32Array }[];
  /** For each input where the most probable class is seen, `[height, width]`, from 0 to 1: the mean over the sets of weights. */
  heatMaps?: ({ name: string } & HeatMap)[];
}

/**
 * Predicts the class of a new clip with the weights of a run.
 *
 * The folds of a run are each trained without one subject; their mean is an ensemble, fit for new people. For a clip of the run's own data set it is not
 * an honest test: most folds have seen it.
 *
 * @param run - folder of a run
 * @param source - the clip, or the image for a run on images; stays the caller's
 * @param options - whose weights, backend, heat maps
 * @returns probabilities, what the network saw, heat maps
 * @throws {@link ExperimentError} where the folder holds no run or no weights
 *
 * @example
 * ```ts no-run
 * import { predictClip } from '@mer/experiments';
 *
 * const { predicted, probabilities } = await predictClip('runs/quickstart', clip);
 * ```
 */
export async function predictClip(
  run: string,
  source: Source,
  { weights = 'auto', own, backend, heatMaps = false, onProgress = () => {}, signal }: PredictClipOptions = {},
): Promise<ClipPrediction> {
  const manifest = await readRunManifest(run, { task: 'predict with', own });
  const { classes, labelKind } = manifest;
  const experiment = experimentOfRun(run, manifest, own);
  const chosen = chooseWeights(run, manifest.folds, experiment.seeds, weights);
  await useBackend(backend ?? experiment.backend);
  const { inputs, views } = await prepareSource(experiment, source, own);
  const data: PreparedData = {
    classes,
    ...(labelKind && { labelKind }),
    labels: [labelKind === 'multiple' ? [] : 0],
    inputs,
    ...(views && { views }),
  };
  const shown = (views ?? ONE_VIEW).test[0]!;
  const model = makeModel(experiment, data, 0, own?.parts);
  const names = model.inputNames;
  const members: number[][] = [];
  const heat = new Map<string, HeatMap[]>();
  try {
    for (const [i, file] of chosen.files.entries()) {
      signal?.throwIfAborted();
      await load(model, file);
      const [logits] = await predictLogits(model, data, [0]);
      members.push(probabilitiesOf(logits!, { labelKind }));
      onProgress(i + 1, chosen.files.length);
    }
    const probabilities = classes.map((_, c) => mean(members.map((member) => member[c]!)));
    const best = probabilities.indexOf(Math.max(...probabilities));
    if (heatMaps) {
      for (const file of chosen.files) {
        signal?.throwIfAborted();
        await load(model, file);
        for (const [i, map] of (await heatMapsOf(model, data, { row: shown, classIndex: best })).entries()) {
          heat.set(names[i] ?? String(i), [...(heat.get(names[i] ?? String(i)) ?? []), map]);
        }
      }
    }
    return {
      classes: [...classes],
      ...(labelKind && { labelKind }),
      probabilities,
      std: classes.map((_, c) => stdOf(members.map((member) => member[c]!))),
      predicted: labelText(labelAt(probabilities, manifest), classes),
      weights: chosen.kind,
      members: members.length,
      inputs: inputs.map((input, i) => ({
        name: names[i]!,
        shape: [...input.shape],
        values: copyRows(input, [shown]),
      })),
      ...(heatMaps && {
        heatMaps: [...heat].map(([name, maps]) => ({ name, shape: maps[0]!.shape, values: meanMap(maps) })),
      }),
    };
  } finally {
    model.dispose();
  }
}

async function load(model: LayersModel, file: string): Promise<void> {
  const arrays = await readWeights(file);
  try {
    loadWeights(model, arrays);
  } catch (cause) {
    throw new Error(`Cannot use ${file}: ${(cause as Error).message}`, { cause });
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
        `Cannot predict with weights trained on all samples as ${run} has none: add --final to mer run`,
      );
    }
    return { kind: 'final', files: final };
  }
  const files = there(folds);
  if (files.length === 0) throw new ExperimentError(`Cannot predict as no fold of ${run} is done yet`);
  return { kind: 'folds', files };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function stdOf(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

function meanMap(maps: readonly HeatMap[]): Float32Array {
  return maps[0]!.values.map((_, p) => mean(maps.map(({ values }) => values[p]!)));
}
