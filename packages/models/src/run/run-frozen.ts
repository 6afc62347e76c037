import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { withParts } from '../layers/own-layer.js';
import { crossingAt, type GraphStep, graphOf, type ModelGraph } from './graph.js';
import { runSteps } from './run-steps.js';
import { isStill } from './still-layers.js';

/** What the frozen first part of a network hands on. */
export type FrozenOutput = {
  /** How many calls of layers the part has: where the rest of the network begins, `from` of {@link runModel}. */
  calls: number;
  /** What the rest reads, `[batch, ...]` each; the caller's. */
  values: tf.Tensor[];
};

/** Options of {@link runFrozen}. */
export interface RunFrozenOptions {
  /** Where the part ends, as found before; by default where it hands on least. */
  calls?: number | undefined;
}

/**
 * Runs the first part of a network that training does not change: layers without weights that train, nothing dropped, no statistics of the batch. What it gives of a sample is the same in
 * every epoch, so that it can be computed once and the rest of the network trained on it.
 *
 * @param model - any model of layers; call {@link freezeLayers} before, for layers that would train or drop elements otherwise
 * @param inputs - one tensor for each input, `[batch, ...]`; they stay the caller's
 * @param options - where the part ends
 * @returns what the rest of the network reads, or undefined where the part has no weights, or hands on as many numbers as it is given
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createModel, freezeLayers, runFrozen, runModel } from '@mer/models';
 *
 * const model = createModel('small-cnn', { classes: 3, inputShape: [16, 16, 3], widths: [8, 16] });
 * freezeLayers(model, ['(body)']);
 * const { calls, values } = runFrozen(model, [tf.ones([2, 16, 16, 3])])!;
 * const [logits] = runModel(model, values, { from: calls, training: true });
 * console.log(values.map(({ shape }) => shape), logits!.shape); // [ [ 2, 16 ] ] [ 2, 3 ]
 * ```
 */
export function runFrozen(
  model: tfl.LayersModel,
  inputs: readonly tf.Tensor[],
  { calls }: RunFrozenOptions = {},
): FrozenOutput | undefined {
  const graph = graphOf(model);
  if (calls === undefined) return tf.tidy(() => leastOutput(graph, inputs));
  return tf.tidy(() => {
    const { steps, inputs: given } = graph;
    const places = crossingAt(graph, calls);
    const values = new Map(given.map((place, i) => [place, inputs[i]!]));
    runSteps(steps.slice(0, calls), values, new Set([...given, ...places]), {});
    return { calls, values: places.map((place) => tf.clone(values.get(place)!)) };
  });
}

/** Runs what is frozen call by call, and keeps what crosses where that is least: where two places are alike, the later one. */
function leastOutput(graph: ModelGraph, inputs: readonly tf.Tensor[]): FrozenOutput | undefined {
  const { steps, inputs: given } = graph;
  const batch = inputs[0]?.shape[0];
  const values = new Map(given.map((place, i) => [place, inputs[i]!]));
  let least = inputs.reduce((sum, { size }) => sum + size, 0) - 1;
  let best: FrozenOutput | undefined;
  let weights = 0;
  for (let calls = 1; calls <= steps.length && isFixed(steps[calls - 1]!); calls++) {
    const step = steps[calls - 1]!;
    const places = crossingAt(graph, calls);
    runSteps([step], values, new Set([...given, ...places]), {});
    weights += step.layer.weights.length;
    const crossing = places.map((place) => values.get(place)!);
    const size = crossing.reduce((sum, tensor) => sum + tensor.size, 0);
    // frames of a sample that lie one after the other in the batch are no rows of the batch
    if (weights === 0 || size > least || crossing.some(({ shape }) => shape[0] !== batch)) continue;
    least = size;
    tf.dispose(best?.values ?? []);
    best = { calls, values: crossing.map((tensor) => tf.clone(tensor)) };
  }
  return best;
}

/** Whether what a call gives of a sample is the same in every epoch. Layers that are not of this package are taken at their names. */
function isFixed({ layer }: GraphStep): boolean {
  if (layer.trainableWeights.length > 0) return false;
  if (isStill(layer)) return true;
  const own = withParts(layer);
  if (own.length > 0) return !own.some(({ traits }) => traits.couplesSamples || traits.drawsMasks);
  return !/BatchNorm|Dropout|Noise/.test(layer.getClassName());
}
