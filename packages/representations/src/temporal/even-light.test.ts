import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { syntheticClip, worstDifference } from '../../test/synthetic-clip.js';
import { midi } from '../midi.js';
import { evenLight } from './even-light.js';

const size = 48;
const count = 15;
const clip = syntheticClip({ size, frames: count, at: [0.3, 0.3], radius: 5 });
/** A lamp that wanders by 6 percent. */
const lamp = Array.from({ length: count }, (_, t) => 1 + 0.06 * Math.sin(2.1 * t));
const lit = { ...clip, frames: tf.mul(clip.frames, tf.reshape(tf.tensor1d(lamp), [count, 1, 1, 1])) as tf.Tensor4D };

describe('evenLight()', () => {
  it('takes the lamp off and leaves onset, marks and the input as they are', () => {
    const still = tf.tile(tf.slice(clip.frames, [0, 0, 0, 0], [1, size, size, 3]), [count, 1, 1, 1]);
    const frames = tf.mul(still, tf.reshape(tf.tensor1d(lamp), [count, 1, 1, 1])) as tf.Tensor4D;
    const before = tf.memory().numTensors;
    const even = evenLight()({ ...clip, frames, onset: 3 });
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(even).toMatchObject({ onset: 3, apex: clip.apex, offset: clip.offset });
    const expected = tf.mul(still, lamp[3]!);
    expect(worstDifference(even.frames.dataSync(), expected.dataSync())).toBeLessThan(1e-6);
    expect(frames.isDisposed).toBe(false);
  });

  it('keeps motion where it was put, where the lamp alone would rank the frames of MIDI', () => {
    const spread = (image: tf.Tensor3D) => {
      const values = image.dataSync();
      const near = { sum: 0, count: 0 };
      const far = { sum: 0, count: 0 };
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          const distance = Math.hypot(x - 0.3 * size, y - 0.3 * size);
          if (distance > 6 && distance < 20) continue;
          const of = distance <= 6 ? near : far;
          for (let c = 0; c < 3; c++) {
            of.sum += Math.abs(values[(y * size + x) * 3 + c]! - 0.5);
            of.count += 1;
          }
        }
      }
      return near.sum / near.count / (far.sum / far.count);
    };
    expect(spread(midi(lit))).toBeLessThan(3);
    expect(spread(midi(evenLight(lit)))).toBeGreaterThan(15);
  });

  it('keeps a black frame black, and does not invent numbers', () => {
    const frames = tf.tensor4d([0.5, 1, 0, 0, Number.NaN, 1], [3, 1, 2, 1]);
    const values = evenLight({ frames, onset: 0, apex: null, offset: 2 }, { check: false }).frames.dataSync();
    expect([...values]).toEqual([0.5, 1, 0, 0, Number.NaN, Number.NaN]);
    expect(() => evenLight({ frames, onset: 2, apex: null, offset: 1 })).toThrow(RangeError);
  });
});
