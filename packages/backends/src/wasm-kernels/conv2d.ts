import type * as tf from '@tensorflow/tfjs-core';
import { activations, convFilterGradient, convForward, convInputGradient } from './conv.js';
import { type Conv2dAttrs, conv2dGeometry } from './conv-geometry.js';
import type { KernelArgs, KernelFunction } from './wasm-backend.js';

/** Conv2D. */
export function conv2d({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { x, filter } = inputs as { x: tf.TensorInfo; filter: tf.TensorInfo };
  const g = conv2dGeometry(x.shape, filter.shape, attrs as never as Conv2dAttrs);
  const out = backend.makeOutput([g.batch, g.output[1], g.output[2], g.outChannels], 'float32');
  convForward(backend, g, x, filter, undefined, 0, out);
  return out;
}

/** FusedConv2D; activations other than linear, relu and relu6 are left to the stock kernel. */
export function fusedConv2d(stock: KernelFunction): KernelFunction {
  return (args) => {
    const { inputs, attrs, backend } = args;
    const { x, filter, bias } = inputs as { x: tf.TensorInfo; filter: tf.TensorInfo; bias?: tf.TensorInfo };
    const activation = activations[(attrs as { activation?: string } | undefined)?.activation ?? 'linear'];
    if (activation === undefined) return stock(args);
    const g = conv2dGeometry(x.shape, filter.shape, attrs as never as Conv2dAttrs);
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== g.outChannels)) return stock(args);
    const out = backend.makeOutput([g.batch, g.output[1], g.output[2], g.outChannels], 'float32');
    convForward(backend, g, x, filter, bias, activation, out);
    return out;
  };
}

/** Conv2DBackpropInput. */
export function conv2dBackpropInput({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
  const { inputShape } = attrs as never as { inputShape: number[] };
  const dx = backend.makeOutput(inputShape, 'float32');
  convInputGradient(backend, conv2dGeometry(inputShape, filter.shape, attrs as never as Conv2dAttrs), dy, filter, dx);
  return dx;
}

/** Conv2DBackpropFilter. */
export function conv2dBackpropFilter({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
  const { filterShape } = attrs as never as { filterShape: number[] };
  const gradient = backend.makeOutput(filterShape, 'float32');
  convFilterGradient(backend, conv2dGeometry(x.shape, filterShape, attrs as never as Conv2dAttrs), x, dy, gradient);
  return gradient;
}
