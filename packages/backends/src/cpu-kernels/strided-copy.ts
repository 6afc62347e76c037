import * as tf from '@tensorflow/tfjs-core';
import { type CpuKernel, type CpuKernelArgs, isPlain } from './cpu-kernel.js';

/** The numbers from `start` on that are so many `strides` apart, as a tensor of `shape`. */
function stridedCopy(
  { dtype, dataId }: tf.TensorInfo,
  { shape, strides, start = 0 }: { shape: number[]; strides: number[]; start?: number },
  backend: CpuKernelArgs['backend'],
): tf.TensorInfo {
  const from = backend.readSync(dataId);
  const to = tf.util.getTypedArrayFromDType(dtype as 'float32', tf.util.sizeFromShape(shape));
  const last = shape.length - 1;
  const [length, stride] = [shape[last]!, strides[last]!];
  let at = 0;
  const walk = (axis: number, first: number): void => {
    if (axis < last) for (let i = 0; i < shape[axis]!; i++) walk(axis + 1, first + i * strides[axis]!);
    else for (let i = 0; i < length; i++) to[at++] = from[first + i * stride]!;
  };
  walk(0, start);
  return backend.makeTensorInfo(shape, dtype, to);
}

/** How far apart in memory neighbours along each axis are, the last among them. */
const stridesOf = (shape: number[]): number[] => [...tf.util.computeStrides(shape), 1];

/** Transpose. */
export function transpose({ inputs, attrs, backend }: CpuKernelArgs): tf.TensorInfo | undefined {
  const x = inputs['x']!;
  const { perm } = attrs as { perm: number[] };
  if (!isPlain(x) || x.shape.length === 0) return undefined;
  const strides = stridesOf(x.shape);
  return stridedCopy(
    x,
    { shape: perm.map((axis) => x.shape[axis]!), strides: perm.map((axis) => strides[axis]!) },
    backend,
  );
}

/** Slice, where the part does not lie in one piece; undefined where it does. */
export function slice({ inputs, attrs, backend }: CpuKernelArgs): tf.TensorInfo | undefined {
  const x = inputs['x'] as tf.Tensor;
  const given = attrs as { begin: number[]; size: number[] };
  const [begin, size] = tf.slice_util.parseSliceParams(x, given.begin, given.size) as [number[], number[]];
  tf.slice_util.assertParamsValid(x, begin, size);
  if (!isPlain(x) || tf.slice_util.isSliceContinous(x.shape, begin, size)) return undefined;
  const strides = stridesOf(x.shape);
  const start = tf.slice_util.computeFlatOffset(begin, strides);
  return stridedCopy(x, { shape: size, strides, start }, backend);
}

/** `x` at full length along its axes of length 1; undefined where none is shorter than that of `shape`. */
function stretched(x: tf.TensorInfo, shape: number[], backend: CpuKernelArgs['backend']): tf.TensorInfo | undefined {
  if (!isPlain(x) || tf.backend_util.getBroadcastDims(x.shape, shape).length === 0) return undefined;
  const lacking = shape.length - x.shape.length;
  const own = stridesOf(x.shape);
  const strides = shape.map((_, axis) => (axis < lacking || x.shape[axis - lacking] === 1 ? 0 : own[axis - lacking]!));
  return stridedCopy(x, { shape, strides }, backend);
}

/** A kernel of two operands that gets those stretched that must be, as tfjs would work out the place of every number of both. */
export function withStretched(present: CpuKernel): CpuKernel {
  return (args) => {
    const { inputs, backend } = args;
    const [a, b] = [inputs['a']!, inputs['b']!];
    const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const longer = [a, b].map((x) => stretched(x, shape, backend));
    const result = present({ ...args, inputs: { a: longer[0] ?? a, b: longer[1] ?? b } });
    for (const each of longer) if (each !== undefined) backend.disposeIntermediateTensorInfo(each);
    return result;
  };
}
