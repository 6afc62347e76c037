import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { holdMasks } from '../layers/held-masks.js';
import type { LayerPass } from '../layers/layer-pass.js';
import { withParts } from '../layers/own-layer.js';
import { crossingAt, type GraphStep, graphOf, type ModelGraph } from './graph.js';
import { runSteps } from './run-steps.js';
import { isStill } from './still-layers.js';

/** A stretch of a network that can be run again. */
export interface Segment {
  /** What comes in, the whole batch. */
  inputs: tf.Tensor[];
  /** Samples of the batch; what comes in may have several rows for each. */
  batch: number;
  /** Weights that it reads. */
  variables: tf.Variable[];
  /** Whether what becomes of a sample depends on that sample alone, so that it can be run on parts of the batch. */
  separable: boolean;
  /** Runs it; masks are the same each time. */
  run(inputs: tf.Tensor[], pass: Pick<LayerPass, 'again' | 'rows'>): tf.Tensor[];
}

/** Options of {@link runModel}. */
export interface RunModelOptions extends LayerPass {
  /** How many calls of layers were run before, by {@link runFrozen}, whose values stand in the place of the inputs. None by default. */
  from?: number | undefined;
  /** Where the network is cut, in numbers of calls, ascending: see {@link planSegments}. Nowhere by default. */
  cuts?: readonly number[];
  /** Called for each stretch between cuts instead of running it, and gives its outputs; runs it by default. */
  around?: (segment: Segment) => tf.Tensor[];
}

/**
 * Runs a model on one tensor for each input. Like `model.apply`, but every layer is called once, whatever number of outputs it has, and the
 * output of a layer is freed once its last reader has run, in training too.
 *
 * @param model - any model of layers
 * @param inputs - one tensor for each input, `[batch, ...]`; they stay the caller's
 * @param options - training or inference, and where to cut
 * @returns one tensor for each output, `[batch, ...]`
 * @throws TypeError where the number of inputs is not the model's
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createModel, runModel } from '@mer/models';
 *
 * const model = createModel('ststnet', { classes: 3 });
 * const [logits] = runModel(model, [tf.zeros([2, 28, 28, 3])], { training: true });
 * console.log(logits!.shape); // [ 2, 3 ]
 * ```
 */
export function runModel(
  model: tfl.LayersModel,
  inputs: readonly tf.Tensor[],
  { from: begin = 0, cuts = [], around = ({ inputs: given, run }) => run(given, {}), ...pass }: RunModelOptions = {},
): tf.Tensor[] {
  const graph = graphOf(model);
  const places = begin === 0 ? graph.inputs : crossingAt(graph, begin);
  if (inputs.length !== places.length) {
    throw new TypeError(
      `Cannot run ${model.name} as there must be one tensor for each of its ${places.length} inputs: current value is a list of ${inputs.length}`,
    );
  }
  return tf.tidy(() => {
    const values = new Map(places.map((place, i) => [place, inputs[i]!]));
    if (cuts.length === 0) {
      runSteps(graph.steps.slice(begin), values, new Set([...places, ...graph.outputs]), pass);
    } else {
      for (const { steps, inputs: from, outputs: to, after } of stretches(graph, [begin, ...cuts])) {
        const masksAgain = holdMasks(steps.map(({ layer }) => layer));
        const made = around({
          inputs: from.map((place) => values.get(place)!),
          batch: inputs[0]!.shape[0]!,
          variables: steps.flatMap(({ layer }) => layer.trainableWeights.map((weight) => weight.read() as tf.Variable)),
          separable: !coupling(steps.map(({ layer }) => layer)),
          run: (given, part) =>
            tf.tidy(() => {
              masksAgain();
              const own = new Map(from.map((place, i) => [place, given[i]!]));
              runSteps(steps, own, new Set([...from, ...to]), { ...pass, ...part });
              return to.map((place) => own.get(place)!);
            }),
        });
        to.forEach((place, i) => {
          values.set(place, made[i]!);
        });
        for (const place of from) {
          if (!places.includes(place) && !after.includes(place)) values.get(place)!.dispose();
        }
      }
    }
    return graph.outputs.map((place) => values.get(place)!);
  });
}

interface Stretch {
  steps: readonly GraphStep[];
  /** Values made before that are read here, and values made here that are read after. */
  inputs: readonly number[];
  outputs: readonly number[];
  /** All values that are read after. */
  after: readonly number[];
}

/** The stretches between some places, the first of which is where it begins. */
function stretches(graph: ModelGraph, cuts: readonly number[]): Stretch[] {
  const bounds = [...cuts, graph.steps.length];
  return bounds.slice(1).map((end, i) => {
    const steps = graph.steps.slice(bounds[i], end);
    const made = new Set(steps.flatMap((step) => step.outputs));
    const after = crossingAt(graph, end);
    return {
      steps,
      inputs: [...new Set(steps.flatMap((step) => step.inputs))].filter((place) => !made.has(place)),
      outputs: after.filter((place) => made.has(place)),
      after,
    };
  });
}

/**
 * Whether, in training, what becomes of a sample depends on the others of its batch: so it is with batch normalization.
 *
 * @param model - any model of layers; of others than this package's, those are found whose class is called batch normalization
 * @returns false where a batch may be run in parts
 *
 * @example
 * ```ts
 * import { couplesSamples, createModel } from '@mer/models';
 *
 * console.log(couplesSamples(createModel('ststnet', { classes: 3 }))); // true
 * ```
 */
export function couplesSamples(model: tfl.LayersModel): boolean {
  return coupling(model.layers);
}

/** Layers that are not of this package are taken at their word if they are called batch normalization. */
function coupling(layers: readonly tfl.layers.Layer[]): boolean {
  return layers.some((layer) => {
    if (isStill(layer)) return false;
    const own = withParts(layer);
    if (own.length > 0) return own.some(({ traits }) => traits.couplesSamples);
    return /BatchNorm/.test(layer.getClassName());
  });
}
