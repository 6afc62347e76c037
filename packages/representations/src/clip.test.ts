import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type Clip, checkClip, resolveSpan } from './clip.js';

const clip = (change: Partial<Clip> = {}): Clip => ({
  frames: tf.zeros([9, 4, 4, 3]),
  onset: 1,
  apex: 4,
  offset: 7,
  ...change,
});

describe('checkClip()', () => {
  it('accepts a clip, with and without an apex', () => {
    checkClip(clip(), 'test');
    checkClip(clip({ apex: null }), 'test');
  });

  it.each([
    [{ onset: -1 }, /onset must be a frame index in 0\.\.8/],
    [{ offset: 9 }, /offset must be a frame index in 1\.\.8/],
    [{ apex: 8 }, /apex must be a frame index in 1\.\.7 \(from onset to offset\): current value is 8/],
    [{ apex: 0 }, /apex must be/],
    [{ apex: 2.5 }, /apex must be/],
    [{ onset: Number.NaN }, /onset must be/],
  ])('rejects %o', (change, message) => {
    expect(() => checkClip(clip(change), 'test')).toThrow(RangeError);
    expect(() => checkClip(clip(change), 'test')).toThrow(message);
  });

  it('rejects integer frames and names the remedy', () => {
    expect(() => checkClip(clip({ frames: tf.zeros([9, 4, 4, 3], 'int32') }), 'test')).toThrow(/float32.*255/);
  });

  it('rejects frames that are no [T, H, W, C]', () => {
    const frames = tf.zeros([4, 4, 3]) as unknown as tf.Tensor4D;
    expect(() => checkClip(clip({ frames }), 'test')).toThrow(/\[T, H, W, C\].*\[4, 4, 3\]/);
    expect(() => checkClip(undefined as unknown as Clip, 'test')).toThrow(TypeError);
  });
});

describe('resolveSpan()', () => {
  it('takes onset to offset of a clip and every frame of a tensor', () => {
    expect(resolveSpan(clip(), undefined, 'test')).toMatchObject({ first: 1, last: 7 });
    expect(resolveSpan(clip().frames, undefined, 'test')).toMatchObject({ first: 0, last: 8 });
  });

  it('knows the phases', () => {
    expect(resolveSpan(clip(), 'onset-apex', 'test')).toMatchObject({ first: 1, last: 4 });
    expect(resolveSpan(clip(), 'apex-offset', 'test')).toMatchObject({ first: 4, last: 7 });
    expect(resolveSpan(clip(), [2, 3], 'test')).toMatchObject({ first: 2, last: 3 });
  });

  it('says how to get an apex where there is none', () => {
    expect(() => resolveSpan(clip({ apex: null }), 'onset-apex', 'test')).toThrow(/must have an apex/);
  });

  it('rejects a phase of a bare tensor and a range outside', () => {
    expect(() => resolveSpan(clip().frames, 'onset-apex', 'test')).toThrow(/give a clip/);
    expect(() => resolveSpan(clip(), [3, 9], 'test')).toThrow(/\[first, last\] with 0 <= first <= last <= 8/);
  });
});
