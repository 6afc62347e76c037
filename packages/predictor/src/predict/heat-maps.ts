import { gradCam } from '@mer/models';
import { copyRows, type PreparedData } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Where a network saw evidence for a class in one input. */
export interface HeatMap {
  /** `[height, width]`. */
  shape: [number, number];
  /** From 0 to 1, row-major. */
  values: Float32Array;
}

/**
 * Heat maps (Grad-CAM) of one sample, one for each input. Of an input that runs as several images (frames, windows) that of the image in the middle,
 * which is also the one that is drawn.
 *
 * @param model - gives logits first
 * @param data - prepared data
 * @param options - `row`: which row of the inputs; `classIndex`: the evidence for which class
 * @returns one map for each input
 */
export async function heatMapsOf(
  model: LayersModel,
  { inputs }: PreparedData,
  { row, classIndex }: { row: number; classIndex: number },
): Promise<HeatMap[]> {
  const tensors = inputs.map((input) => tf.tensor(copyRows(input, [row]), [1, ...input.shape], 'float32'));
  const { heatMaps } = await gradCam(model, tensors, { classIndex });
  try {
    const found: HeatMap[] = [];
    for (const map of heatMaps) {
      const [count, height, width] = map.shape;
      const middle = Math.floor(count / 2) * height * width;
      const values = await map.data<'float32'>();
      found.push({ shape: [height, width], values: values.slice(middle, middle + height * width) });
    }
    return found;
  } finally {
    tf.dispose([tensors, heatMaps]);
  }
}
