import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { syntheticClip, worstDifference } from '../test/synthetic-clip.js';
import { type Clip, isClip } from './clip.js';
import { createStep } from './create-step.js';
import { gray } from './gray.js';
import { mesti } from './mesti.js';
import { midi } from './midi.js';
import { mmCof } from './mm-cof.js';
import { multiply } from './multiply.js';
import { normalize } from './normalize.js';
import { pipe } from './pipe.js';
import { type StepName, steps } from './registry.js';
import { resize } from './resize.js';
import { resizeImages } from './resize-images.js';
import { reverseChannels } from './reverse-channels.js';
import { rgb } from './rgb.js';
import type { AnyStep, Step } from './step.js';
import { spotApex } from './temporal/spot-apex.js';
import { stabilize } from './temporal/stabilize.js';
import { trdi } from './trdi.js';

const clip = syntheticClip({ size: 40, frames: 9 });

describe('pipe()', () => {
  it('applies its steps one after the other and keeps nothing in between', () => {
    const step = pipe(resize(20), midi({ weights: 'arp' }), rgb(), multiply(2));
    const before = tf.memory().numTensors;
    const image = step(clip);
    expect(tf.memory().numTensors).toBe(before + 1);
    const small = { ...clip, frames: resizeImages(clip.frames, 20) };
    const expected = tf.mul(midi(small, { weights: 'arp' }), 2);
    expect(worstDifference(image.dataSync(), expected.dataSync())).toBe(0);
    expect(clip.frames.isDisposed).toBe(false);
  });

  it('can give a clip, whose frames stay', () => {
    const small = pipe(resize([10, 20]), gray())(clip);
    expect(small.frames.shape).toEqual([9, 10, 20, 1]);
    expect(small).toMatchObject({ onset: 0, apex: 4, offset: 8 });
    expect(small.frames.dataSync()).toHaveLength(1800);
  });

  it('knows its shape, prints as code and comes back from JSON', () => {
    const step = pipe(gray(), resize(16), pipe(trdi({ span: [1, 5] }), rgb()), normalize({ mean: 0.5, std: 0.25 }));
    expect(step.outputShape([40, 40, 3])).toEqual([16, 16, 3]);
    expect(String(step)).toBe(
      'pipe(gray(), resize({ size: 16 }), trdi({ span: [1, 5] }), rgb(), normalize({ mean: 0.5, std: 0.25 }))',
    );
    const again = createStep(JSON.parse(JSON.stringify(step)));
    expect(String(again)).toBe(String(step));
    expect(again.hash()).toBe(step.hash());
    expect(again(clip).dataSync()).toEqual(step(clip).dataSync());
  });

  it('rejects steps that do not fit and what is no step', () => {
    expect(() => pipe(midi(), trdi())).toThrow(/'trdi' must be given a clip: 'midi' before it gives an image/);
    expect(() => pipe(resize(8), trdi(), multiply(), midi())).toThrow(/'midi' must be given a clip/);
    expect(pipe(resize(8), multiply(2), midi()).takes).toBe('clip');
    expect(() => pipe()).toThrow(/at least one step/);
    expect(() => pipe((() => 1) as never)).toThrow(/argument 0 is the function/);
  });
});

describe('applyAsync()', () => {
  const textured = syntheticClip({ size: 44, frames: 9 });
  const shape = textured.frames.shape;
  const valuesOf = (made: Clip | tf.Tensor3D) => {
    const tensor = isClip(made as Clip) ? (made as Clip).frames : (made as tf.Tensor3D);
    const values = tensor.dataSync().slice();
    tensor.dispose();
    return values;
  };

  const withoutFace = Object.values(steps).filter(({ traits }) => !traits.needsLandmarks);
  it.each(withoutFace.map(({ name }) => name as StepName))(
    'of %s gives what the call gives and keeps nothing',
    async (name) => {
      const step = createStep(name);
      const image = tf.randomUniform([12, 12, 3], 0, 1, 'float32', 1) as tf.Tensor3D;
      const input = step.takes === 'image' ? image : { ...textured, apex: name === 'spot-apex' ? null : textured.apex };
      const before = tf.memory().numTensors;
      const expected = valuesOf(step(input));
      for (const other of [step, pipe(step as Step) as AnyStep]) {
        const found = valuesOf(await other.applyAsync(input as Clip));
        expect(found).toHaveLength(expected.length);
        expect(worstDifference(found, expected)).toBe(0);
      }
      expect(tf.memory().numTensors).toBe(before);
      expect(image.isDisposed || textured.frames.isDisposed).toBe(false);
      image.dispose();
    },
  );

  it('of a pipe that reads in between keeps nothing, also where a step fails', async () => {
    const blank = { ...textured, apex: null };
    const step = pipe(stabilize(), gray(), resize(24), spotApex(), mesti());
    const before = tf.memory().numTensors;
    const image = await step.applyAsync(blank);
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(image.dataSync()).toEqual(step(blank).dataSync());
    const jumping = { ...textured, frames: tf.randomUniform(shape, 0, 1, 'float32', 3) as tf.Tensor4D };
    const now = tf.memory().numTensors;
    await expect(pipe(resize(44), stabilize(), gray()).applyAsync(jumping)).rejects.toThrow(
      /found again in every frame/,
    );
    expect(tf.memory().numTensors).toBe(now);
  });
});

describe('hash()', () => {
  it('is the same for the same options however they are given, and differs otherwise', () => {
    expect(midi({}).hash()).toBe(midi({ weights: 'linear' }).hash());
    expect(midi({ gray: true, weights: 'arp' }).hash()).toBe(midi({ weights: 'arp', gray: true }).hash());
    expect(mmCof({ flow: 'tvl1' }).hash()).toBe(mmCof({ flow: { name: 'tvl1', warps: 5 } }).hash());
    const hashes = [midi(), midi({ weights: 'arp' }), trdi(), pipe(resize(8), midi()), pipe(resize(9), midi())].map(
      (step) => step.hash(),
    );
    expect(new Set(hashes).size).toBe(5);
    expect(pipe(midi()).hash()).toBe(midi().hash());
    expect(midi().hash()).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('createStep()', () => {
  it.each(Object.keys(steps) as StepName[])('makes %s from its name, and from what it prints as JSON', (name) => {
    const step = createStep(name);
    expect(step.name).toBe(name);
    expect(createStep(JSON.parse(JSON.stringify(step))).hash()).toBe(step.hash());
  });

  it('rejects unknown names, options and data', () => {
    expect(() => createStep('moon')).toThrow(/one of dynamic-image, trdi.*resize.*"moon"/);
    expect(() => createStep({ step: 'midi', options: { moon: 1 } })).toThrow(
      /"moon" is not an option: the options are weights/,
    );
    expect(() => createStep({ step: 'midi', option: {} } as never)).toThrow(/keys are step, option/);
    expect(() => createStep(3 as never)).toThrow(TypeError);
  });
});

describe('image steps', () => {
  const image = tf.tensor3d([0, 0.5, 1, 1, 0.5, 0], [1, 2, 3]);

  it('normalize, multiply and reverse the channels', () => {
    expect([...normalize({ mean: [0, 0.5, 1], std: 0.5 })(image).dataSync()]).toEqual([0, 0, 0, 2, 0, -2]);
    expect([...multiply(4)(image).dataSync()]).toEqual([0, 2, 4, 4, 2, 0]);
    expect([...reverseChannels()(image).dataSync()]).toEqual([1, 0.5, 0, 0, 0.5, 1]);
    expect(() => normalize({ mean: [1, 2] })(image)).toThrow(/mean must have one number per channel: it has 2/);
    expect(() => normalize({ std: 0 })).toThrow(/std must be a number above 0: current value is 0/);
    expect(() => resize(0)).toThrow(/size must be a positive integer/);
    expect(() => rgb()(tf.zeros([2, 2, 2]) as tf.Tensor3D)).toThrow(/1 or 3: current shape is \[2, 2, 2\]/);
  });
});
