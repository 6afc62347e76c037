import type * as tf from '@tensorflow/tfjs-core';
import { convFilterGradient, convForward, convInputGradient } from './conv.js';
import { type Conv3dAttrs, conv3dGeometry } from './conv-geometry.js';
import type { KernelArgs } from './wasm-backend.js';

/** Conv3D. */
export function conv3d({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { x, filter } = inputs as { x: tf.TensorInfo; filter: tf.TensorInfo };
  const g = conv3dGeometry(x.shape, filter.shape, attrs as never as Conv3dAttrs);
  const out = backend.makeOutput([g.batch, ...g.output, g.outChannels], 'float32');
  convForward(backend, g, x, filter, undefined, 0, out);
  return out;
}

/** Conv3DBackpropInputV2. */
export function conv3dBackpropInput({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
  const { inputShape } = attrs as never as { inputShape: number[] };
  const dx = backend.makeOutput(inputShape, 'float32');
  convInputGradient(backend, conv3dGeometry(inputShape, filter.shape, attrs as never as Conv3dAttrs), dy, filter, dx);
  return dx;
}

/** Conv3DBackpropFilterV2. */
export function conv3dBackpropFilter({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo {
  const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
  const { filterShape } = attrs as never as { filterShape: number[] };
  const gradient = backend.makeOutput(filterShape, 'float32');
  convFilterGradient(backend, conv3dGeometry(x.shape, filterShape, attrs as never as Conv3dAttrs), x, dy, gradient);
  return gradient;
}
