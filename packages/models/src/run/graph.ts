import type * as tfl from '@tensorflow/tfjs-layers';
import type { LayerTraits } from '../layers/layer-traits.js';
import { ownLayer } from '../layers/own-layer.js';

/** One call of a layer in a model. */
export interface GraphStep {
  layer: tfl.layers.Layer;
  /** Places of its inputs and outputs in the list of the graph's values. */
  inputs: readonly number[];
  outputs: readonly number[];
  /** Numbers per sample of each output. */
  sizes: readonly number[];
  callArgs: object;
  /** Whether its output is rectified, and read by nothing else: both are one call. */
  rectified: boolean;
}

/** The calls of a model in an order in which they can run. */
export interface ModelGraph {
  steps: readonly GraphStep[];
  /** How many values there are; those of the model's inputs and outputs. */
  count: number;
  inputs: readonly number[];
  outputs: readonly number[];
}

/** What is used of the nodes that tfjs-layers keeps. */
interface LayerNode {
  readonly outboundLayer: tfl.layers.Layer;
  readonly inboundLayers: readonly tfl.layers.Layer[];
  readonly nodeIndices: readonly number[];
  readonly inputTensors: readonly tfl.SymbolicTensor[];
  readonly outputTensors: readonly tfl.SymbolicTensor[];
  readonly callArgs: object | null;
}

const graphs = new WeakMap<tfl.LayersModel, ModelGraph>();

/** The graph of a model; every layer is in it once for each call, however many outputs it has. */
export function graphOf(model: tfl.LayersModel): ModelGraph {
  const known = graphs.get(model);
  if (known) return known;
  const places = new Map<tfl.SymbolicTensor, number>();
  const placeOf = (tensor: tfl.SymbolicTensor) => {
    if (!places.has(tensor)) places.set(tensor, places.size);
    return places.get(tensor)!;
  };
  const inputs = model.inputs.map(placeOf);
  const steps: GraphStep[] = [];
  const seen = new Set<LayerNode>();
  const visit = (node: LayerNode) => {
    if (seen.has(node)) return;
    seen.add(node);
    node.inboundLayers.forEach((layer, i) => {
      visit(nodesOf(layer)[node.nodeIndices[i]!]!);
    });
    if (node.inboundLayers.length === 0) return;
    steps.push({
      layer: node.outboundLayer,
      inputs: node.inputTensors.map(placeOf),
      outputs: node.outputTensors.map(placeOf),
      sizes: node.outputTensors.map(({ shape }) =>
        shape.slice(1).reduce<number>((size, length) => size * (length ?? 1), 1),
      ),
      callArgs: node.callArgs ?? {},
      rectified: false,
    });
  };
  for (const { sourceLayer, nodeIndex } of model.outputs) visit(nodesOf(sourceLayer)[nodeIndex]!);
  const outputs = model.outputs.map(placeOf);
  const graph = { steps: withRectifiers(steps, outputs), count: places.size, inputs, outputs };
  graphs.set(model, graph);
  return graph;
}

/** The values that are there before a call, and are read by it, by a later one, or from outside. */
export function crossingAt({ steps, inputs, outputs }: ModelGraph, call: number): number[] {
  const read = new Set([...outputs, ...steps.slice(call).flatMap((step) => step.inputs)]);
  const there = new Set([...inputs, ...steps.slice(0, call).flatMap((step) => step.outputs)]);
  return [...there].filter((place) => read.has(place));
}

function nodesOf(layer: tfl.layers.Layer): readonly LayerNode[] {
  return (layer as unknown as { inboundNodes: LayerNode[] }).inboundNodes;
}

/** Makes one call of a layer that can rectify its output and of the rectifier that alone reads it. */
function withRectifiers(steps: readonly GraphStep[], outputs: readonly number[]): GraphStep[] {
  const readers = new Map<number, GraphStep[]>();
  for (const step of steps) for (const place of step.inputs) readers.set(place, [...(readers.get(place) ?? []), step]);
  const taken = new Map<GraphStep, GraphStep>();
  for (const step of steps) {
    const [place] = step.outputs as [number];
    const [next, ...others] = readers.get(place) ?? [];
    if (!traitsOf(step.layer).canRectify || others.length > 0 || outputs.includes(place)) continue;
    if (next && traitsOf(next.layer).isRectifier) taken.set(step, next);
  }
  const gone = new Set(taken.values());
  return steps
    .filter((step) => !gone.has(step))
    .map((step) => {
      const next = taken.get(step);
      return next ? { ...step, outputs: next.outputs, rectified: true } : step;
    });
}

function traitsOf(layer: tfl.layers.Layer): LayerTraits {
  return ownLayer(layer)?.traits ?? {};
}
