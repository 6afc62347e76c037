import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { arrayToTensor } from './array-to-tensor.js';
import { checkTensorBytes } from './check-tensor-bytes.js';
import { pixelsToTensor } from './image-tensor.js';

afterAll(() => tf.setBackend('cpu'));

/** So many bytes, as far as their number goes. */
const claimed = (length: number) => ({ length }) as unknown as Uint8Array;

describe('checkTensorBytes()', () => {
  it('refuses on wasm what would wrap at 32 bits, before anything is overwritten', async () => {
    await tf.setBackend('wasm');
    const sentinels = [1000, 1_000_000].map((size) => tf.range(0, size));
    const before = tf.memory();
    // 4 GiB and a few bytes more wrap to a few bytes
    for (const [height, width] of [
      [16384, 21846],
      [40_000, 40_000],
      [2 ** 31, 2 ** 31],
    ] as const) {
      const size = height * width * 3;
      expect(() => pixelsToTensor({ height, width, channels: 3, data: claimed(size) }, 'unit')).toThrow(
        `Cannot convert image as [${height}, ${width}, 3] must fit into the heap of the wasm backend: ${4 * size} bytes of at most 4294967296, of which tensors hold`,
      );
      expect(() =>
        arrayToTensor({ dtype: 'float16', shape: [height, width, 3], data: claimed(size) as never }),
      ).toThrow(/fewer or smaller frames, .* or another backend/);
    }
    expect(tf.memory()).toEqual(before);
    for (const sentinel of sentinels) expect(sentinel.dataSync().every((value, i) => value === i)).toBe(true);
    tf.dispose(sentinels);
  });

  it('lets pass what fits, and anything on other backends', async () => {
    await tf.setBackend('wasm');
    checkTensorBytes('test', [2 ** 30 - 2 ** 22]);
    checkTensorBytes('test', [2 ** 31], 1);
    expect(() => checkTensorBytes('test', [2 ** 32], 1)).toThrow(RangeError);
    await tf.setBackend('cpu');
    checkTensorBytes('test', [2 ** 40]);
  });
});
