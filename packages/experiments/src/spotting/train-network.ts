import { type MomentCopy, type MomentSource, momentTensor, type SpotterTraining } from '@mer/spotting';
import {
  createUpdate,
  defineLoss,
  gradientStep,
  type RandomStream,
  randomOrder,
  randomStream,
  uniform,
} from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** A recording that a network of a spotter learns from. */
export interface TaughtRecording {
  readonly source: MomentSource;
  /** What it should answer to each moment. */
  readonly targets: Float32Array;
}

/** Options of {@link trainNetwork}. */
export interface TrainNetworkOptions {
  /** Kinds of images, in the order of the inputs. */
  images: readonly string[];
  training: SpotterTraining;
  /** What every random draw depends on. */
  key: readonly (string | number)[];
  onEpoch?: (epoch: number, loss: number) => void;
  /** Ends the work between two steps. */
  signal?: AbortSignal | undefined;
}

/** A moment that is trained on, and how it is changed. */
interface Sample {
  readonly recording: number;
  readonly moment: number;
  readonly copy?: MomentCopy;
}

const squaredError = /* @__PURE__ */ defineLoss({
  name: 'squared-error',
  title: 'Mean squared error',
  paper: null,
  options: {},
  loss: ([answers], { classes }) => tf.mean(tf.squaredDifference(answers!, classes)) as tf.Scalar,
});

/**
 * Trains a network of a spotter in place, by the mean squared error of its answers. Images are read from their files batch by batch: memory does not grow with
 * the number of recordings, but for a few bytes for each moment.
 *
 * @returns mean loss of each epoch
 * @throws RangeError where no recording has a moment of an expression; Error where the loss stops being a number
 */
export async function trainNetwork(
  model: LayersModel,
  recordings: readonly TaughtRecording[],
  { images, training, key, onEpoch = () => {}, signal }: TrainNetworkOptions,
): Promise<number[]> {
  const { epochs, batchSize, optimizer, learningRate } = training;
  const samples = drawSamples(recordings, training, randomStream([...key, 'quiet']));
  const shuffling = randomStream([...key, 'shuffle']);
  const changing = randomStream([...key, 'copies']);
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const settings = { sgd: { momentum: 0, nesterov: false }, adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } };
  const update = createUpdate(variables, {
    name: optimizer,
    learningRate,
    weightDecay: 0,
    ...settings[optimizer],
  } as never);
  const history: number[] = [];
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const order = randomOrder(samples.length, shuffling);
      let sum = 0;
      for (let start = 0; start < order.length; start += batchSize) {
        signal?.throwIfAborted();
        const batch = order.slice(start, start + batchSize).map((i) => samples[i]!);
        const inputs: tf.Tensor[] = [];
        try {
          // one order of draws for all images of a moment is not needed: mirroring draws nothing, and noise is noise
          for (const name of images) inputs.push(await batchOf(recordings, batch, name, changing));
          sum += batch.length * (await trainStep(model, update, { inputs, batch, recordings, learningRate }));
        } finally {
          tf.dispose(inputs);
        }
      }
      history.push(sum / samples.length);
      if (!Number.isFinite(history.at(-1))) {
        throw new Error(
          `Cannot go on training as the loss of epoch ${epoch} is ${history.at(-1)}: lower spotter.options.learningRate`,
        );
      }
      onEpoch(epoch, history.at(-1)!);
    }
  } finally {
    update.dispose();
  }
  return history;
}

/** One step on a batch of moments; its loss. */
async function trainStep(
  model: Parameters<typeof gradientStep>[0],
  update: ReturnType<typeof createUpdate>,
  {
    inputs,
    batch,
    recordings,
    learningRate,
  }: { inputs: tf.Tensor[]; batch: readonly Sample[]; recordings: readonly TaughtRecording[]; learningRate: number },
): Promise<number> {
  const wanted = Float32Array.from(batch, ({ recording, moment }) => recordings[recording]!.targets[moment]!);
  const classes = tf.tensor2d(wanted, [batch.length, 1]);
  try {
    update.begin(learningRate);
    const { loss, logits } = gradientStep(
      model,
      inputs,
      { classes, images: [] },
      {
        loss: { name: squaredError.name } as never,
        parts: [squaredError],
        onGradient: (variable, gradient) => update.take(variable, gradient),
      },
    );
    update.end();
    const [value] = await loss.data();
    tf.dispose([loss, logits]);
    return value!;
  } finally {
    classes.dispose();
  }
}

/** Moments of expressions with their copies, and some of the others. */
export function drawSamples(
  recordings: readonly TaughtRecording[],
  { quiet, copies }: Pick<SpotterTraining, 'quiet' | 'copies'>,
  random: RandomStream,
): Sample[] {
  const [moving, still]: [Sample[], Sample[]] = [[], []];
  for (const [recording, { targets }] of recordings.entries()) {
    for (let moment = 0; moment < targets.length; moment++) {
      if (targets[moment]! > 0) moving.push({ recording, moment });
      else still.push({ recording, moment });
    }
  }
  if (moving.length === 0) {
    throw new RangeError('Cannot train as a training recording must have an expression of the kind: none has');
  }
  const wanted = 'share' in quiet ? Math.round(quiet.share * still.length) : Math.round(quiet.each * moving.length);
  const drawn = randomOrder(still.length, random)
    .slice(0, wanted)
    .map((i) => still[i]!);
  return [...drawn, ...moving, ...copies.flatMap((copy) => moving.map((one) => ({ ...one, copy })))];
}

/** The images of some moments, changed where they are to be. */
async function batchOf(
  recordings: readonly TaughtRecording[],
  batch: readonly Sample[],
  name: string,
  random: RandomStream,
): Promise<tf.Tensor4D> {
  const { shape } = recordings[batch[0]!.recording]!.source.images[name]!;
  const [, height, width, channels] = shape;
  const size = height * width * channels;
  const pixels = new Uint8Array(batch.length * size);
  for (const recording of new Set(batch.map((one) => one.recording))) {
    const places = batch.flatMap((one, i) => (one.recording === recording ? [i] : []));
    const read = await recordings[recording]!.source.read(
      name,
      places.map((i) => batch[i]!.moment),
    );
    for (const [j, i] of places.entries()) pixels.set(read.subarray(j * size, (j + 1) * size), i * size);
  }
  for (const [i, { copy }] of batch.entries()) {
    if (copy === undefined) continue;
    const image = pixels.subarray(i * size, (i + 1) * size);
    image.set(changedMoment(image, [height, width, channels], copy, random));
  }
  return momentTensor(pixels, shape);
}

/** Weights of a Gaussian over 7 pixels, as OpenCV chooses its width. */
const WINDOW = [-3, -2, -1, 0, 1, 2, 3].map((x) => Math.exp(-(x ** 2) / (2 * 1.4 ** 2)));

/** A changed copy of a moment's image, its channels stretched over their range again. */
export function changedMoment(
  image: Uint8Array,
  [height, width, channels]: readonly [number, number, number],
  copy: MomentCopy,
  random: RandomStream,
): Uint8Array {
  const at = (y: number, x: number, c: number) => image[(y * width + x) * channels + c]!;
  const inside = (i: number, end: number) => (i < 0 ? -i : i >= end ? 2 * end - 2 - i : i);
  const changed = new Float32Array(image.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++, i++) {
        if (copy === 'flip') changed[i] = at(y, width - 1 - x, c);
        else if (copy === 'noise') changed[i] = Math.min(255, Math.max(0, at(y, x, c) + 25.5 * normal(random)));
        else {
          let [sum, total] = [0, 0];
          for (const [a, down] of WINDOW.entries()) {
            for (const [b, across] of WINDOW.entries()) {
              sum += down * across * at(inside(y + a - 3, height), inside(x + b - 3, width), c);
              total += down * across;
            }
          }
          changed[i] = sum / total;
        }
      }
    }
  }
  if (copy === 'flip') return Uint8Array.from(changed);
  const result = new Uint8Array(image.length);
  for (let c = 0; c < channels; c++) {
    let [low, high] = [255, 0];
    for (let i = c; i < changed.length; i += channels) {
      low = Math.min(low, changed[i]!);
      high = Math.max(high, changed[i]!);
    }
    const factor = high > low ? 255 / (high - low) : 0;
    for (let i = c; i < changed.length; i += channels) result[i] = Math.round((changed[i]! - low) * factor);
  }
  return result;
}

/** A normal number (Box and Muller). */
const normal = (random: RandomStream) =>
  Math.sqrt(-2 * Math.log(1 - uniform(random))) * Math.cos(2 * Math.PI * uniform(random));
