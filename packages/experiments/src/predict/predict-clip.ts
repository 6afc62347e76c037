import { useBackend } from '@mer/backends';
import { findDataset } from '@mer/datasets';
import { hasMaps } from '@mer/models';
import { pipe } from '@mer/representations';
import { copyRows, type LabelKind, ONE_VIEW, type PreparedData, predictLogits, probabilitiesOf } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import { makeSteps } from '../prepare/image-makers.js';
import { prepareSource } from '../prepare/prepare.js';
import type { Source } from '../prepare/source.js';
import { makeModel } from '../run/model.js';
import { type PutWeights, putWeights, weightsNote } from '../run/put-weights.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { labelAt, labelText } from '../summaries/label-text.js';
import { type HeatMap, heatMapsOf } from './heat-maps.js';
import { type OpenRunOptions, openRunPredictor, type Predictor } from './predictor.js';

/** Options of {@link predictSources}. */
export interface PredictSourcesOptions {
  /** Backend; that of the experiment by default. */
  backend?: Experiment['backend'];
  /** Whether to make heat maps (Grad-CAM); false by default. */
  heatMaps?: boolean;
  /** Called after each set of weights. */
  onProgress?: (done: number, total: number) => void;
  /** Told what stands beside weights in their files. */
  onNote?: ((text: string) => void) | undefined;
  /** Ends the work by throwing the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Options of {@link predictClip}. */
export interface PredictClipOptions extends OpenRunOptions, PredictSourcesOptions {}

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
  weights: 'final' | 'folds' | 'given';
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
 * @throws {@link ExperimentError} where the folder holds no run or no weights, or the source is not what the run takes
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
  { weights, own, ...options }: PredictClipOptions = {},
): Promise<ClipPrediction> {
  const predictor = await openRunPredictor(run, { ...(weights && { weights }), own });
  const [prediction] = await predictSources(predictor, [source], options);
  return prediction!;
}

/**
 * Predicts the classes of new clips. A network that was trained on images that a data set made of clips (such as the flow images of MEGC2019) gets such images, made
 * of each clip.
 *
 * @param predictor - as opened by {@link openRunPredictor} or {@link openWeights}
 * @param sources - clips, or images for an experiment on images; stay the caller's
 * @param options - backend, heat maps
 * @returns for each source probabilities, what the network saw, heat maps
 * @throws {@link ExperimentError} where a source is not what the network takes; Error that names a weight file that does not fit it
 *
 * @example
 * ```ts no-run
 * import { openRunPredictor, predictSources } from '@mer/experiments';
 *
 * const predictions = await predictSources(await openRunPredictor('runs/quickstart'), [one, another]);
 * ```
 */
export async function predictSources(
  predictor: Predictor,
  sources: readonly Source[],
  { backend, heatMaps = false, onProgress = () => {}, onNote = () => {}, signal }: PredictSourcesOptions = {},
): Promise<ClipPrediction[]> {
  const { experiment, classes, labelKind, files, entry, own } = predictor;
  await useBackend(backend ?? experiment.backend);
  const prepared: { data: PreparedData; shown: number }[] = [];
  for (const source of sources) {
    const { inputs, views } = await prepareOwn(predictor, source);
    const data: PreparedData = {
      classes,
      ...(labelKind && { labelKind }),
      labels: [labelKind === 'multiple' ? [] : 0],
      inputs,
      ...(views && { views }),
    };
    prepared.push({ data, shown: (views ?? ONE_VIEW).test[0]! });
  }
  if (prepared.length === 0) return [];
  const model = makeModel(experiment, prepared[0]!.data, 0, own?.parts);
  const names = model.inputNames;
  const members: number[][][] = sources.map(() => []);
  const heat = sources.map(() => new Map<string, HeatMap[]>());
  let first: PutWeights | undefined;
  try {
    for (const [i, file] of files.entries()) {
      signal?.throwIfAborted();
      const put = await putWeights(model, file, { entry });
      first ??= put;
      for (const [n, { data }] of prepared.entries()) {
        const [logits] = await predictLogits(model, data, [0]);
        members[n]!.push(probabilitiesOf(logits!, { labelKind }));
      }
      onProgress(i + 1, files.length);
    }
    const note = first && weightsNote(first);
    if (note !== undefined) onNote(note);
    const probabilities = members.map((each) => classes.map((_, c) => mean(each.map((member) => member[c]!))));
    const best = probabilities.map((each) => each.indexOf(Math.max(...each)));
    const explained = heatMaps && hasMaps(model);
    if (heatMaps && !explained) {
      onNote(`no heat maps: ${experiment.model.name} has no layer that keeps the places of its input`);
    }
    if (explained) {
      for (const file of files) {
        signal?.throwIfAborted();
        await putWeights(model, file, { entry });
        for (const [n, { data, shown }] of prepared.entries()) {
          for (const [i, map] of (await heatMapsOf(model, data, { row: shown, classIndex: best[n]! })).entries()) {
            const name = names[i] ?? String(i);
            heat[n]!.set(name, [...(heat[n]!.get(name) ?? []), map]);
          }
        }
      }
    }
    return prepared.map(({ data: { inputs }, shown }, n): ClipPrediction => {
      const each = members[n]!;
      return {
        classes: [...classes],
        ...(labelKind && { labelKind }),
        probabilities: probabilities[n]!,
        std: classes.map((_, c) => stdOf(each.map((member) => member[c]!))),
        predicted: labelText(labelAt(probabilities[n]!, predictor), classes),
        weights: predictor.weights,
        members: each.length,
        inputs: inputs.map((input, i) => ({
          name: names[i]!,
          shape: [...input.shape],
          values: copyRows(input, [shown]),
        })),
        ...(explained && {
          heatMaps: [...heat[n]!].map(([name, maps]) => ({ name, shape: maps[0]!.shape, values: meanMap(maps) })),
        }),
      };
    });
  } finally {
    model.dispose();
  }
}

/** The inputs of a source as the experiment's data set gives its samples. */
async function prepareOwn({ experiment, own }: Predictor, source: Source) {
  const { data, name } = experiment;
  const { samples, traits } = findDataset(data.name, { parts: own?.parts });
  const isImage = source instanceof tf.Tensor;
  if (samples === 'clips' && isImage) {
    throw new ExperimentError(
      `Cannot predict as ${name} takes clips: give a folder of frames or a video, not a picture`,
    );
  }
  if (samples === 'clips' || isImage) return prepareSource(experiment, source, own);
  if (!traits.madeBy) {
    throw new ExperimentError(
      `Cannot predict as ${name} takes pictures: ${data.name} is a data set of images, and does not say how they are made of a clip`,
    );
  }
  const steps = makeSteps(traits.madeBy, 'madeBy', own?.parts);
  const made = (await pipe(...steps).applyAsync(source as never)) as tf.Tensor3D;
  try {
    return await prepareSource(experiment, made, own);
  } finally {
    made.dispose();
  }
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
