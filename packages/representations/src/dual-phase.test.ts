import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { syntheticClip, worstDifference } from '../test/synthetic-clip.js';
import { dualPhase, phaseAugmentation, phasesOf } from './dual-phase.js';
import { dynamicImage } from './dynamic-image.js';

const clip = syntheticClip({ size: 24, frames: 13, onset: 1, apex: 5, offset: 11 });

describe('phasesOf()', () => {
  it('shares the apex', () => {
    expect(phasesOf(clip)).toEqual({ onsetApex: [1, 5], apexOffset: [5, 11], replaced: null });
  });

  it('replaces a phase of one frame by the other and says so', () => {
    expect(phasesOf({ ...clip, apex: 1 })).toEqual({ onsetApex: [1, 11], apexOffset: [1, 11], replaced: 'onset-apex' });
    expect(phasesOf({ ...clip, apex: 11 })).toEqual({
      onsetApex: [1, 11],
      apexOffset: [1, 11],
      replaced: 'apex-offset',
    });
  });

  it('rejects a clip without an apex and one of a single frame', () => {
    expect(() => phasesOf({ ...clip, apex: null })).toThrow(/must have an apex/);
    expect(() => phasesOf({ ...clip, onset: 5, offset: 5 })).toThrow(/onset, apex and offset are all 5/);
  });
});

describe('dualPhase()', () => {
  it('holds the image of each phase, scaled by itself', () => {
    const both = dualPhase(clip);
    expect(both.shape).toEqual([24, 24, 6]);
    const rise = dynamicImage(clip, { span: 'onset-apex' });
    const fall = dynamicImage(clip, { span: 'apex-offset' });
    expect(worstDifference(tf.slice(both, [0, 0, 0], [24, 24, 3]).dataSync(), rise.dataSync())).toBe(0);
    expect(worstDifference(tf.slice(both, [0, 0, 3], [24, 24, 3]).dataSync(), fall.dataSync())).toBe(0);
    expect(dualPhase(clip, { phase: 'apex-offset' }).dataSync()).toEqual(fall.dataSync());
  });

  it('leaks nothing and has no span', () => {
    const before = tf.memory().numTensors;
    dualPhase(clip, { gray: true }).dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(() => dualPhase(clip, { span: 'all' } as never)).toThrow(/"span" is not an option/);
  });
});

describe('phaseAugmentation()', () => {
  it('gives the whole and both phases', () => {
    const images = phaseAugmentation(clip, { scaling: 'none' });
    for (const { span, image } of images) {
      expect(image.dataSync()).toEqual(dynamicImage(clip, { span, scaling: 'none' }).dataSync());
    }
    expect(images).toHaveLength(3);
    expect(() => phaseAugmentation(clip, { phase: 'both' } as never)).toThrow(/"phase" is not an option/);
  });
});
