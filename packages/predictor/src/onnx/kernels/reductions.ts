import { axes, fixed, type KernelCall, type KernelWriter, operand, shapeOf } from '../kernel.js';
import { elementTypes } from '../message.js';

const reduction =
  (operation: string, attribute: string): KernelWriter =>
  (call) => {
    const { graph, attributes, outputs } = call;
    const rank = shapeOf(call, 'x').length;
    const over = axes(attributes[attribute], rank, call);
    // kernels are told of axes that stay through the shape of what they give
    const keepdims = outputs[0]!.shape.length === rank ? 1 : 0;
    return graph.add(operation, [operand(call, 'x'), graph.integers(over)], { keepdims });
  };

const argument =
  (operation: string): KernelWriter =>
  (call) => {
    const [axis] = axes(call.attributes['axis'], shapeOf(call, 'x').length, call);
    const found = call.graph.add(operation, [operand(call, 'x')], { axis: axis!, keepdims: 0 });
    return call.graph.add('Cast', [found], { to: elementTypes.int32 });
  };

const last = ({ inputs }: KernelCall) => Object.values(inputs)[0]!.shape.length - 1;

/** Kernels that make one number of many. */
export const reductions: Readonly<Record<string, KernelWriter>> = {
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  LogSoftmax: (call) => call.graph.add('LogSoftmax', [operand(call, 'logits')], { axis: last(call) }),
  Max: reduction('ReduceMax', 'reductionIndices'),
  Mean: reduction('ReduceMean', 'axis'),
  Min: reduction('ReduceMin', 'axis'),
  Prod: reduction('ReduceProd', 'axis'),
  Softmax: (call) => call.graph.add('Softmax', [operand(call, 'logits')], { axis: last(call) }),
  Sum: reduction('ReduceSum', 'axis'),
  TopK: (call) => {
    const { graph, attributes } = call;
    const k = graph.integers([fixed(attributes['k'], call)]);
    const [values, places] = graph.addMany('TopK', [operand(call, 'x'), k], 2, { axis: -1 });
    return [values!, graph.add('Cast', [places!], { to: elementTypes.int32 })];
  },
};
