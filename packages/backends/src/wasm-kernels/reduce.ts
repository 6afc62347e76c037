import * as tf from '@tensorflow/tfjs-core';
import { address, type KernelFunction, kernelsOf, withScratch } from './wasm-backend.js';

/** Sum and Mean of floats along neighboring axes; everything else is left to the stock kernel. */
export function reduction(kind: 'sum' | 'mean'): (stock: KernelFunction) => KernelFunction {
  return (stock) => (args) => {
    const { inputs, attrs, backend } = args;
    const { x } = inputs as { x: tf.TensorInfo };
    const { axis, keepDims } = attrs as never as { axis: number | number[]; keepDims: boolean };
    const axes = tf.util.parseAxisParam(axis, x.shape).sort((p, q) => p - q);
    const first = axes[0];
    if (x.dtype !== 'float32' || first === undefined || axes.some((value, i) => value !== first + i))
      return stock(args);
    const outer = tf.util.sizeFromShape(x.shape.slice(0, first));
    const middle = tf.util.sizeFromShape(x.shape.slice(first, first + axes.length));
    const inner = tf.util.sizeFromShape(x.shape.slice(first + axes.length));
    const shape = keepDims
      ? x.shape.map((size, i) => (axes.includes(i) ? 1 : size))
      : x.shape.filter((_size, i) => !axes.includes(i));
    if (outer * middle * inner === 0) return stock(args);
    const kernels = kernelsOf(backend);
    const out = backend.makeOutput(shape, 'float32');
    withScratch(backend, kernels.sumScratch(inner), (scratch) => {
      const factor = kind === 'mean' ? 1 / middle : 1;
      const sizes = { outer, middle, inner };
      kernels.sumMiddle({ x: address(backend, x), ...sizes, factor, out: address(backend, out), scratch });
    });
    return out;
  };
}
