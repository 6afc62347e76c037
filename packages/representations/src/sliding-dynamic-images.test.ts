import { frameAt } from './frames.js';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { syntheticClip } from '../test/synthetic-clip.js';
import { dynamicImage } from './dynamic-image.js';
import { DynamicImageStream, slidingDynamicImages } from './sliding-dynamic-images.js';

const { frames } = syntheticClip({ size: 16, frames: 11 });

describe('slidingDynamicImages()', () => {
  it('is the dynamic image of each window', () => {
    const images = slidingDynamicImages(frames, { window: 5, stride: 3 });
    expect(images.shape).toEqual([3, 16, 16, 3]);
    expect(frameAt(images, 1).dataSync()).toEqual(dynamicImage(frames, { span: [3, 7] }).dataSync());
    expect(() => slidingDynamicImages(frames, { window: 12 })).toThrow(
      /not be longer than the 11 frames: current value is 12/,
    );
  });
});

describe('DynamicImageStream', () => {
  it('gives the same images frame by frame, with constant memory', () => {
    const expected = slidingDynamicImages(frames, { window: 5, stride: 3 });
    const before = tf.memory().numTensors;
    const stream = new DynamicImageStream({ window: 5, stride: 3 });
    const images: Float32Array[] = [];
    for (let t = 0; t < 11; t++) {
      const frame = frameAt(frames, t);
      const image = stream.push(frame);
      frame.dispose();
      if (image) images.push(image.dataSync() as Float32Array);
      image?.dispose();
      expect(tf.memory().numTensors).toBeLessThanOrEqual(before + 5);
    }
    stream.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(images).toHaveLength(3);
    images.forEach((image, k) => {
      expect(image).toEqual(frameAt(expected, k).dataSync());
    });
  });

  it('starts anew after reset() and rejects frames of another shape or type', () => {
    const stream = new DynamicImageStream({ window: 2 });
    stream.push(tf.zeros([4, 4, 1]));
    expect(() => stream.push(tf.zeros([4, 5, 1]))).toThrow(/one shape.*\[4, 4, 1\] and \[4, 5, 1\]/);
    expect(() => stream.push(tf.zeros([4, 4]) as never)).toThrow(/\[H, W, C\]/);
    stream.reset();
    expect(() => stream.push(tf.zeros([4, 4, 1], 'int32'))).toThrow(/float32/);
    expect(stream.push(tf.zeros([4, 5, 1]))).toBeNull();
    expect(stream.push(tf.zeros([4, 5, 1]))?.shape).toEqual([4, 5, 1]);
    stream.dispose();
  });
});
