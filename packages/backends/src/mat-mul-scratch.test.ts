import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { useBackend } from './index.js';

describe('large matrix products on wasm', () => {
  it.each([
    { transposeA: false, transposeB: false },
    { transposeA: false, transposeB: true },
    { transposeA: true, transposeB: true },
  ])('need little scratch memory and are right: $transposeA, $transposeB', async ({ transposeA, transposeB }) => {
    await useBackend('wasm');
    const [m, n, k] = [7, 700, 3000];
    // Small whole numbers: sums are exact.
    const value = (seed: number) => (_: unknown, i: number) => ((i * 7919 + seed) % 11) - 5;
    const a = Float32Array.from({ length: m * k }, value(1));
    const b = Float32Array.from({ length: k * n }, value(2));
    const left = tf.tensor2d(a, transposeA ? [k, m] : [m, k]);
    const right = tf.tensor2d(b, transposeB ? [n, k] : [k, n]);
    const { wasm } = tf.backend() as unknown as { wasm: { _malloc(bytes: number): number; _free(at: number): void } };
    const malloc = wasm._malloc;
    let largest = 0;
    wasm._malloc = (bytes) => {
      largest = Math.max(largest, bytes);
      return malloc(bytes);
    };
    const out = tf.matMul(left, right, transposeA, transposeB);
    wasm._malloc = malloc;
    expect(largest).toBeLessThan(2e6);
    const got = out.dataSync();
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j += 13) {
        let sum = 0;
        for (let l = 0; l < k; l++) {
          sum += a[transposeA ? l * m + i : i * k + l]! * b[transposeB ? j * k + l : l * n + j]!;
        }
        expect(got[i * n + j]).toBe(sum);
      }
    }
    tf.dispose([left, right, out]);
  });
});
