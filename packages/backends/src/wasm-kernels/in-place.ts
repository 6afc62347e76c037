import type * as tf from '@tensorflow/tfjs-core';
import { takeSpendable } from '../memory/spendable.js';
import type { WasmBackend } from './wasm-backend.js';

/** An output that is the very data of a gradient, which nobody reads afterwards; undefined where that is not so. */
export function inPlaceOf(backend: WasmBackend, dy: tf.TensorInfo): tf.TensorInfo | undefined {
  if (dy.dtype !== 'float32' || !takeSpendable(dy.dataId)) return undefined;
  backend.incRef(dy.dataId);
  return { dataId: dy.dataId, shape: dy.shape, dtype: dy.dtype };
}
