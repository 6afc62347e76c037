import { useBackend } from '@mer/backends';
import { findDataset } from '@mer/datasets';
import {
  type Predictor as ClipPredictor,
  type HeatMap,
  makePredictor,
  type PredictorDescription,
  QUALITY,
  type Source,
} from '@mer/predictor';
import type { FaceDetector } from '@mer/representations';
import type { LabelKind } from '@mer/training';
import { makeModel } from '../run/model.js';
import { type PutWeights, putWeights, weightsNote } from '../run/put-weights.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { needsLandmarks, type OpenRunOptions, openRunPredictor, type Predictor } from './predictor.js';

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
  await useBackend(backend ?? predictor.experiment.backend);
  if (sources.length === 0) return [];
  const clips = clipPredictor(predictor);
  const notes = new Set<string>();
  const predictions: ClipPrediction[] = [];
  try {
    const all = clips.predictMany(sources, {
      ...{ examine: false, heatMaps, signal, batch: sources.length },
      onProgress: (_part, done, total) => onProgress(done, total),
    });
    for await (const answer of all) {
      if (!answer.answered) throw new ExperimentError(`Cannot predict as ${answer.reason}`);
      const {
        answered: _answered,
        quality: _quality,
        marks: _marks,
        forced: _forced,
        notes: told,
        ...prediction
      } = answer;
      for (const note of told) notes.add(note);
      predictions.push({ ...prediction, weights: predictor.weights });
    }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ExperimentError(cause.message, { cause });
  } finally {
    clips.dispose();
  }
  for (const note of notes) onNote(note);
  return predictions;
}

/** Options of {@link clipPredictor}. */
export interface ClipPredictorOptions {
  /** Finds faces where a call gives no detector of its own. */
  detect?: FaceDetector | undefined;
}

/**
 * The predictor of a run or of an experiment with weights, as `loadPredictor` of `@mer/predictor` makes one of an exported folder: recordings in, answers or refusals out.
 *
 * @param predictor - as opened by {@link openRunPredictor} or {@link openWeights}
 * @param options - a detector of faces
 * @returns disposed of by the caller; what stands beside weights in their files is among the notes of an answer
 *
 * @example
 * ```ts no-run
 * import { clipPredictor, openRunPredictor } from '@mer/experiments';
 *
 * const clips = clipPredictor(await openRunPredictor('runs/quickstart'));
 * const answer = await clips.predict(frames, { face: 'fills' });
 * ```
 */
export function clipPredictor(predictor: Predictor, { detect }: ClipPredictorOptions = {}): ClipPredictor {
  const { experiment, classes, files, entry, own } = predictor;
  let first: PutWeights | undefined;
  const { network: _network, ...clips } = makePredictor(
    descriptionOf(predictor),
    {
      members: files.length,
      create: (shapes) =>
        makeModel(
          experiment,
          { classes, labels: [], inputs: shapes.map((shape) => ({ shape, values: new Float32Array(0) })) },
          0,
          own?.parts,
        ),
      async put(model, member) {
        const put = await putWeights(model, files[member]!, { entry });
        first ??= put;
      },
      notes: () => [first && weightsNote(first)].filter((note) => note !== undefined),
    },
    { parts: own?.parts, detect },
  );
  return clips;
}

/** What an experiment says of its clips, as `model.json` of an exported folder says it. */
function descriptionOf({ experiment, classes, labelKind, own }: Predictor): PredictorDescription {
  const { data, name, threshold, preprocessing, inputs, training } = experiment;
  const { samples, traits } = findDataset(data.name, { parts: own?.parts });
  const { clips, test } = training.augmentation;
  const { size } = data.frames;
  const side = size === undefined ? 224 : typeof size === 'number' ? size : Math.max(...size);
  return {
    ...{ name, classes, labelKind, threshold, preprocessing, inputs },
    // a recording is cut into clips before anything is predicted
    samples: samples === 'images' ? 'images' : 'clips',
    ...{ madeBy: traits.madeBy, frames: data.frames, quality: QUALITY, frameRates: [] },
    ...(test === 'mean' && clips.length > 0 && { views: clips as unknown as PredictorDescription['views'] }),
    face: needsLandmarks(experiment, own) ? { by: 'steps' } : { by: 'cut', size: side },
  };
}
