import * as tf from '@tensorflow/tfjs-core';
import { address, type KernelArgs, kernelsOf } from './wasm-backend.js';

/** Swish: x s(x), where s is the sigmoid function, in one pass. */
export function swish({ inputs, backend }: KernelArgs): tf.TensorInfo {
  const { x } = inputs as { x: tf.TensorInfo };
  const y = backend.makeOutput(x.shape, 'float32');
  kernelsOf(backend).swish(address(backend, x), tf.util.sizeFromShape(x.shape), address(backend, y));
  return y;
}

/** SwishGrad: dy s(x) (1 + x (1 - s(x))), in one pass. */
export function swishGrad({ inputs, backend }: KernelArgs): tf.TensorInfo {
  const { dy, x } = inputs as { dy: tf.TensorInfo; x: tf.TensorInfo };
  const dx = backend.makeOutput(x.shape, 'float32');
  const size = tf.util.sizeFromShape(x.shape);
  kernelsOf(backend).swishGradient(address(backend, dy), address(backend, x), size, address(backend, dx));
  return dx;
}
