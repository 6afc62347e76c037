import { readFileSync } from 'node:fs';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { worstDifference } from '../../test/synthetic-clip.js';
import type { Landmarks } from '../clip.js';
import { interpolate } from '../temporal/interpolate.js';
import { applyTransform, faceTransform, similarity, type Transform } from './transform.js';
import { warpFrames } from './warp-frames.js';

type Pairs = [number, number][];

/** Made by tools/representations-preprocessing-golden.py with numpy and OpenCV. */
const golden = JSON.parse(readFileSync(new URL('../../test/golden/preprocessing.json', import.meta.url), 'utf8')) as {
  image: { shape: [number, number, number]; values: number[] };
  warps: { transform: Transform; result: number[] }[];
  fits: { from: Pairs; to: Pairs; result: number[] }[];
  faces: { points: Landmarks; size: number; probes: Pairs; places: Record<'mol' | 'slstt', Pairs> }[];
  courses: { values: number[]; count: number; result: number[] }[];
};

describe('references made with numpy and OpenCV', () => {
  it.each(golden.warps)('warpFrames() samples as float64 does, borders too ($transform)', ({ transform, result }) => {
    const before = tf.memory().numTensors;
    const frames = tf.tensor4d(golden.image.values, [1, ...golden.image.shape]);
    const warped = warpFrames(frames, transform, [9, 11], { border: 0.5, antialias: false });
    expect(worstDifference(warped.dataSync(), result)).toBeLessThan(1e-6);
    tf.dispose([frames, warped]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(golden.fits)('similarity() is the fit by singular value decomposition', ({ from, to, result }) => {
    expect(worstDifference(similarity(from, to), result)).toBeLessThan(1e-9);
  });

  it.each(['mol', 'slstt'] as const)('faceTransform() leads where the published square lies (%s)', (layout) => {
    for (const { points, size, probes, places } of golden.faces) {
      const transform = faceTransform(points, { layout, size });
      const found = probes.map((probe) => applyTransform(transform, probe));
      expect(worstDifference(found.flat(), places[layout].flat())).toBeLessThan(1e-9);
    }
  });

  it.each(golden.courses)('TIM follows the eigenvectors of the path graph, to $count frames', (course) => {
    const { values, count, result } = course;
    const clip = { frames: tf.tensor4d(values, [values.length, 1, 1, 1]), onset: 0, apex: null };
    const { frames } = interpolate({ ...clip, offset: values.length - 1 }, { frames: count, method: 'tim' });
    expect(worstDifference(frames.dataSync(), result)).toBeLessThan(1e-6);
    tf.dispose([frames, clip.frames]);
  });
});
