import * as tf from '@tensorflow/tfjs-core';
import { address, type KernelArgs, type KernelFunction, kernelsOf } from './wasm-backend.js';

function rowsAndColumns({ shape }: tf.TensorInfo): [number, number] {
  const columns = shape[shape.length - 1]!;
  return [tf.util.sizeFromShape(shape) / columns, columns];
}

/** Softmax of floats along the last axis; everything else is left to the stock kernel. */
export function softmax(stock: KernelFunction): KernelFunction {
  return (args) => {
    const { inputs, attrs, backend } = args;
    const { logits } = inputs as { logits: tf.TensorInfo };
    const { dim } = attrs as never as { dim: number };
    const isLast = dim === -1 || dim === logits.shape.length - 1;
    if (logits.dtype !== 'float32' || !isLast || tf.util.sizeFromShape(logits.shape) === 0) return stock(args);
    const y = backend.makeOutput(logits.shape, 'float32');
    kernelsOf(backend).softmax(address(backend, logits), ...rowsAndColumns(logits), address(backend, y));
    return y;
  };
}

/** `y (dy - sum(dy y))` along the last axis, the gradient of softmax, in one pass. */
export function softmaxGradient({ inputs, backend }: KernelArgs): tf.TensorInfo {
  const { dy, y } = inputs as { dy: tf.TensorInfo; y: tf.TensorInfo };
  const dx = backend.makeOutput(y.shape, 'float32');
  kernelsOf(backend).softmaxGradient(
    address(backend, dy),
    address(backend, y),
    ...rowsAndColumns(y),
    address(backend, dx),
  );
  return dx;
}
