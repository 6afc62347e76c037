import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { worstDifference } from '../test/synthetic-clip.js';
import { gaussianBlur } from './blur.js';

/** The definition in float64. */
function reference(values: ArrayLike<number>, height: number, width: number, channels: number, sigma: number) {
  const radius = Math.min(Math.ceil(4 * sigma), height - 1, width - 1);
  const window = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)));
  const total = window.reduce((a, b) => a + b);
  const mirror = (i: number, n: number) => {
    const j = Math.abs(i) % (2 * (n - 1));
    return j < n ? j : 2 * (n - 1) - j;
  };
  const result: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let j = -radius; j <= radius; j++) {
          for (let i = -radius; i <= radius; i++) {
            const at = (mirror(y + j, height) * width + mirror(x + i, width)) * channels + c;
            sum += (window[j + radius]! * window[i + radius]! * values[at]!) / total ** 2;
          }
        }
        result.push(sum);
      }
    }
  }
  return result;
}

describe('gaussianBlur()', () => {
  it.each([
    [9, 14, 3, 1],
    [7, 5, 1, 2.5],
    [12, 13, 2, 0.6],
  ])('%i x %i x %i, sigma %d equals the definition', (height, width, channels, sigma) => {
    const image = tf.randomUniform([height, width, channels], -1, 1, 'float32', 3) as tf.Tensor3D;
    const expected = reference(image.dataSync(), height, width, channels, sigma);
    expect(worstDifference(gaussianBlur(image, sigma).dataSync(), expected)).toBeLessThan(1e-5);
  });

  it('blurs each image of a batch by itself, keeps its input and leaks nothing', () => {
    const batch = tf.randomUniform([3, 8, 9, 2], 0, 1, 'float32', 3) as tf.Tensor4D;
    const values = batch.dataSync().slice();
    const before = tf.memory().numTensors;
    const blurred = gaussianBlur(batch, 1.5);
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(batch.dataSync()).toEqual(values);
    const second = gaussianBlur(tf.squeeze(tf.slice(batch, [1, 0, 0, 0], [1, 8, 9, 2]), [0]) as tf.Tensor3D, 1.5);
    expect(worstDifference(blurred.dataSync().slice(144, 288), second.dataSync())).toBe(0);
  });

  it('changes nothing with sigma 0 and rejects a negative one', () => {
    const image = tf.randomUniform([4, 4, 1]) as tf.Tensor3D;
    expect(gaussianBlur(image, 0).dataSync()).toEqual(image.dataSync());
    expect(() => gaussianBlur(image, -1)).toThrow(/sigma must be a number >= 0: current value is -1/);
  });
});
