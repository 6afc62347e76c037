import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Clip } from './clip.js';
import { createRepresentation, type RepresentationName, representationEntry, representations } from './registry.js';

const clip: Clip = {
  frames: tf.randomUniform([9, 40, 36, 3], 0, 1, 'float32', 1),
  onset: 0,
  apex: 4,
  offset: 8,
};

describe('representations', () => {
  it.each(Object.keys(representations) as RepresentationName[])(
    '%s gives the shape it announces and leaks nothing',
    (name) => {
      const entry = representationEntry(name);
      const represent = createRepresentation(name);
      const before = tf.memory().numTensors;
      const image = represent(clip);
      expect(image.shape).toEqual([...entry.outputShape([40, 36, 3])]);
      image.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('is frozen', () => {
    expect(Object.isFrozen(representations)).toBe(true);
    expect(Object.isFrozen(representations['dynamic-image'].defaults)).toBe(true);
  });
});

describe('createRepresentation()', () => {
  it('rejects an unknown name and lists the known ones', () => {
    expect(() => createRepresentation('dynamic_image')).toThrow(/one of dynamic-image, trdi, midi.*'dynamic_image'/);
    expect(() => createRepresentation('toString')).toThrow(RangeError);
  });

  it('rejects an unknown option when the representation is made, not when it is applied', () => {
    expect(() => createRepresentation('dynamic-image', { colour: true })).toThrow(
      /'dynamic-image' as there is no option 'colour': the options are variant/,
    );
  });

  it('knows the number of channels from the options', () => {
    expect(representations['dynamic-image'].outputShape([8, 9, 3], { grey: true })).toEqual([8, 9, 1]);
  });
});
