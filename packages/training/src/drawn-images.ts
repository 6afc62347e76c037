import { runModel } from '@mer/models';
import { findPart, type Part } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { lossesWith } from './losses/losses.js';
import { copyRows, ONE_VIEW, type PreparedData, sizeOf } from './prepared-data.js';
import type { LossSettings } from './settings.js';

/** An image that a network has drawn, and the one that its loss compares it with. */
export interface DrawnImage {
  width: number;
  height: number;
  channels: number;
  /** Numbers row by row, channels last. */
  actual: Float32Array;
  expected: Float32Array;
}

/** Options of {@link drawnImages}. */
export interface DrawnImagesOptions {
  /** The loss that the network was trained with. */
  loss: LossSettings;
  /** Losses beside ours, by name. */
  parts?: readonly Part[] | undefined;
  /** Samples given to the model at once; memory grows with it, results do not depend on it. */
  batchSize?: number | undefined;
}

/**
 * The images that a network draws of some samples, as second task, beside those that its loss compares them with; none where the loss compares no images. In inference mode, of each
 * sample the first view that is tested.
 *
 * @param model - with the output that the loss names
 * @param data - prepared data with the target that it names
 * @param indices - which samples
 * @param options - the loss, batch size
 * @returns one image for each index, in the same order
 *
 * @example
 * ```ts
 * import { createModel } from '@mer/models';
 * import { drawnImages } from '@mer/training';
 *
 * const model = createModel('fdp', { classes: 2, preset: 'small', outputs: 'all', inputShape: [8, 32, 32, 1] });
 * const image = (length, shape) => ({ shape, values: new Float32Array(length) });
 * const data = { classes: ['a', 'b'], labels: [0], inputs: [image(8 * 1024, [8, 32, 32, 1])], targets: [image(1024, [32, 32, 1])] };
 * for await (const { width, height, actual } of drawnImages(model, data, [0], { loss: { name: 'fdp' } })) console.log(width, height, actual.length); // 32 32 1024
 * model.dispose();
 * ```
 */
export async function* drawnImages(
  model: LayersModel,
  data: PreparedData,
  indices: readonly number[],
  { loss, parts, batchSize = 64 }: DrawnImagesOptions,
): AsyncGenerator<DrawnImage, void, undefined> {
  const { drawn } = findPart('loss', lossesWith(parts), loss.name);
  const target = drawn && data.targets?.[drawn.target];
  if (!drawn || !target) return;
  const [height, width, channels] = target.shape as readonly [number, number, number];
  const size = sizeOf(target.shape);
  const { count, test } = data.views ?? ONE_VIEW;
  for (let start = 0; start < indices.length; start += batchSize) {
    const rows = indices.slice(start, start + batchSize).map((index) => index * count + test[0]!);
    const output = tf.tidy(() => {
      const inputs = data.inputs.map((input) => tf.tensor(copyRows(input, rows), [rows.length, ...input.shape]));
      return runModel(model, inputs, { from: data.from })[drawn.output];
    });
    if (!output) return;
    const values = (await output.data()) as Float32Array;
    output.dispose();
    const expected = copyRows(target, rows);
    for (let row = 0; row < rows.length; row++) {
      const part = (all: Float32Array) => all.slice(row * size, (row + 1) * size);
      yield { width, height, channels, actual: part(values), expected: part(expected) };
    }
  }
}
