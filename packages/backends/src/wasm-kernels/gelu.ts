import * as tf from '@tensorflow/tfjs-core';
import { address, type KernelArgs, kernelsOf } from './wasm-backend.js';

/** Gelu: x P(x), where P is the normal distribution, in one pass. */
export function gelu({ inputs, backend }: KernelArgs): tf.TensorInfo {
  const { x } = inputs as { x: tf.TensorInfo };
  const y = backend.makeOutput(x.shape, 'float32');
  kernelsOf(backend).gelu(address(backend, x), tf.util.sizeFromShape(x.shape), address(backend, y));
  return y;
}

/** GeluGrad: dy (P(x) + x p(x)), where p is the normal density, in one pass. */
export function geluGrad({ inputs, backend }: KernelArgs): tf.TensorInfo {
  const { dy, x } = inputs as { dy: tf.TensorInfo; x: tf.TensorInfo };
  const dx = backend.makeOutput(x.shape, 'float32');
  const size = tf.util.sizeFromShape(x.shape);
  kernelsOf(backend).geluGradient(address(backend, dy), address(backend, x), size, address(backend, dx));
  return dx;
}
