// The small network that comes with the page.
import { parseWeights } from '@mer/io';
import { createModel, gradCam, loadWeights, overlayHeatMap } from '@mer/models';
import { type AnyStep, type Clip, createStep, frame, type StepData } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import facts from '../network/network.json' with { type: 'json' };
import { pixelsOf } from './pixels.ts';

export const network = facts;

/** From the clip to the picture that the network is shown, and from there to its input; both as in its training. */
const picture = createStep({ pipe: facts.picture as StepData[] }) as unknown as {
  applyAsync(clip: Clip): Promise<tf.Tensor3D>;
};
const scaled = createStep(facts.scaling as StepData) as unknown as (image: tf.Tensor3D) => tf.Tensor3D;
/** The whole way as TypeScript. */
export const networkSteps = String(createStep({ pipe: [...facts.picture, facts.scaling] as StepData[] }) as AnyStep);

/** Makes the network on the current backend. */
export async function loadNetwork(): Promise<tfl.LayersModel> {
  const address = new URL('../network/weights.safetensors', import.meta.url);
  const response = await fetch(address);
  if (!response.ok)
    throw new Error(`Cannot load the network as ${address.pathname} must be there: status ${response.status}`);
  const model = createModel(facts.model.name, { ...facts.model.options, classes: facts.classes.length });
  loadWeights(model, parseWeights(new Uint8Array(await response.arrayBuffer())));
  return model;
}

/** Probabilities, and the heat map of a class (the likeliest by default). */
export async function askNetwork(model: tfl.LayersModel, clip: Clip, explain: number | undefined) {
  const kept: tf.Tensor[] = [];
  const keep = <T extends tf.Tensor>(tensor: T): T => {
    kept.push(tensor);
    return tensor;
  };
  try {
    const shown = keep(await picture.applyAsync(clip));
    const input = keep(tf.tidy(() => tf.expandDims(scaled(shown), 0)));
    const probabilities = await keep(tf.tidy(() => tf.softmax(model.predictOnBatch(input) as tf.Tensor))).data();
    const explained = explain ?? probabilities.indexOf(Math.max(...probabilities));
    const { heatMaps } = await gradCam(model, input, { classIndex: explained });
    const heat = keep(tf.squeeze(keep(heatMaps[0]!), [0]) as tf.Tensor2D);
    const face = keep(await frame({ at: 'apex' }).applyAsync(clip));
    return {
      classes: facts.classes.map((name, i) => ({ name, probability: probabilities[i]! })),
      explained,
      input: await pixelsOf(shown),
      overInput: await pixelsOf(keep(overlayHeatMap(shown, heat))),
      overFace: await pixelsOf(keep(overlayHeatMap(face, heat))),
    };
  } finally {
    tf.dispose(kept);
  }
}
