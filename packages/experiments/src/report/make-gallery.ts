import { join } from 'node:path';
import { useBackend } from '@mer/backends';
import { encodeImage, readSafetensors } from '@mer/io';
import { hasMaps, loadWeights, overlayHeatMap } from '@mer/models';
import { disposeSource, type HeatMap, heatMapsOf } from '@mer/predictor';
import { displayImage, resize } from '@mer/representations';
import { copyRows, ONE_VIEW, type PreparedData, type PreparedInput } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { NO_PARTS, type OwnParts } from '../parts/own-modules.js';
import { makeSteps } from '../prepare/image-makers.js';
import { openExperimentData, prepareSource } from '../prepare/prepare.js';
import { readSource } from '../prepare/source.js';
import { makeModel } from '../run/model.js';
import { experimentOfRun } from '../run/read-manifest.js';
import type { Run } from '../run/read-run.js';
import { foldFolder } from '../run/run-store.js';
import type { Experiment, ExperimentStep } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import type { GalleryItem } from './gallery-item.js';
import type { Verdict } from './report-data.js';
import { percentage } from './table-markup.js';

/** Options of {@link makeGallery}. */
export interface MakeGalleryOptions {
  /** Folder of the data set; that of the run by default. */
  root?: string | undefined;
  /** The own parts that the run was made with. */
  own?: OwnParts | undefined;
  /** Side in pixels to which pictures are brought. Default 128. */
  side?: number;
  /** Called after each sample. */
  onProgress?: (done: number, total: number) => void;
  /** Ends the work by throwing the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Draws samples as the network of their fold saw them: each input as a picture, and over it where the network found evidence for the class that it
 * predicted (Grad-CAM). Reads the data set, prepares these samples alone, and loads the weights of the fold that tested each.
 *
 * @param run - as read by {@link readRun}
 * @param verdicts - the samples, such as `mistakes` of {@link reportData}
 * @param options - where the data set is, size, progress, interruption
 * @returns one entry for each sample, in their order
 * @throws {@link ExperimentError} where the data set or a sample is not there
 *
 * @example
 * ```ts no-run
 * import { buildReport, makeGallery, readRun, reportData } from '@mer/experiments';
 *
 * const run = await readRun('runs/quickstart');
 * const data = reportData(run);
 * const files = await buildReport(run, { data, gallery: await makeGallery(run, data.mistakes) });
 * ```
 */
export async function makeGallery(
  run: Run,
  verdicts: readonly Verdict[],
  { root, own = NO_PARTS, side = 128, onProgress, signal }: MakeGalleryOptions = {},
): Promise<GalleryItem[]> {
  const { classes } = run.manifest;
  const made = experimentOfRun(run.dir, run.manifest, own);
  const experiment: Experiment = root === undefined ? made : { ...made, data: { ...made.data, root } };
  const dataset = await openExperimentData(experiment, own);
  await useBackend(experiment.backend);
  let model: LayersModel | undefined;
  const items: GalleryItem[] = [];
  try {
    for (const verdict of verdicts) {
      signal?.throwIfAborted();
      const index = dataset.samples.findIndex(({ id }) => id === verdict.id);
      if (index < 0)
        throw new ExperimentError(`Cannot draw ${verdict.id} as the data set must hold it: is it another release?`);
      const source = await readSource(dataset, experiment, index);
      try {
        const { seen, data } = await prepareBoth(experiment, classes, { source, own });
        model ??= makeModel(experiment, data, 0, own.parts);
        const weights = join(foldFolder(run.dir, verdict.seed, verdict.fold), 'weights.safetensors');
        loadWeights(model, (await readSafetensors(weights)).arrays);
        const heat = hasMaps(model)
          ? await heatMapsOf(model, data, { row: 0, classIndex: classes.indexOf(verdict.most) })
          : [];
        items.push({
          id: verdict.id,
          title: titleOf(verdict),
          right: verdict.right,
          pictures: await draw({ seen, heat, names: seen.map((_, i) => inputName(experiment, i, own)), side }),
        });
      } finally {
        disposeSource(source);
      }
      onProgress?.(items.length, verdicts.length);
    }
  } finally {
    model?.dispose();
  }
  return items;
}

function titleOf({ truth, predicted, right, confidence }: Verdict): string {
  const sure = percentage(confidence);
  return right ? `${truth}, ${sure}` : `${truth} taken for ${predicted}, ${sure}`;
}

/** The inputs of a sample twice: as the network gets them, and as pictures, without the scaling that suits networks. */
async function prepareBoth(
  experiment: Experiment,
  classes: string[],
  { source, own }: { source: Parameters<typeof prepareSource>[1]; own: OwnParts },
) {
  const pictures = (step: ExperimentStep) => !makeSteps([step], 'steps', own.parts)[0]!.traits.values;
  const plain = experiment.inputs.map((input) => ({ ...input, steps: input.steps.filter(pictures) }));
  const { inputs, views = ONE_VIEW } = await prepareSource(
    { ...experiment, inputs: [...experiment.inputs, ...plain] },
    source,
    own,
  );
  const view = views.test[0]!;
  const one = (input: PreparedInput) => ({ shape: input.shape, values: copyRows(input, [view]) });
  const count = experiment.inputs.length;
  const data: PreparedData = { classes, labels: [0], inputs: inputs.slice(0, count).map(one) };
  return { data, seen: inputs.slice(count).map(one) };
}

interface Drawing {
  seen: readonly { shape: readonly number[]; values: Float32Array }[];
  heat: readonly HeatMap[];
  names: readonly string[];
  side: number;
}

async function draw({ seen, heat, names, side }: Drawing): Promise<GalleryItem['pictures']> {
  const pictures: GalleryItem['pictures'] = [];
  for (const [i, { shape, values }] of seen.entries()) {
    const picture = await pictureOf(shape, values, side);
    pictures.push({ caption: names[i]!, png: await encodeImage(picture, 'png') });
    const map = heat[i];
    if (map) {
      const overlay = tf.tidy(() => overlayHeatMap(picture, tf.tensor2d(map.values, map.shape)));
      pictures.push({ caption: 'evidence', png: await encodeImage(overlay, 'png') });
      overlay.dispose();
    }
    picture.dispose();
  }
  return pictures;
}

/** `[H, W, 3]` from 0 to 1, brought to a size; of a sequence the image in the middle. */
async function pictureOf(shape: readonly number[], values: Float32Array, side: number): Promise<tf.Tensor3D> {
  const sides = shape.slice(-3) as [number, number, number];
  const length = sides[0] * sides[1] * sides[2];
  const middle = Math.floor(values.length / length / 2) * length;
  const one = values.subarray(middle, middle + length);
  const [low, high] = one.reduce(([l, h], value) => [Math.min(l, value), Math.max(h, value)], [Infinity, -Infinity]);
  const bytes = low >= 0 && high > 1 && high <= 255;
  const image = tf.tensor3d(bytes ? one.map((value) => value / 255) : one, sides, 'float32');
  const display = await displayImage(image);
  const picture = tf.tidy(() => fitted(display, side));
  tf.dispose([image, display]);
  return picture;
}

/** Large pictures are made smaller, small ones larger by whole numbers, so that their pixels can be seen. */
function fitted(image: tf.Tensor3D, side: number): tf.Tensor3D {
  const [height, width] = image.shape;
  const longest = Math.max(height, width);
  if (longest > side) {
    const sides: [number, number] = [
      Math.max(1, Math.round((height * side) / longest)),
      Math.max(1, Math.round((width * side) / longest)),
    ];
    return tf.clipByValue(resize(image, { size: sides }), 0, 1);
  }
  const times = Math.floor(side / longest);
  return tf.clipByValue(tf.image.resizeNearestNeighbor(image, [height * times, width * times], false, true), 0, 1);
}

function inputName({ inputs }: Experiment, i: number, { parts }: OwnParts): string {
  const representation = makeSteps(inputs[i]!.steps, 'steps', parts).find(
    ({ takes, gives }) => takes === 'clip' && gives === 'image',
  );
  return representation?.name ?? (inputs.length > 1 ? `input ${i + 1}` : 'input');
}
