import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { type ClipDataset, createSyntheticDataset } from '@mer/datasets';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scoreApexes } from './score-apexes.js';

beforeAll(() => tf.setBackend('wasm'));
afterAll(() => tf.setBackend('cpu'));

/** Around a spot of 2 x 4 in a picture of 16 x 16. */
const SPOT: [number, number][] = [
  [0, 0],
  [4, 10],
  [4, 8],
  [0, 0],
];

/** Clips of seven frames in whose third a spot is brightest, with these apexes. */
const made = (apexes: readonly (number | null)[]): ClipDataset => {
  const base = createSyntheticDataset({ subjects: 2, clipsPerSubject: apexes.length / 2, size: 32 });
  const course = [0, 0.4, 1, 0.6, 0.3, 0.1, 0];
  return {
    ...base,
    readClip: async (index) => ({
      frames: tf.tidy(
        () => tf.mul(tf.reshape(tf.tensor1d(course), [7, 1, 1, 1]), tf.pad(tf.ones([1, 2, 4, 1]), SPOT)) as tf.Tensor4D,
      ),
      onset: 0,
      apex: apexes[index]!,
      offset: 6,
    }),
    openClip: undefined as never,
  };
};

describe('scoreApexes()', () => {
  it('tells how far spotted apexes lie from annotated ones, and leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    const seen: number[] = [];
    const { clips, left, ways } = await scoreApexes(made([2, 3, null, 6]), { onProgress: (done) => seen.push(done) });
    expect([clips, left]).toEqual([2, 2]);
    expect(ways['peak']).toMatchObject({ meanAbsoluteError: 0.5, spottingRate: 1, milliseconds: Number.NaN });
    expect(ways['middle']!.meanAbsoluteError).toBe(0.5);
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has nothing to say of a data set without apexes', async () => {
    await expect(scoreApexes(made([null, 0]))).rejects.toThrow(
      /must have an annotated apex between onset and offset: none of 2/,
    );
  });
});
