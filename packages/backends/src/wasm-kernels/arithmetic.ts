import * as tf from '@tensorflow/tfjs-core';
import { inPlaceOf } from './in-place.js';
import { address, type KernelArgs, type KernelFunction, kernelsOf, withScratch } from './wasm-backend.js';

/** Numbers of the operations in assembly/elementwise.ts. */
export const operations = Object.freeze({ Add: 0, Sub: 1, Multiply: 2, RealDiv: 3 });

/**
 * Add, Sub, Multiply and RealDiv of floats of the same shape, or where one of the two is repeated along the leading axes
 * of the other; everything else is left to the stock kernel.
 */
export function arithmetic(operation: number): (stock: KernelFunction) => KernelFunction {
  return (stock) => (args) => {
    const { inputs, backend } = args;
    const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
    if (a.dtype !== 'float32' || b.dtype !== 'float32') return stock(args);
    const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const size = tf.util.sizeFromShape(shape);
    const aSize = tf.util.sizeFromShape(a.shape);
    const bSize = tf.util.sizeFromShape(b.shape);
    if (size === 0) return backend.makeOutput(shape, 'float32');
    const kernels = kernelsOf(backend);
    if (aSize === size && bSize === size) {
      const out = backend.makeOutput(shape, 'float32');
      const of = { a: address(backend, a), b: address(backend, b) };
      kernels.binary({ operation, ...of, size, out: address(backend, out) });
      return out;
    }
    const swapped = bSize === size;
    const [whole, part, columns] = swapped ? [b, a, aSize] : [a, b, bSize];
    if ((!swapped && aSize !== size) || !isRepeated(part.shape, shape)) return stock(args);
    const out = backend.makeOutput(shape, 'float32');
    withScratch(backend, kernels.patternSize(columns), (scratch) => {
      kernels.binaryRows({
        operation,
        swapped,
        x: address(backend, whole),
        rows: size / columns,
        columns,
        v: address(backend, part),
        out: address(backend, out),
        scratch,
      });
    });
    return out;
  };
}

/** Whether broadcasting `part` to `shape` is repeating it whole: its axes but leading ones are those of the shape. */
function isRepeated(part: readonly number[], shape: readonly number[]): boolean {
  const first = part.findIndex((size) => size !== 1);
  if (first < 0) return true;
  const own = part.slice(first);
  return own.every((size, i) => size === shape[shape.length - own.length + i]);
}

/** `2 x dy`, the gradient of a square, in one pass. */
export const squareGradient: KernelFunction = ({ inputs, backend }) => {
  const { dy, x } = inputs as { dy: tf.TensorInfo; x: tf.TensorInfo };
  const out = backend.makeOutput(x.shape, 'float32');
  const size = tf.util.sizeFromShape(x.shape);
  const of = { a: address(backend, dy), b: address(backend, x) };
  kernelsOf(backend).scaledProduct({ factor: 2, ...of, size, out: address(backend, out) });
  return out;
};

/** AccumulateGradient: adds `gradient` to `sum` where it lies, and returns nothing. */
export function accumulateGradient({ inputs, backend }: KernelArgs): tf.TensorInfo[] {
  const { sum, gradient } = inputs as { sum: tf.TensorInfo; gradient: tf.TensorInfo };
  const a = address(backend, sum);
  const size = tf.util.sizeFromShape(sum.shape);
  kernelsOf(backend).binary({ operation: operations.Add, a, b: address(backend, gradient), size, out: a });
  return [];
}

/** `dy` where `0 < x <= ceiling`, the gradient of relu and relu6, in one pass; in the place of dy, if that is to be had. */
export const reluGradient: KernelFunction = ({ inputs, attrs, backend }) => {
  const { dy, x } = inputs as { dy: tf.TensorInfo; x: tf.TensorInfo };
  const { ceiling } = attrs as never as { ceiling: number };
  const out = inPlaceOf(backend, dy) ?? backend.makeOutput(x.shape, 'float32');
  const size = tf.util.sizeFromShape(x.shape);
  const from = { dy: address(backend, dy), x: address(backend, x) };
  kernelsOf(backend).reluGradient({ ...from, ceiling, size, out: address(backend, out) });
  return out;
};
