import * as tf from '@tensorflow/tfjs-core';
import type { ArrayData } from './array-data.js';
import { checkTensorBytes } from './check-tensor-bytes.js';

/**
 * A tensor with the values of an array.
 *
 * Floats become `float32` (a float64 is rounded), integers `int32`, `bool` stays `bool`: the types that TensorFlow.js has.
 * The values are copied.
 *
 * @throws RangeError where an integer does not fit into 32 bits, or the tensor into the heap of the wasm backend.
 *
 * @example
 * ```ts
 * import { arrayToTensor } from '@mer/io';
 *
 * const tensor = arrayToTensor({ dtype: 'float64', shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) });
 * console.log(tensor.dtype); // 'float32'
 * console.log(tensor.shape); // [ 2, 2 ]
 * tensor.dispose();
 * ```
 */
export function arrayToTensor(array: ArrayData): tf.Tensor {
  const { dtype, shape, data } = array;
  checkTensorBytes('make a tensor', shape, dtype === 'bool' ? 1 : 4);
  if (dtype === 'bool') return tf.tensor(Uint8Array.from(data), shape, 'bool');
  if (dtype.includes('float')) return tf.tensor(Float32Array.from(data), shape, 'float32');
  if (dtype.endsWith('32') || dtype.endsWith('64')) {
    for (let i = 0; i < data.length; i++) {
      const value = data[i]!;
      if (value !== (value | 0)) {
        throw new RangeError(
          `Cannot make a tensor as its integers must fit into 32 bits: element ${i} is ${value} (${dtype})`,
        );
      }
    }
  }
  return tf.tensor(Int32Array.from(data), shape, 'int32');
}
