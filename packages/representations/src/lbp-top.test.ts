import { readFileSync } from 'node:fs';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { worstDifference } from '../test/synthetic-clip.js';
import { type LbpTopOptions, lbpTop, lbpTopBins, patternBins } from './lbp-top.js';

const golden = JSON.parse(readFileSync(new URL('../test/golden/histograms.json', import.meta.url), 'utf8'));

describe('lbpTop()', () => {
  it.each(golden.clips as { shape: number[]; values: number[]; options: LbpTopOptions; histogram: number[] }[])(
    'equals scikit-image on the three planes, $options',
    ({ shape, values, options, histogram }) => {
      const frames = tf.tensor4d(values, [...shape, 1] as [number, number, number, number]);
      const result = lbpTop(frames, options);
      const [rows, columns] = options.blocks!;
      expect(result.shape).toEqual([rows, columns, lbpTopBins(options as Required<LbpTopOptions>)]);
      expect(worstDifference(result.dataSync(), histogram)).toBeLessThan(1e-6);
    },
  );

  it('of a flat clip has one pattern only: all neighbors at least as bright', () => {
    const result = lbpTop(tf.fill([5, 12, 12, 3], 0.3) as tf.Tensor4D, { blocks: [1, 1] });
    expect(tf.sum(result).dataSync()[0]).toBeCloseTo(3, 5);
    expect(result.dataSync()[57]).toBe(1); // the last uniform pattern: all ones
  });

  it('rejects clips that are too small, and leaks nothing', () => {
    const before = tf.memory().numTensors;
    expect(() => lbpTop(tf.zeros([2, 9, 9, 1]))).toThrow(/more than twice the radii \(1, 1, 1\).*9, 9, 2/);
    expect(() => lbpTop(tf.zeros([5, 9, 9, 2]))).toThrow(/1 or 3 channels/);
    expect(() => lbpTop(tf.zeros([5, 9, 9, 1]), { blocks: [0, 2] })).toThrow(/blocks must be \[rows, columns\]/);
    expect(tf.memory().numTensors).toBe(before + 3);
  });
});

describe('patternBins()', () => {
  it('has 58 uniform patterns of 8 bits, and one bin for the others', () => {
    const { bins, count } = patternBins(8, true);
    expect(count).toBe(59);
    expect(bins.filter((bin) => bin === 58)).toHaveLength(256 - 58);
    expect(new Set(bins).size).toBe(59);
  });
});
