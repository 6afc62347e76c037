import * as tf from '@tensorflow/tfjs-core';
import { replaceKernels } from '../replace-kernels.js';

type Kernel = (args: { inputs: Record<string, tf.Tensor>; attrs: never; backend: unknown }) => tf.TensorInfo;

/** As many axes as every kernel of webgl and webgpu takes. */
const MOST = 4;

/** Runs a kernel by its name, on tensors that have few enough axes. */
const run = (kernelName: string, inputs: Record<string, tf.Tensor>, attrs: object = {}): tf.Tensor =>
  tf.engine().runKernel(kernelName, inputs, attrs as tf.NamedAttrMap) as tf.Tensor;

/** The lengths of three axes: all before one, that one, all after it. */
const around = (shape: number[], axis: number): [number, number, number] => [
  tf.util.sizeFromShape(shape.slice(0, axis)),
  shape[axis]!,
  tf.util.sizeFromShape(shape.slice(axis + 1)),
];

/**
 * What `pass` makes of x along the axes that are `touched`, given x on at most four axes and, of each, which of x's own it is; null for those that are
 * left as they are. Neighbours that are left as they are become one axis; where that is not enough, the others take their turns.
 */
function onFewerAxes(
  x: tf.Tensor,
  touched: readonly boolean[],
  pass: (x: tf.Tensor, axes: readonly (number | null)[]) => tf.Tensor,
): tf.Tensor {
  const groups: { axis: number | null; length: number }[] = [];
  for (const [axis, length] of x.shape.entries()) {
    const last = groups.at(-1);
    if (touched[axis]) groups.push({ axis, length });
    else if (last?.axis === null) last.length *= length;
    else groups.push({ axis: null, length });
  }
  const shape = [...x.shape];
  if (groups.length <= MOST) {
    const lengths = groups.map(({ length }) => length);
    const axes = groups.map(({ axis }) => axis);
    const result = pass(tf.reshape(x, lengths), axes);
    for (const [i, axis] of axes.entries()) if (axis !== null) shape[axis] = result.shape[i]!;
    return tf.reshape(result, shape);
  }
  let current = x;
  for (const { axis } of groups) {
    if (axis === null) continue;
    current = pass(tf.reshape(current, around(shape, axis)), [null, axis, null]);
    shape[axis] = current.shape[1]!;
  }
  return tf.reshape(current, shape);
}

/** A kernel of one operand that gets it on fewer axes where it has many. */
const lowered =
  (lower: (x: tf.Tensor, attrs: never) => tf.Tensor) =>
  (present: Kernel): Kernel =>
  (args) => {
    const { x } = args.inputs as { x: tf.Tensor };
    return x.shape.length > MOST ? tf.tidy(() => lower(x, args.attrs)) : present(args);
  };

type Paddings = { paddings: [number, number][] };

/** A border, of a constant or mirrored: that of each axis does not depend on the others. */
const padded = (kernelName: string) =>
  lowered((x, attrs: Paddings) =>
    onFewerAxes(
      x,
      attrs.paddings.map(([before, after]) => before > 0 || after > 0),
      (part, axes) =>
        run(
          kernelName,
          { x: part },
          { ...attrs, paddings: axes.map((axis) => (axis === null ? [0, 0] : attrs.paddings[axis])) },
        ),
    ),
  );

const tiled = lowered((x, { reps }: { reps: number[] }) =>
  onFewerAxes(
    x,
    reps.map((count) => count !== 1),
    (part, axes) => run('Tile', { x: part }, { reps: axes.map((axis) => (axis === null ? 1 : reps[axis])) }),
  ),
);

const reversed = lowered((x, { dims }: { dims: number | number[] }) => {
  const turned = tf.util.parseAxisParam(dims, x.shape);
  return onFewerAxes(
    x,
    x.shape.map((_length, axis) => turned.includes(axis)),
    (part, axes) =>
      run('Reverse', { x: part }, { dims: axes.flatMap((axis, place) => (axis === null ? [] : [place])) }),
  );
});

type Strided = Record<'begin' | 'end' | 'strides', number[]> &
  Record<'beginMask' | 'endMask' | 'ellipsisMask' | 'newAxisMask' | 'shrinkAxisMask', number>;

const strided = lowered((x, given: Strided) => {
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = given;
  const masks = [beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const;
  const info = tf.slice_util.sliceInfo(x.shape, begin, end, strides, ...masks);
  const result = onFewerAxes(
    x,
    x.shape.map((length, axis) => info.begin[axis] !== 0 || info.end[axis] !== length || info.strides[axis] !== 1),
    (part, axes) => {
      const of = (own: number[], else_: (place: number) => number) =>
        axes.map((axis, place) => (axis === null ? else_(place) : own[axis]!));
      const last = of(info.end, (place) => part.shape[place]!);
      // an end before the first is said by the mask: -1 would be the last
      const open = last.reduce((mask, at, place) => (at < 0 ? mask | (1 << place) : mask), 0);
      return run(
        'StridedSlice',
        { x: part },
        {
          begin: of(info.begin, () => 0),
          end: last,
          strides: of(info.strides, () => 1),
          beginMask: 0,
          endMask: open,
          ellipsisMask: 0,
          newAxisMask: 0,
          shrinkAxisMask: 0,
        },
      );
    },
  );
  return tf.reshape(result, info.finalShape);
});

const accumulated = (kernelName: string) =>
  lowered((x, attrs: { axis: number }) => {
    const [axis] = tf.util.parseAxisParam(attrs.axis, x.shape) as [number];
    const part = tf.reshape(x, around(x.shape, axis));
    return tf.reshape(run(kernelName, { x: part }, { ...attrs, axis: 1 }), x.shape);
  });

/** One number after the other: condition and both choices have one shape. */
const chosen =
  (present: Kernel): Kernel =>
  (args) => {
    const { condition, t, e } = args.inputs as Record<'condition' | 't' | 'e', tf.Tensor>;
    if (t.shape.length <= MOST || condition.shape.length !== t.shape.length) return present(args);
    const flat = (tensor: tf.Tensor) => tf.reshape(tensor, [-1]);
    return tf.tidy(() => tf.reshape(run('Select', { condition: flat(condition), t: flat(t), e: flat(e) }), t.shape));
  };

/** Two operands of which one is a row that lies along the last axis of the other. */
const alongRows =
  (kernelName: string, [first, second]: readonly [string, string]) =>
  (present: Kernel): Kernel =>
  (args) => {
    const [a, b] = [args.inputs[first]!, args.inputs[second]!];
    const many = [a, b].find(({ shape }) => shape.length > MOST);
    const row = [a, b].find(({ shape }) => shape.length === 1);
    if (many === undefined || row === undefined) return present(args);
    const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    return tf.tidy(() => {
      const rows = tf.reshape(many, around(many.shape, many.shape.length - 1).slice(0, 2));
      const inputs = a === many ? { [first]: rows, [second]: b } : { [first]: a, [second]: rows };
      return tf.reshape(run(kernelName, inputs, args.attrs), shape);
    });
  };

const axiswise: Readonly<Record<string, (present: Kernel) => Kernel>> = {
  PadV2: padded('PadV2'),
  MirrorPad: padded('MirrorPad'),
  Tile: tiled,
  Reverse: reversed,
  StridedSlice: strided,
  Cumsum: accumulated('Cumsum'),
  Cumprod: accumulated('Cumprod'),
  Select: chosen,
};

const ofTwo = [
  ...['Add', 'Sub', 'Multiply', 'RealDiv', 'FloorDiv', 'Maximum', 'Minimum', 'Pow', 'Mod', 'SquaredDifference'],
  ...['Atan2', 'Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr'],
];

/** webgpu alone gets these wrong: it indexes its coordinates where one operand is a row. */
const rowwise: Readonly<Record<string, (present: Kernel) => Kernel>> = {
  ...Object.fromEntries(ofTwo.map((kernelName) => [kernelName, alongRows(kernelName, ['a', 'b'])])),
  Prelu: alongRows('Prelu', ['x', 'alpha']),
};

/**
 * Has kernels of tfjs's webgl and webgpu that fail on more than four axes, or on webgpu give wrong numbers and only print that a shader is invalid, run on
 * fewer.
 */
export function lowerManyAxes(backendName: 'webgl' | 'webgpu'): void {
  replaceKernels(backendName, axiswise);
  if (backendName === 'webgpu') replaceKernels(backendName, rowwise);
}
