import type * as tf from '@tensorflow/tfjs-core';
import type { ArrayData } from './array-data.js';

/**
 * The values of a tensor as an array: `float32`, `int32` or `bool`, as the tensor has it.
 *
 * The tensor is not disposed.
 *
 * @throws TypeError for complex and string tensors.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { tensorToArray } from '@mer/io';
 *
 * const tensor = tf.tensor2d([[1, 2, 3]]);
 * console.log(await tensorToArray(tensor)); // { dtype: 'float32', shape: [ 1, 3 ], data: Float32Array(3) [ 1, 2, 3 ] }
 * tensor.dispose();
 * ```
 */
export async function tensorToArray(tensor: tf.Tensor): Promise<ArrayData> {
  const { dtype } = tensor;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
    throw new TypeError(
      `Cannot make an array as the tensor's dtype must be float32, int32 or bool: current value is ${dtype}`,
    );
  }
  // The cpu backend hands out its own memory: copy, so that the array stays what it is.
  return { dtype, shape: [...tensor.shape], data: (await tensor.data<'float32'>()).slice() as ArrayData['data'] };
}
