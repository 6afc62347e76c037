import * as tf from '@tensorflow/tfjs-core';
import { address, type KernelFunction, kernelsOf } from './wasm-backend.js';

/** An activation function of every element of x, in one pass: gelu or swish. */
export function activation(kernel: 'gelu' | 'swish'): KernelFunction {
  return ({ inputs, backend }) => {
    const { x } = inputs as { x: tf.TensorInfo };
    const y = backend.makeOutput(x.shape, 'float32');
    const size = tf.util.sizeFromShape(x.shape);
    kernelsOf(backend)[kernel]({ x: address(backend, x), size, y: address(backend, y) });
    return y;
  };
}

/** Its gradient by x, dy times the slope at x, in one pass. */
export function activationGradient(kernel: 'geluGradient' | 'swishGradient'): KernelFunction {
  return ({ inputs, backend }) => {
    const { dy, x } = inputs as { dy: tf.TensorInfo; x: tf.TensorInfo };
    const dx = backend.makeOutput(x.shape, 'float32');
    const size = tf.util.sizeFromShape(x.shape);
    kernelsOf(backend)[kernel]({ dy: address(backend, dy), x: address(backend, x), size, dx: address(backend, dx) });
    return dx;
  };
}
