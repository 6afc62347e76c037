import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { MomentCounts, Moments } from './moments.js';

/** Moments that are read a few at a time, from memory or from a file. */
export interface MomentSource extends MomentCounts {
  /** Images of some moments, one after the other: values 0..255. */
  read(images: string, moments: readonly number[]): Promise<Uint8Array> | Uint8Array;
}

/** Moments in memory as a source of them. */
export function momentSource(moments: Moments): MomentSource {
  return {
    ...moments,
    read(name, wanted) {
      const { shape, pixels } = moments.images[name]!;
      const size = shape[1] * shape[2] * shape[3];
      const found = new Uint8Array(wanted.length * size);
      for (const [i, moment] of wanted.entries()) {
        found.set(pixels.subarray(moment * size, (moment + 1) * size), i * size);
      }
      return found;
    },
  };
}

/** How many moments a network sees that takes these kinds of images: those that all of them have. */
export function momentCount({ images }: MomentCounts, names: readonly string[]): number {
  return Math.min(...names.map((name) => images[name]!.shape[0]));
}

/** Some images as a tensor in 0..1. */
export function momentTensor(pixels: Uint8Array, [, ...shape]: readonly number[]): tf.Tensor4D {
  const count = pixels.length / shape.reduce((product, side) => product * side, 1);
  return tf.tidy(() => tf.div(tf.tensor(pixels, [count, ...shape], 'float32'), 255)) as tf.Tensor4D;
}

/** Moments that a network is shown at once. */
const BATCH = 64;

/**
 * What a network answers to every moment of a recording.
 *
 * @param model takes the images of `names`, in this order, and gives one number for each moment
 * @param source where the images come from, one batch at a time
 * @param names kinds of images
 * @param signal ends the work between two batches
 */
export async function answerMoments(
  model: LayersModel,
  source: MomentSource,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<Float32Array> {
  const count = momentCount(source, names);
  const answers = new Float32Array(count);
  for (let start = 0; start < count; start += BATCH) {
    signal?.throwIfAborted();
    const wanted = Array.from({ length: Math.min(BATCH, count - start) }, (_, i) => start + i);
    const inputs = await Promise.all(
      names.map(async (name) => momentTensor(await source.read(name, wanted), source.images[name]!.shape)),
    );
    const given = model.predict(inputs.length === 1 ? inputs[0]! : inputs) as tf.Tensor;
    answers.set(await given.data<'float32'>(), start);
    tf.dispose([given, ...inputs]);
  }
  return answers;
}
