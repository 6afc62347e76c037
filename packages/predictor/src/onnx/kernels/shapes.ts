import { type Dimension, grows, type Shape, sameDimension } from '../dimension.js';
import { elementType, toTheEnd } from '../graph.js';
import { allFixed, axes, fixed, type KernelCall, type KernelWriter, operand, shapeOf } from '../kernel.js';
import { elementTypes } from '../message.js';

const reshaped: KernelWriter = (call) => {
  const { graph, outputs } = call;
  const shape = outputs[0]!.shape;
  // one axis that grows is what is left
  const target =
    shape.filter(grows).length === 1 && !shape.includes(0)
      ? graph.integers(shape.map((length) => (grows(length) ? -1 : length)))
      : graph.shape(shape);
  return graph.add('Reshape', [operand(call, firstName(call)), target]);
};

const firstName = ({ inputs }: KernelCall) => Object.keys(inputs)[0]!;

/** A part from `begin`, `size` long, of each axis. */
function sliced(call: KernelCall, value: string, from: Shape, begin: readonly Dimension[], size: Shape): string {
  const { graph } = call;
  const cut = from.flatMap((length, axis) => (begin[axis] === 0 && sameDimension(size[axis]!, length) ? [] : [axis]));
  if (cut.length === 0) return value;
  const starts = cut.map((axis) => fixed(begin[axis], call));
  const ends = cut.map((axis, i) => {
    const [start, length] = [starts[i]!, size[axis]!];
    const whole = from[axis]!;
    if (!grows(whole)) return start + fixed(length, call);
    // from the start to the end of an axis that grows; a fixed number of its entries
    return grows(length) && sameDimension(length, whole) ? toTheEnd : start + fixed(length, call);
  });
  return graph.add('Slice', [value, graph.integers(starts), graph.integers(ends), graph.integers(cut)]);
}

/** Where a slice begins, for each axis; a single number is meant for the first. */
function beginOf(given: unknown, rank: number): Dimension[] {
  const list = (Array.isArray(given) ? given : [given]) as Dimension[];
  return Array.from({ length: rank }, (_, axis) => list[axis] ?? 0);
}

const strided: KernelWriter = (call) => {
  const { attributes, graph } = call;
  for (const mask of ['ellipsisMask', 'newAxisMask']) {
    if (attributes[mask]) throw new Error(`Cannot say StridedSlice with ${mask} in a graph`);
  }
  const shape = shapeOf(call, 'x');
  const [begin, end, strides] = ['begin', 'end', 'strides'].map((name) => allFixed(attributes[name], call)) as [
    number[],
    number[],
    number[],
  ];
  const masked = (mask: string, axis: number) => ((Number(attributes[mask]) >> axis) & 1) === 1;
  const steps = strides.length ? strides : begin.map(() => 1);
  const starts = begin.map((at, axis) => (masked('beginMask', axis) ? (steps[axis]! > 0 ? 0n : toTheEnd) : BigInt(at)));
  const ends = end.map((at, axis) =>
    masked('endMask', axis) ? (steps[axis]! > 0 ? toTheEnd : -toTheEnd) : BigInt(at),
  );
  const cut = begin.map((_, axis) => axis);
  const part = graph.add('Slice', [
    operand(call, 'x'),
    graph.integers(starts),
    graph.integers(ends),
    graph.integers(cut),
    graph.integers(steps),
  ]);
  const gone = shape.flatMap((_, axis) => (masked('shrinkAxisMask', axis) ? [axis] : []));
  return gone.length ? graph.add('Squeeze', [part, graph.integers(gone)]) : part;
};

const unpacked: KernelWriter = (call) => {
  const { graph, attributes, outputs } = call;
  const [axis] = axes(attributes['axis'], shapeOf(call, 'value').length, call);
  const value = operand(call, 'value');
  return outputs.map((_, i) => graph.add('Gather', [value, graph.integers(i)], { axis: axis! }));
};

const split: KernelWriter = (call) => {
  const { graph, attributes, outputs } = call;
  const [axis] = axes(attributes['axis'], shapeOf(call, 'x').length, call);
  const sizes = graph.integers(outputs.map(({ shape }) => fixed(shape[axis!], call)));
  return graph.addMany('Split', [operand(call, 'x'), sizes], outputs.length, { axis: axis! });
};

const padded =
  (mode: 'constant' | 'reflect'): KernelWriter =>
  (call) => {
    const { graph, attributes } = call;
    const pads = attributes['paddings'] as readonly (readonly Dimension[])[];
    const list = [0, 1].flatMap((side) => pads.map((pair) => fixed(pair[side], call)));
    const more = mode === 'constant' ? [graph.scalar(Number(attributes['constantValue'] ?? 0))] : [];
    if (mode === 'reflect' && attributes['mode'] !== 'reflect')
      throw new Error('Cannot say MirrorPad other than by reflection in a graph');
    return graph.add('Pad', [operand(call, 'x'), graph.integers(list), ...more], { mode });
  };

/** Kernels that move numbers and change none. */
export const shapes: Readonly<Record<string, KernelWriter>> = {
  BroadcastTo: (call) => call.graph.add('Expand', [operand(call, 'x'), call.graph.shape(call.outputs[0]!.shape)]),
  Concat: (call) => {
    const [axis] = axes(call.attributes['axis'], call.outputs[0]!.shape.length, call);
    return call.graph.add(
      'Concat',
      Object.keys(call.inputs).map((name) => operand(call, name)),
      { axis: axis! },
    );
  },
  ExpandDims: reshaped,
  GatherV2: (call) => {
    if (fixed(call.attributes['batchDims'] ?? 0, call) !== 0)
      throw new Error('Cannot say GatherV2 with batchDims in a graph');
    const [axis] = axes(call.attributes['axis'], shapeOf(call, 'x').length, call);
    return call.graph.add('Gather', [operand(call, 'x'), operand(call, 'indices')], { axis: axis! });
  },
  MirrorPad: padded('reflect'),
  OneHot: (call) => {
    const { graph, attributes, outputs } = call;
    const both = Float32Array.of(Number(attributes['offValue']), Number(attributes['onValue']));
    // ONNX Runtime has it for these types alone
    const places = graph.add('Cast', [operand(call, 'indices')], { to: elementTypes.int64 });
    const depth = graph.integers(fixed(attributes['depth'], call));
    const made = graph.add('OneHot', [places, depth, graph.tensor(both, [2], 'float32')], { axis: -1 });
    const { dtype } = outputs[0]!;
    return dtype === 'float32' ? made : graph.add('Cast', [made], { to: elementTypes[elementType(dtype)] });
  },
  Pack: (call) => {
    const { graph, attributes, inputs, outputs } = call;
    const [axis] = axes(attributes['axis'], outputs[0]!.shape.length, call);
    const each = Object.keys(inputs).map((name) =>
      graph.add('Unsqueeze', [operand(call, name), graph.integers([axis!])]),
    );
    return graph.add('Concat', each, { axis: axis! });
  },
  PadV2: padded('constant'),
  Reshape: reshaped,
  Reverse: (call) => {
    const { graph, attributes } = call;
    const turned = axes(attributes['dims'], shapeOf(call, 'x').length, call);
    const [starts, ends, steps] = [-1n, -toTheEnd, -1n].map((value) => graph.integers(turned.map(() => value)));
    return graph.add('Slice', [operand(call, 'x'), starts!, ends!, graph.integers(turned), steps!]);
  },
  Slice: (call) => {
    const from = shapeOf(call, 'x');
    return sliced(
      call,
      operand(call, 'x'),
      from,
      beginOf(call.attributes['begin'], from.length),
      call.outputs[0]!.shape,
    );
  },
  SplitV: split,
  StridedSlice: strided,
  Tile: (call) => {
    const reps = call.attributes['reps'] as readonly Dimension[];
    return call.graph.add('Tile', [operand(call, 'x'), call.graph.shape(reps)]);
  },
  Transpose: (call) => {
    const perm = allFixed(call.attributes['perm'], call);
    return call.graph.add('Transpose', [operand(call, 'x')], { perm });
  },
  Unpack: unpacked,
};
