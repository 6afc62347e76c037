import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expected, goldenBytes } from '../test/golden.js';
import { arrayToTensor } from './array-to-tensor.js';
import { parseSafetensors } from './safetensors.js';
import { tensorToArray } from './tensor-to-array.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('arrayToTensor() and tensorToArray()', () => {
  it('bring float32, int32 and bool back as they are, and leak nothing', async () => {
    const before = tf.memory().numTensors;
    for (const array of [
      { dtype: 'float32' as const, shape: [2, 1, 2], data: Float32Array.of(1, -0.5, 3e38, 0) },
      { dtype: 'int32' as const, shape: [2], data: Int32Array.of(2 ** 31 - 1, -(2 ** 31)) },
      { dtype: 'bool' as const, shape: [3], data: Uint8Array.of(1, 0, 1) },
      { dtype: 'float32' as const, shape: [], data: Float32Array.of(7) },
      { dtype: 'float32' as const, shape: [0, 3], data: new Float32Array(0) },
    ]) {
      const tensor = arrayToTensor(array);
      expect(tensor.dtype).toBe(array.dtype);
      expect(await tensorToArray(tensor)).toEqual(array);
      tensor.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('copy: changing one side does not change the other', async () => {
    const array = { dtype: 'float32' as const, shape: [1], data: Float32Array.of(1) };
    const tensor = arrayToTensor(array);
    array.data[0] = 5;
    const back = await tensorToArray(tensor);
    expect(back.data[0]).toBe(1);
    back.data[0] = 9;
    expect(tensor.dataSync()[0]).toBe(1);
    tensor.dispose();
  });

  it('take every type of a file', async () => {
    const { int64, ...arrays } = parseSafetensors(goldenBytes('dtypes.safetensors')).arrays;
    for (const [name, array] of Object.entries(arrays)) {
      const tensor = arrayToTensor(array);
      expect(tensor.dtype, name).toBe(name === 'bool' ? 'bool' : name.includes('float') ? 'float32' : 'int32');
      expect(tensor.shape).toEqual(expected['dtypes.safetensors']![name]!.shape);
      tensor.dispose();
    }
    expect(() => arrayToTensor(int64!)).toThrow(
      'Cannot make a tensor as its integers must fit into 32 bits: element 0 is 9007199254740991 (int64)',
    );
  });

  it('refuse complex and text tensors', async () => {
    const complex = tf.complex([1], [2]);
    await expect(tensorToArray(complex)).rejects.toThrow('must be float32, int32 or bool: current value is complex64');
    complex.dispose();
  });
});
