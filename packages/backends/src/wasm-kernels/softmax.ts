import * as tf from '@tensorflow/tfjs-core';
import { address, type KernelArgs, kernelsOf } from './wasm-backend.js';

/** `y (dy - sum(dy y))` along the last axis, the gradient of softmax, in one pass. */
export function softmaxGradient({ inputs, backend }: KernelArgs): tf.TensorInfo {
  const { dy, y } = inputs as { dy: tf.TensorInfo; y: tf.TensorInfo };
  const dx = backend.makeOutput(y.shape, 'float32');
  const columns = y.shape[y.shape.length - 1]!;
  const rows = tf.util.sizeFromShape(y.shape) / columns;
  const from = { dy: address(backend, dy), y: address(backend, y) };
  kernelsOf(backend).softmaxGradient({ ...from, rows, columns, dx: address(backend, dx) });
  return dx;
}
