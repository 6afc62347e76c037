import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

/** Values of nodes of a model's graph, by the nodes' ids. */
export type NodeValues = ReadonlyMap<number, tf.Tensor>;

/** The nodes that a node's layer takes. */
export function sourcesOf(node: tfl.SymbolicTensor): tfl.SymbolicTensor[] {
  return node.sourceLayer.inboundNodes[node.nodeIndex]!.inputTensors;
}

/** Whether `node` is computed from `source`. */
export function dependsOn(node: tfl.SymbolicTensor, source: tfl.SymbolicTensor): boolean {
  const seen = new Set<number>();
  const visit = (current: tfl.SymbolicTensor): boolean => {
    if (current.id === source.id) return true;
    if (seen.has(current.id)) return false;
    seen.add(current.id);
    return sourcesOf(current).some(visit);
  };
  return visit(node);
}

/**
 * Values of nodes of a model's graph in inference, from given values of other nodes: any, not only the inputs.
 *
 * Call it within `tf.tidy`, which disposes the values in between.
 */
export function evaluate(wanted: readonly tfl.SymbolicTensor[], given: NodeValues): tf.Tensor[] {
  const values = new Map(given);
  const compute = (node: tfl.SymbolicTensor): tf.Tensor => {
    const known = values.get(node.id);
    if (known !== undefined) return known;
    const { sourceLayer: layer, nodeIndex } = node;
    const { inputTensors, outputTensors, callArgs } = layer.inboundNodes[nodeIndex]!;
    const inputs = inputTensors.map(compute);
    const outputs = layer.apply(inputs.length === 1 ? inputs[0]! : inputs, { ...callArgs, training: false });
    const list = Array.isArray(outputs) ? outputs : [outputs];
    outputTensors.forEach((output, index) => {
      values.set(output.id, list[index] as tf.Tensor);
    });
    return values.get(node.id)!;
  };
  return wanted.map(compute);
}

/** The inputs of a model as values of its nodes, once each has been checked. */
export function inputValues(
  task: string,
  model: tfl.LayersModel,
  inputs: tf.Tensor | readonly tf.Tensor[],
): Map<number, tf.Tensor> {
  const list = inputs instanceof tf.Tensor ? [inputs] : inputs;
  const names = model.inputNames;
  if (list.length !== model.inputs.length) {
    throw new TypeError(
      `Cannot ${task} as inputs must be ${model.inputs.length === 1 ? 'one tensor' : `${model.inputs.length} tensors`} (${names.join(', ')}): current value has ${list.length}`,
    );
  }
  model.inputs.forEach((node, index) => {
    const { shape } = list[index]!;
    const fits = (from: number) =>
      shape.length === node.shape.length - 1 + from &&
      node.shape.slice(1).every((size, axis) => size === null || size === shape[axis + from]);
    if (fits(1)) return;
    const hint = fits(0) ? '; it is one sample: tf.expandDims(image, 0) makes it a batch' : '';
    throw new TypeError(
      `Cannot ${task} as ${names[index]} must be [${['batch', ...node.shape.slice(1)].join(', ')}]: current value is [${shape.join(', ')}]${hint}`,
    );
  });
  const [batch] = list[0]!.shape;
  list.forEach(({ shape }, index) => {
    if (shape[0] !== batch) {
      throw new TypeError(
        `Cannot ${task} as all inputs must have one batch size: ${names[0]} has ${batch} and ${names[index]} has ${shape[0]}`,
      );
    }
  });
  return new Map(model.inputs.map((node, index) => [node.id, list[index]!]));
}
